"""`Pipe`: a pipeline written with decorators."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from wt_engine.assembly import Assembly
from wt_engine.cancellation import CancellationToken
from wt_engine.decorators import Decorators
from wt_engine.definition import name_of
from wt_engine.description import StepInfo, describe, step_infos
from wt_engine.drafting import check_count, check_options
from wt_engine.errors import DefinitionError
from wt_engine.events import Event
from wt_engine.failures import FailureClassification
from wt_engine.forensics import Evidence
from wt_engine.injection import MISSING
from wt_engine.keeping import Keeping
from wt_engine.keywords import known_keywords
from wt_engine.meta import meta_field
from wt_engine.middleware import Middleware
from wt_engine.observers import Observer
from wt_engine.plan import Plan
from wt_engine.run import OnFailure, Settings
from wt_engine.runner import Runner
from wt_engine.snapshot import Secrets
from wt_engine.validation import check_graph, warn_of_shared_state

if TYPE_CHECKING:
    from wt_engine.codec import Codec
    from wt_engine.storage.backend import Durability, StorageBackend
    from wt_engine.visualization import GraphRenderer

S = TypeVar("S")
C = TypeVar("C")


_ON = frozenset({"1", "true", "yes", "on"})


@known_keywords
class Pipe(Decorators, Generic[S, C]):
    """A pipeline of steps over a shared state.

    Args:
        state_type: The type of the state, for injection by type.
        context_type: The type of the context, for injection by type.
        name: The pipeline's name.
        strict: Whether several roots, or a start that no join can follow, are errors; else they are warnings.
        allow_multi_root: Whether several roots are right.
        queue_size: How many events wait for their reader before the run waits for it; 0 for any number.
        max_map_items: How many items a streaming map may give; None for 100,000.
        cancellation_token: Cancels all runs of this pipe.
        failure_classification: The rules for whose failure something is.
        metadata: What else to say about the pipe in `describe()`.
        secrets: What the reports of failures must not show: texts, and compiled patterns of keys; keys such as
            `password` and `token` are secret anyhow.
        capture_locals: Whether the reports of failures have the local variables of the place.
        debug: Whether the events of runs are logged to stderr; None for what the variable `WT_ENGINE_DEBUG` says.
        middleware: What stands around the function of every step, the last one outermost.
        max_retries: How often a call may run because its step returns `Retry()`.
        on_failure: `"finish"`: what depends on a failed step does not run, everything else does. `"stop"`: everything
            is interrupted. `"continue"`: everything goes on as if the step had returned nothing. Without a handler
            for the failure, the run is FAILED in each case.
        store: Where runs are recorded: a `StorageBackend`, or the path of a file; nowhere without it.
        durability: What a recorded end survives: `"step"`, the death of the process; `"power"`, that of the machine;
            `"run"`: what is recorded may lag behind by a moment.
        codec: Writes states and values; without it, a `TaggedCodec`.
        persist: Whether to record in the default place, if no store is given; without it, `$WT_ENGINE_PERSIST` says so.
        flush_interval: How many rows to collect before they are written; the record then may lag behind, as with
            `"run"`.
    """

    _prepared: tuple[Plan, Settings] | None = None

    def __init__(
        self,
        state_type: type[S] | None = None,
        context_type: type[C] | None = None,
        *,
        name: str = "Pipe",
        strict: bool = True,
        allow_multi_root: bool = False,
        queue_size: int = 1000,
        max_map_items: int | None = None,
        cancellation_token: CancellationToken | None = None,
        failure_classification: FailureClassification | None = None,
        metadata: Mapping[str, Any] | None = None,
        middleware: Sequence[Middleware] | None = None,
        secrets: Iterable[str | re.Pattern[str]] = (),
        capture_locals: bool = False,
        debug: bool | None = None,
        max_retries: int = 100,
        on_failure: OnFailure = "finish",
        store: StorageBackend | str | os.PathLike[str] | None = None,
        durability: Durability = "step",
        codec: Codec | None = None,
        persist: bool | None = None,
        flush_interval: int | None = None,
    ) -> None:
        super().__init__(state_type, context_type, middleware or ())
        _check_limits(on_failure, queue_size, max_retries)
        self.name, self.metadata = name, dict(metadata or {})
        self.strict, self.allow_multi_root = strict, allow_multi_root
        self.queue_size, self.max_retries = queue_size, max_retries
        self.max_map_items = 100_000 if max_map_items is None else max_map_items
        self.on_failure: OnFailure = on_failure
        self.cancellation_token = cancellation_token or CancellationToken()
        self._classification = failure_classification
        self._evidence = Evidence(Secrets(secrets), capture_locals)
        self._meta_field = meta_field(context_type)
        self._keeping = Keeping(store, durability, codec, persist, flush_interval)
        self._checked: set[tuple[str | None, bool, bool]] = set()
        if os.environ.get("WT_ENGINE_DEBUG", "").lower() in _ON if debug is None else debug:
            self.add_observer(_event_logger())

    def validate(
        self, start: str | None = None, strict: bool | None = None, allow_multi_root: bool | None = None
    ) -> None:
        """Check the graph.

        Args:
            start: The step to start with instead of the roots.
            strict: Instead of the pipe's own.
            allow_multi_root: Instead of the pipe's own.

        Raises:
            DefinitionError: It cannot run.
        """
        strict = self.strict if strict is None else strict
        roots = self.allow_multi_root if allow_multi_root is None else allow_multi_root
        if not self._drafts and start is None:
            return
        if not self._drafts:
            raise DefinitionError(f"run(start=...) references unknown step '{start}'; the pipeline has no steps")
        if self._prepared is not None and (start, strict, roots) in self._checked:
            return
        assembly = self._assembled()
        check_graph(assembly, start=start, strict=strict, allow_multi_root=roots)
        if self._prepared is None:
            assembly.plan(self.name, (), (), None)
        self._checked.add((start, strict, roots))

    def prepared(self) -> tuple[Plan, Settings]:
        """The plan and the settings, which freeze the definition; checked and made once.

        Raises:
            DefinitionError: The graph cannot run.
        """
        if self._prepared is None:
            assembly = self._assembled()
            if self._drafts:
                check_graph(assembly, start=None, strict=self.strict, allow_multi_root=True)
            warn_of_shared_state(self._drafts.values(), self._types[0])
            plan = self._planned(assembly)
            settings = Settings(
                on_failure=self.on_failure,
                queue_size=self.queue_size,
                max_map_items=self.max_map_items,
                max_retries=self.max_retries,
                classification=self._classification,
                hooks=tuple(self._hooks),
                observers=tuple(self._observers),
                token=self.cancellation_token,
                recording=self._keeping.of(plan, self._types[0]),
                metadata=self.metadata,
                evidence=self._evidence,
                meta_field=self._meta_field,
            )
            self._checked.clear()
            self._prepared = plan, settings
        return self._prepared

    def run(
        self,
        state: Any = None,
        context: Any = None,
        start: str | Callable[..., Any] | None = None,
        queue_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Run the pipeline; iterate over what it says.

        Args:
            state: The shared state.
            context: What else steps get; passed on unchanged.
            start: The step to start with instead of the roots.
            queue_size: Instead of the pipe's own.
            timeout: Seconds that the run may take.

        Returns:
            The events. Closing the generator cancels the run; it is over when `aclose()` has been awaited.

        Raises:
            DefinitionError: The graph cannot run.
        """
        first = None if start is None else name_of(start)
        self.prepared()
        self.validate(start=first)
        plan, settings = self.prepared()
        if queue_size is not None:
            check_count("queue_size", queue_size, 0)
            settings = dataclasses.replace(settings, queue_size=queue_size)
        return Runner(plan, settings, state, context, start=first, timeout=timeout).events()

    def resume(
        self,
        run_id: str,
        context: Any = None,
        *,
        answer: Any = MISSING,
        queue_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Go on with a recorded run: what had ended does not run again, everything else does.

        Args:
            run_id: The run; it keeps its id.
            context: As for `run`; it is not recorded.
            answer: What the step that suspended the run waits for. It is that step's value; if the step has a parameter
                `answer`, it runs again with it instead.
            queue_size: As for `run`.
            timeout: As for `run`.

        Returns:
            The events of what runs now.

        Raises:
            DefinitionError: The pipe has no store, or is not the one that the run began with.
            RunNotFoundError: There is no such run.
            RunEndedError: It has ended well, or waits for no answer.
            StoreError: The store cannot be read.
            UnrecordableError: Something that was recorded cannot be read again.
        """
        from wt_engine.recollection import recollect

        plan, settings = self.prepared()
        recording = settings.recording
        if recording is None:
            raise DefinitionError(f"Pipe '{self.name}' has no store to resume from; give it one with Pipe(store=...)")
        if queue_size is not None:
            check_count("queue_size", queue_size, 0)
            settings = dataclasses.replace(settings, queue_size=queue_size)
        found = recollect(recording.backend.recorded(run_id), recording.facts, recording.codec, answer)
        state = found.states[run_id]
        runner = Runner(plan, settings, state, context, start=found.start, timeout=timeout, recollection=found)
        return runner.events()

    def steps(self) -> Iterator[StepInfo]:
        """What is known of each step, in the order of their definition."""
        return step_infos(self._drafts)

    def describe(self) -> dict[str, Any]:
        """The pipeline as data that JSON can hold; it freezes the definitions of sub-pipelines, not its own.

        Returns:
            `name`, `nodes`, `topology`, `roots`, `metadata`, `hooks`, the picture as `visual_ast`, and `pipeline_hash`,
            the hash of what decides which steps run; it is that of the `plan_hash` of recorded runs.

        Raises:
            DefinitionError: The graph cannot run.
        """
        # Runs that are not recorded do not pay for these imports.
        from wt_engine.fingerprint import facts_of
        from wt_engine.visualization.drawing import picture_of

        plan = self._prepared[0] if self._prepared is not None else self._planned(self._assembled())
        known = describe(self.name, self._drafts, self.metadata, self.hooks())
        return {**known, "pipeline_hash": facts_of(plan).digest, "visual_ast": picture_of(self).to_dict()}

    def graph(self, renderer: GraphRenderer | None = None) -> str:
        """The pipeline as a picture.

        Args:
            renderer: Who draws it; without one it is a Mermaid flowchart.

        Raises:
            DefinitionError: A target does not exist.
        """
        # Runs do not pay for the import.
        from wt_engine.visualization import MermaidRenderer, picture_of

        return (renderer or MermaidRenderer()).render(picture_of(self))

    def _planned(self, assembly: Assembly) -> Plan:
        return assembly.plan(self.name, self._startup, self._shutdown, self._handler, self._middleware)

    def _assembled(self) -> Assembly:
        for draft in () if self._middleware else self._drafts.values():
            check_options(draft)
        return Assembly(self._drafts)

    def _check_open(self) -> None:
        if self._prepared is not None:
            raise RuntimeError(f"Pipe '{self.name}' is frozen after first run; define everything before")


def _event_logger() -> Observer:
    # Only who looks for a mistake pays for the import.
    from wt_engine.observability.logger import EventLogger

    return EventLogger()


def _check_limits(on_failure: str, queue_size: int, max_retries: int) -> None:
    if on_failure not in ("finish", "stop", "continue"):
        raise DefinitionError(f"on_failure must be 'finish', 'stop' or 'continue', not {on_failure!r}")
    check_count("queue_size", queue_size, 0)
    check_count("max_retries", max_retries, 1)
