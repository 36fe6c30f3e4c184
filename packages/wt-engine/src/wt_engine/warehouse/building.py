"""What a pipeline of steps over a warehouse is made of, and how it is put together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Self

from wt_engine.cancellation import CancellationToken
from wt_engine.drafting import check_count
from wt_engine.errors import DefinitionError
from wt_engine.keeping import Keeping
from wt_engine.observers import QUEUE, validate_observer
from wt_engine.plan import Plan
from wt_engine.run import Settings
from wt_engine.warehouse.annotations import Annotation
from wt_engine.warehouse.blocks import Condition, Test, as_list, read_test
from wt_engine.warehouse.checkpoints import Checkpoint
from wt_engine.warehouse.inspection import flowchart, steps_info
from wt_engine.warehouse.lowering import Compiled, Lowering
from wt_engine.warehouse.surroundings import Hook, Surroundings
from wt_engine.warehouse.tasks import (
    Block,
    Exceptions,
    Nested,
    StepSettings,
    check_settings,
    exceptions,
    make_task,
    names,
    read_block,
)

if TYPE_CHECKING:
    from wt_engine.recording import Recording


class Building:
    """The parts of a pipeline, and its plan once they are put together.

    Args:
        name: The pipeline's name.
        defaults: What counts for steps that do not say it themselves.
        goes_on: Whether a failed step stops what comes after it.
        metadata: What the record of each run says about the pipeline.
        token: Cancels all runs of the pipeline.
        queue_size: How many events wait for their reader.
        keeping: Where and how runs are recorded.
    """

    def __init__(
        self,
        name: str,
        defaults: StepSettings,
        goes_on: bool,
        metadata: Mapping[str, Any],
        token: CancellationToken | None,
        queue_size: int,
        keeping: Keeping,
    ) -> None:
        check_settings(f"every step of {name}", defaults, None)
        check_count("queue_size", queue_size, 0)
        self.name = name
        self.goes_on = goes_on
        self.metadata = dict(metadata)
        self._defaults = defaults
        self._token = token or CancellationToken()
        self._active: set[CancellationToken] = set()
        self._queue_size = queue_size
        self._keeping = keeping
        self._entries: list[Block] = []
        self._around = Surroundings()
        self._annotations: list[Annotation] = []
        self._after: list[Any] = []
        self._observers: list[tuple[Any, int]] = []
        self._prepared: tuple[Plan, Settings] | None = None
        self._lock = threading.RLock()

    @property
    def steps(self) -> list[Any]:
        """The steps, as they run one after the other."""
        return list(self._entries)

    def set_steps(self, steps: Sequence[Any]) -> Self:
        """Give all steps at once, instead of those that there are.

        Args:
            steps: Functions, `(function, name[, version[, metadata]])`, pipelines, `Condition`, `For`, `Parallel`,
                `Background`.

        Raises:
            DefinitionError: An entry is none of these.
        """
        self._entries = [read_block(entry) for entry in as_list(steps)]
        return self._changed()

    def set_states(self, states: Sequence[Any]) -> Self:
        """The same as `set_steps`."""
        return self.set_steps(states)

    def add_state(
        self,
        name: str,
        func: Any,
        version: str | None = None,
        depends_on: str | Sequence[str] | None = None,
        timeout: float | None = None,
        retry_count: int | None = None,
        retry_delay: float | None = None,
        retry_on_exceptions: Exceptions | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Self:
        """Add a step.

        Args:
            name: Its name.
            func: What it calls.
            version: Its version; `v1.0` without one.
            depends_on: The steps that it waits for, instead of those before it.
            timeout: Seconds that an attempt may take.
            retry_count: How often to try again.
            retry_delay: Seconds between attempts.
            retry_on_exceptions: What to try again after.
            metadata: What else to tell hooks and the record.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        given = StepSettings(
            name=name,
            version=version or "v1.0",
            timeout=timeout,
            depends_on=names(depends_on),
            retry_count=retry_count,
            retry_delay=retry_delay,
            retry_on_exceptions=exceptions(retry_on_exceptions),
        )
        if hasattr(func, "prepared"):
            self._entries.append(Nested(name, func, given.depends_on))
        else:
            self._entries.append(make_task(func, given, metadata, version_given=version is not None))
        return self._changed()

    def add_pipeline(
        self, pipeline: Any, name: str | None = None, depends_on: str | Sequence[str] | None = None
    ) -> Self:
        """Add a pipeline as a step.

        Raises:
            DefinitionError: It is none.
        """
        if isinstance(pipeline, str) and hasattr(name, "prepared"):
            pipeline, name = name, pipeline
        if not hasattr(pipeline, "prepared"):
            raise DefinitionError(f"add_pipeline takes a Pipeline, not {pipeline!r}")
        self._entries.append(Nested(name or str(pipeline.name), pipeline, names(depends_on)))
        return self._changed()

    def add_condition(
        self, expression: Test | Condition, branch_true: Any = None, branch_false: Any | None = None
    ) -> Self:
        """Add a branch; see `Condition`.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        if not isinstance(expression, Condition):
            expression = Condition(expression, branch_true, branch_false)
        self._entries.append(expression)
        return self._changed()

    def add_event(
        self,
        type: str,  # noqa: A002 - a published name
        name: str,
        message: str = "",
        data: Any = None,
        tags: Sequence[str] = (),
        steps: Sequence[Any] | Any | None = None,
    ) -> Self:
        """Have something written down with every run.

        Args:
            type: What kind of thing it is, such as `deployment`.
            name: What it is called.
            message: What to tell people.
            data: What else is known.
            tags: How to find it.
            steps: Steps to run after all others.
        """
        self._annotations.append(Annotation(type, name, message, data, tuple(tags)))
        self._after.extend(read_block(entry) for entry in as_list(steps))
        return self._changed()

    def add_checkpoint(self, name: str, expression: Test = "True", steps: Sequence[Any] | Any | None = None) -> Self:
        """Save the warehouse under a name, once a run, after the first step at whose end an expression holds.

        Args:
            name: What the saved state is called.
            expression: When to save; it is not asked as long as a name in it is not in the warehouse.
            steps: Steps to run then, before the run goes on.

        Raises:
            DefinitionError: The expression is none, or the name is taken.
        """
        if any(known.name == name for known in self._around.checkpoints):
            raise DefinitionError(f"there is a checkpoint '{name}' already")
        test = read_test(f"checkpoint '{name}'", expression)
        self._around.checkpoints.append(Checkpoint(name, test, [read_block(one) for one in as_list(steps)] or None))
        return self._changed()

    def add_error_capture(self, steps: Sequence[Hook] | Hook, break_on_error: bool | None = None) -> Self:
        """Call functions with the warehouse and what is known of the error after every failed attempt of a step.

        Args:
            steps: The functions, or `(function, name)`.
            break_on_error: Whether a failed step ends the run; None leaves that as it is.
        """
        for entry in as_list(steps):
            function, name = entry[:2] if isinstance(entry, tuple) else (entry, None)
            if not callable(function):
                raise DefinitionError(f"an error capture is a function of (data, error_info), not {entry!r}")
            self._around.captures.append((name or str(getattr(function, "__name__", "capture")), function))
        if break_on_error is not None:
            self.goes_on = not break_on_error
        return self._changed()

    def add_pre_hook(self, hook: Hook) -> Self:
        """Call `hook(context, step_info)` before every attempt of a step; what it raises fails the step, for good."""
        self._around.pre.append(_hook(hook))
        return self._changed()

    def add_post_hook(self, hook: Hook) -> Self:
        """Call `hook(context, step_info, outcome)` after every step; what it raises is noted in the record.

        The outcome is `"success"`, or the exception of the last attempt.
        """
        self._around.post.append(_hook(hook))
        return self._changed()

    def add_observer(self, observer: Any, queue_size: int = QUEUE) -> Self:
        """Let somebody watch all runs; see `Observer`.

        Raises:
            TypeError: It lacks a method, or one is not `async def`.
        """
        validate_observer(observer)
        self._observers.append((observer, queue_size))
        return self._changed()

    def validate(self) -> None:
        """Check that the pipeline can run.

        Raises:
            DefinitionError: It cannot.
        """
        self.prepared()

    def describe(self) -> dict[str, Any]:
        """The pipeline as data that JSON can hold."""
        return {
            "name": self.name,
            "steps": steps_info(self._entries),
            "on_failure": "continue" if self.goes_on else "finish",
            "checkpoints": [checkpoint.name for checkpoint in self._around.checkpoints],
            "events": [asdict(annotation) for annotation in self._annotations],
            "metadata": dict(self.metadata),
        }

    def graph(self) -> str:
        """The pipeline as a Mermaid flowchart.

        Raises:
            DefinitionError: It cannot run.
        """
        return flowchart(self.prepared()[0])

    def prepared(self) -> tuple[Plan, Settings]:
        """The plan and the settings, made once.

        Raises:
            DefinitionError: The pipeline cannot run.
        """
        with self._lock:
            if self._prepared is None:
                _check_nesting(self, ())
                settings = Settings(
                    on_failure="continue" if self.goes_on else "finish",
                    queue_size=self._queue_size,
                    max_map_items=100_000,
                    max_retries=100,
                    classification=None,
                    hooks=(),
                    observers=tuple(self._observers),
                    token=self._token,
                    metadata=self.metadata,
                    notes=tuple(asdict(annotation) for annotation in self._annotations),
                )
                plan = self._lowering(self.name, self._surroundings(settings), settings).plan(
                    self._entries, self._after
                )
                self._prepared = plan, replace(settings, recording=self._recording(plan))
            return self._prepared

    def _surroundings(self, settings: Settings) -> Surroundings:
        around = self._around
        found = []
        for checkpoint in around.checkpoints:
            if checkpoint.steps is not None:
                name = f"checkpoint {checkpoint.name}"
                bare = Surroundings(around.pre, around.post, around.captures)
                plan = self._lowering(name, bare, settings).plan(checkpoint.steps)
                checkpoint = replace(checkpoint, steps=Compiled(name, plan, settings))
            found.append(checkpoint)
        return Surroundings(list(around.pre), list(around.post), list(around.captures), found)

    def _recording(self, plan: Plan) -> Recording | None:
        found = self._keeping.of(plan, None)
        if found is not None:
            from wt_engine.warehouse.forms import register_forms

            register_forms()
        return found

    def _lowering(self, name: str, around: Surroundings, settings: Settings) -> Lowering:
        return Lowering(name, self._defaults, around, settings)

    def _changed(self) -> Self:
        self._prepared = None
        return self


def _hook(hook: Any) -> Callable[..., Any]:
    if not callable(hook):
        raise DefinitionError(f"a hook is a function, not {hook!r}")
    function: Callable[..., Any] = hook
    return function


def _nested(entries: Sequence[Any]) -> list[Any]:
    found = []
    for entry in map(read_block, entries):
        if isinstance(entry, Nested):
            found.append(entry.pipeline)
        for part in ("steps", "branch_true", "branch_false"):
            found.extend(_nested(getattr(entry, part, None) or ()))
    return found


def _check_nesting(pipeline: Any, above: tuple[Any, ...]) -> None:
    if any(pipeline is one for one in above):
        path = " -> ".join(str(one.name) for one in (*above, pipeline))
        raise DefinitionError(f"Pipeline '{pipeline.name}' contains itself: {path}")
    for inner in _nested(pipeline.steps) if isinstance(pipeline, Building) else ():
        _check_nesting(inner, (*above, pipeline))
