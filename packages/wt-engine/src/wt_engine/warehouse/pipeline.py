"""`Pipeline` and `PipelineAsync`: a list of steps over one shared mapping, the warehouse."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from wt_engine.cancellation import CancellationToken
from wt_engine.drafting import check_count
from wt_engine.errors import DefinitionError
from wt_engine.events import Event
from wt_engine.injection import MISSING
from wt_engine.keeping import Keeping
from wt_engine.keywords import known_keywords
from wt_engine.runner import Runner
from wt_engine.warehouse.building import Building
from wt_engine.warehouse.recalling import Unwritten, recollected
from wt_engine.warehouse.result import Warehouse, conclude
from wt_engine.warehouse.tasks import Exceptions, StepSettings, exceptions
from wt_engine.warehouse.view import View
from wt_engine.warehouse.watching import Watching

if TYPE_CHECKING:
    from wt_engine.codec import Codec
    from wt_engine.observability.resource_monitor import ResourceMonitor
    from wt_engine.recollection import Recollection
    from wt_engine.run import Settings
    from wt_engine.storage.backend import Durability
    from wt_engine.warehouse.checkpoint_store import CheckpointManager


class _Warehouses(Building):
    """What both kinds of pipeline are: see `Pipeline` for the arguments."""

    def __init__(
        self,
        pipeline_name: str | None = None,
        verbose: bool = False,
        tracking_db: Any = None,
        worker_id: str | None = None,
        worker_name: str | None = None,
        api_config: Mapping[str, Any] | None = None,
        max_retries: int = 0,
        retry_delay: float = 1.0,
        retry_on_exceptions: Exceptions = (Exception,),
        pipeline_version: str | None = None,
        config_dir: Any = None,
        parent_pipeline_id: str | None = None,
        collect_system_metrics: bool = False,
        continue_on_error: bool = False,
        break_on_error: bool | None = None,
        show_progress: bool = True,
        save_json_input_output: bool = True,
        *,
        durability: Durability = "step",
        codec: Codec | None = None,
        store: Any = None,
        timeout: float | None = None,
        queue_size: int = 1000,
        cancellation_token: CancellationToken | None = None,
    ) -> None:
        watch = (verbose, show_progress, collect_system_metrics, api_config, worker_id, worker_name, config_dir)
        self._watching = Watching(*watch)
        self.timeout = timeout
        defaults = _defaults(max_retries, retry_delay, retry_on_exceptions)
        goes_on = continue_on_error if break_on_error is None else not break_on_error
        known = _known(pipeline_version, worker_id, worker_name, parent_pipeline_id)
        keeping = Keeping(store or tracking_db, durability, codec if save_json_input_output else Unwritten())
        super().__init__(_name(pipeline_name), defaults, goes_on, known, cancellation_token, queue_size, keeping)

    @property
    def resources(self) -> ResourceMonitor | None:
        """What has measured the runs, if `collect_system_metrics` asks for it."""
        return self._watching.monitor

    def set_worker_id(self, worker_id: str) -> Self:
        """Say who runs it, for the record and the server."""
        self._watching.worker_id = worker_id
        self.metadata["worker_id"] = worker_id
        return self._changed()

    def worker_register(self, worker_name: str | None = None, version: str | None = None) -> Any:
        """Introduce the worker to the server; if that gives it an id, it is the worker's from now on.

        Args:
            worker_name: Its name, instead of the one that the pipeline was given.
            version: Its version.

        Returns:
            What the server answered; None if it could not be reached.

        Raises:
            DefinitionError: The pipeline has no server.
        """
        name = worker_name or self._watching.worker_name or self.name
        client = self._watching.client()
        try:
            answer = client.register_worker({"name": name, "version": version, "worker_id": self._watching.worker_id})
        finally:
            client.close()
        given = answer.get("worker_id", answer.get("id")) if isinstance(answer, Mapping) else None
        if given is not None:
            self.set_worker_id(str(given))
        return answer

    def link_to_pipeline(self, pipeline_id: str, relation: str = "child") -> Self:
        """Say that the runs of this pipeline belong to another run, for the record.

        Args:
            pipeline_id: The other run.
            relation: What this one is to that.
        """
        self.metadata.setdefault("links", []).append({"pipeline_id": pipeline_id, "relation": relation})
        return self._changed()

    def cancel(self, reason: str = "cancelled") -> None:
        """Cancel the runs of this pipeline that are in progress; from any thread."""
        with self._lock:
            active = list(self._active)
        for token in active:
            token.cancel(reason)

    async def events(
        self, data: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """Run, and give every event as it happens; the last one, FINISH, says how it ended.

        Args:
            data: What the warehouse begins with; it is copied.
            timeout: Seconds that the run may take, instead of the pipeline's own.

        Yields:
            The events. Closing the generator cancels the run.

        Raises:
            DefinitionError: The pipeline cannot run.
            TypeError: `data` is no mapping.
        """
        async with self._runner(_warehouse(data), timeout) as runner, aclosing(runner.events()) as events:
            async for event in events:
                yield event

    async def resume_events(
        self, run_id: str, *, answer: Any = MISSING, timeout: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """Go on with a recorded run, and give every event of what runs now; see `resume`."""
        found = recollected(self, run_id, answer)
        async with self._runner(found.states[run_id], timeout, found) as runner, aclosing(runner.events()) as events:
            async for event in events:
                yield event

    @asynccontextmanager
    async def _runner(
        self,
        state: View,
        timeout: float | None,
        found: Recollection | None = None,
        special: Settings | None = None,
    ) -> AsyncIterator[Runner]:
        plan, settings = self.prepared()
        settings = special or settings
        token = CancellationToken(settings.token)
        self._watching.write_down(self.name, self.describe)
        store = settings.recording.backend if settings.recording else None
        watchers = self._watching.observers(self.name, store, found.run_id if found else None)
        with self._lock:
            self._active.add(token)
        settings = replace(settings, token=token, observers=(*settings.observers, *watchers))
        limit = self.timeout if timeout is None else timeout
        try:
            yield Runner(plan, settings, state, timeout=limit, recollection=found)
        finally:
            with self._lock:
                self._active.discard(token)
            token.release()
            await self._watching.leave(watchers)

    async def _run(self, data: Mapping[str, Any] | None, timeout: float | None) -> Warehouse:
        return await self._concluded(_warehouse(data), timeout)

    async def _resume(self, run_id: str, answer: Any, timeout: float | None) -> Warehouse:
        found = recollected(self, run_id, answer)
        return await self._concluded(found.states[run_id], timeout, found)

    async def _checkpointed(
        self, data: Mapping[str, Any] | None, timeout: float | None, manager: CheckpointManager | None, name: str | None
    ) -> Warehouse:
        if manager is None and name is None:
            return await self._run(data, timeout)
        from wt_engine.warehouse.checkpoint_store import checked

        checked(manager, name)
        assert manager is not None
        assert name is not None
        special = manager.settings(*self.prepared(), name)
        last = manager.last_run(name) if manager.can_resume(name) else None
        if last is None:
            return await self._concluded(_warehouse(data), timeout, special=special)
        found = recollected(self, last.run_id, MISSING, special.recording)
        return await self._concluded(found.states[last.run_id], timeout, found, special)

    async def _concluded(
        self,
        state: View,
        timeout: float | None,
        found: Recollection | None = None,
        special: Settings | None = None,
    ) -> Warehouse:
        async with self._runner(state, timeout, found, special) as runner:
            end = await runner.conclude()
        return conclude(self.name, runner.run_id, end, state.plain(), goes_on=self.goes_on)


@known_keywords
class Pipeline(_Warehouses):
    """A list of steps over one shared mapping, the warehouse.

    Every step gets the warehouse and returns a mapping of what it adds to it. Steps may be `async def`.

    Args:
        pipeline_name: The pipeline's name.
        verbose: Whether to tell on stderr what happens.
        tracking_db: Where runs are recorded: the path of a file, or a store; nowhere without it.
        worker_id: Who runs it, for the record and the server of `api_config`.
        worker_name: The same, for people.
        api_config: The server that runs are reported to: `base_url`, and perhaps `token` and `timeout`.
        max_retries: How often a step that does not say it is tried again.
        retry_delay: Seconds between attempts.
        retry_on_exceptions: What to try again after.
        pipeline_version: The version of the pipeline, for the record.
        config_dir: The directory in which a description of the pipeline is written, as YAML.
        parent_pipeline_id: The run that this pipeline's runs belong to, for the record.
        collect_system_metrics: Whether to measure the processor and the memory; see `resources`.
        continue_on_error: Whether what comes after a failed step runs; `run` then returns the warehouse with `errors`.
        break_on_error: The opposite of `continue_on_error`; counts if it is given.
        show_progress: Whether to show progress, if stderr is a terminal and rich is there.
        save_json_input_output: Whether the record holds the warehouse; without it, no run can be resumed.
        durability: What a recorded end survives: `"step"`, `"power"` or `"run"`.
        codec: Writes what is in the warehouse; without it, a `TaggedCodec`.
        store: The same as `tracking_db`.
        timeout: Seconds that a run may take.
        queue_size: How many events wait for their reader.
        cancellation_token: Cancels all runs of this pipeline.
    """

    def run(
        self,
        data: Mapping[str, Any] | None = None,
        checkpoint_mgr: CheckpointManager | None = None,
        checkpoint_id: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Warehouse:
        """Run the pipeline.

        Args:
            data: What the warehouse begins with; it is copied.
            checkpoint_mgr: Keeps the run under a name; if the last one of that name did not end well, this one goes on
                with it, and `data` is not looked at.
            checkpoint_id: The name.
            timeout: Seconds that the run may take, instead of the pipeline's own.

        Returns:
            The warehouse.

        Raises:
            BaseException: What a step raised, unless the pipeline goes on after errors.
            DefinitionError: The pipeline cannot run.
            PipelineTimeoutError: The run took too long.
            PipelineCancelled: It was cancelled.
            PipelineSuspended: A step suspended it.
        """
        return _finish(lambda: self._checkpointed(data, timeout, checkpoint_mgr, checkpoint_id))

    def resume(self, run_id: str, *, answer: Any = MISSING, timeout: float | None = None) -> Warehouse:
        """Go on with a recorded run that was interrupted, failed or is suspended: what had ended does not run again.

        Args:
            run_id: The run; it keeps its id.
            answer: What the step that suspended the run waits for: a mapping to merge into the warehouse, or for a
                step with a parameter `answer`, which runs again, anything.
            timeout: As for `run`.

        Returns:
            The warehouse.

        Raises:
            BaseException: As for `run`.
            DefinitionError: The pipeline is not recorded, or is not the one that the run began with.
            RunNotFoundError: There is no such run.
            RunEndedError: It has ended well, or waits for no answer.
            StoreError: The store cannot be read.
        """
        return _finish(lambda: self._resume(run_id, answer, timeout))


@known_keywords
class PipelineAsync(_Warehouses):
    """`Pipeline` for those who await: the same arguments, abilities and behaviour, but `run` is awaited."""

    async def run(
        self,
        data: Mapping[str, Any] | None = None,
        checkpoint_mgr: CheckpointManager | None = None,
        checkpoint_id: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Warehouse:
        """As `Pipeline.run`."""
        return await self._checkpointed(data, timeout, checkpoint_mgr, checkpoint_id)

    async def resume(self, run_id: str, *, answer: Any = MISSING, timeout: float | None = None) -> Warehouse:
        """As `Pipeline.resume`."""
        return await self._resume(run_id, answer, timeout)


def _known(version: str | None, worker_id: str | None, worker_name: str | None, parent: str | None) -> dict[str, Any]:
    about = {"version": version, "worker_id": worker_id, "worker_name": worker_name, "parent_pipeline_id": parent}
    return {name: value for name, value in about.items() if value is not None}


def _name(name: Any) -> str:
    if name is not None and not isinstance(name, str):
        raise DefinitionError(f"pipeline_name must be a text, not {name!r}")
    return name or "Pipeline"


def _defaults(retries: int, delay: float, on: Exceptions) -> StepSettings:
    check_count("max_retries", retries, 0)
    return StepSettings(retry_count=retries, retry_delay=delay, retry_on_exceptions=exceptions(on))


def _warehouse(data: Mapping[str, Any] | None) -> View:
    if data is not None and not isinstance(data, Mapping):
        raise TypeError(f"a warehouse begins with a mapping, not {type(data).__name__}")
    return View(dict(data or {}))


def _finish(work: Callable[[], Coroutine[Any, Any, Warehouse]]) -> Warehouse:
    """Run a coroutine to its end, in a thread of its own if this one has a loop that is running."""
    if not _is_in_loop():
        return asyncio.run(work())
    found: list[Any] = []

    def in_thread() -> None:
        try:
            found.append(asyncio.run(work()))
        except BaseException as error:  # noqa: BLE001 - is raised again where the caller waits
            found.append(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(in_thread,), name="wt-engine-pipeline")
    thread.start()
    thread.join()
    if isinstance(found[0], BaseException):
        raise found[0]
    result: Warehouse = found[0]
    return result


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
