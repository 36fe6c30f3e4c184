"""What steps say about themselves: data, tags, samples and counters of the step, of the run and of the pipeline."""

from __future__ import annotations

import dataclasses
import threading
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from wt_engine.errors import DefinitionError

_TEXTS = frozenset({"Meta", "Meta | None", "None | Meta", "Optional[Meta]", "wt_engine.Meta", "wt_engine.Meta | None"})


class ScopedMeta:
    """What is said of one step or one run. May be written from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._data: dict[str, Any] = {}
        self._tags: set[str] = set()
        self._metrics: dict[str, list[float]] = {}
        self._counters: dict[str, float] = {}

    def set(self, key: str, value: Any) -> None:
        """Keep a value."""
        with self._lock:
            self._data[key] = value

    def get(self, key: str, default: Any = None) -> Any:
        """The value that was kept, or the default."""
        return self._data.get(key, default)

    def add_tag(self, tag: str) -> None:
        """Add a tag; the same one twice counts once."""
        with self._lock:
            self._tags.add(tag)

    def record_metric(self, name: str, value: float) -> None:
        """Add a sample to a metric."""
        with self._lock:
            self._metrics.setdefault(name, []).append(value)

    def increment(self, counter: str, amount: float = 1) -> None:
        """Add to a counter, which starts at 0."""
        with self._lock:
            self._counters[counter] = self._counters.get(counter, 0) + amount

    def snapshot(self) -> dict[str, Any]:
        """Everything that was said: `data`, `tags` (sorted), `metrics` (lists of samples) and `counters`."""
        with self._lock:
            return {
                "data": dict(self._data),
                "tags": sorted(self._tags),
                "metrics": {name: list(samples) for name, samples in self._metrics.items()},
                "counters": dict(self._counters),
            }


class PipelineMeta:
    """What the pipeline's author has said of it in `Pipe(metadata=…)`; it can only be read.

    Args:
        data: What was said.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return self._data.get(key, default)


class RunScopes:
    """The scopes of one run.

    Args:
        pipeline: What the pipeline's author has said of it.
    """

    def __init__(self, pipeline: Mapping[str, Any]) -> None:
        self.run = ScopedMeta()
        self.pipeline = PipelineMeta(pipeline)
        self._steps: dict[int, ScopedMeta] = {}

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be the scopes that `Meta` finds; a step of the run above is left."""
        run, step = _RUN.set(self), _STEP.set(None)
        try:
            yield
        finally:
            _STEP.reset(step)
            _RUN.reset(run)

    @contextmanager
    def step(self, number: int) -> Iterator[None]:
        """Be in a step, or in the handler of its failure.

        Args:
            number: The number of the invocation.
        """
        token = _STEP.set(self._steps.setdefault(number, ScopedMeta()))
        try:
            yield
        finally:
            _STEP.reset(token)

    def taken(self, number: int) -> dict[str, Any]:
        """What an invocation that is over has said; empty if it never ran."""
        scope = self._steps.pop(number, None)
        return {} if scope is None else scope.snapshot()


_RUN: ContextVar[RunScopes | None] = ContextVar("wt_engine_meta_run", default=None)
_STEP: ContextVar[ScopedMeta | None] = ContextVar("wt_engine_meta_step", default=None)


class Meta:
    """Declare one field of this type in the class of the context, and every run fills it.

    The object itself holds nothing: it finds the step and the run in which it is used, so that concurrent steps and
    runs may share one context.
    """

    @property
    def step(self) -> ScopedMeta:
        """The step that runs here.

        Raises:
            RuntimeError: No step does.
        """
        scope = _STEP.get()
        if scope is None:
            raise RuntimeError("meta.step is there only inside a step; use meta.run in hooks")
        return scope

    @property
    def run(self) -> ScopedMeta:
        """The run.

        Raises:
            RuntimeError: There is none here.
        """
        return _scopes().run

    @property
    def pipeline(self) -> PipelineMeta:
        """The pipeline.

        Raises:
            RuntimeError: No run is here.
        """
        return _scopes().pipeline


def _scopes() -> RunScopes:
    scopes = _RUN.get()
    if scopes is None:
        raise RuntimeError("meta is there only inside a run, in the process that the run is in")
    return scopes


def meta_field(context_type: Any) -> str | None:
    """The field of a context class that is declared as `Meta` or `Meta | None`; None if there is none.

    Raises:
        DefinitionError: There are two, or the class cannot be written to.
    """
    if not isinstance(context_type, type):
        return None
    found = [name for name, annotation in _annotations(context_type).items() if _is_meta(annotation)]
    if len(found) > 1:
        raise DefinitionError(f"{context_type.__name__} declares several fields as Meta: {', '.join(found)}; keep one")
    if found and dataclasses.is_dataclass(context_type):
        shape: Any = context_type
        if shape.__dataclass_params__.frozen:
            raise DefinitionError(
                f"{context_type.__name__}.{found[0]} is declared as Meta, but the dataclass is frozen: "
                f"the engine could not fill it"
            )
    return found[0] if found else None


def fill(context: Any, name: str) -> None:
    """Give a context its `Meta`, unless it has one."""
    if isinstance(context, dict):
        context.setdefault(name, Meta())
    elif getattr(context, name, None) is None:
        setattr(context, name, Meta())


def _annotations(kind: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind)
    except (NameError, TypeError, AttributeError, SyntaxError):
        # Some annotation names something that cannot be found here; the others are still good as texts.
        return {
            name: text
            for base in reversed(kind.__mro__)
            for name, text in vars(base).get("__annotations__", {}).items()
        }


def _is_meta(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation in _TEXTS
    return annotation is Meta or Meta in typing.get_args(annotation)
