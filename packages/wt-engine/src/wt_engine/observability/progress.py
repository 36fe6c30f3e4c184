"""How far a run is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TextIO

from wt_engine.events import Event, EventType
from wt_engine.observability.calls import Told
from wt_engine.observers import Observer, ObserverMeta

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ProgressBar(Observer):
    """Shows how many steps of a run have ended, and which one runs.

    The total grows when a map says how many items it has. Loops and untaken branches make it an estimate.

    Args:
        stream: Where to show it; stderr without it.
        interval: Seconds between lines, where there is no terminal.
        clock: What tells the time, in seconds.

    Raises:
        ModuleNotFoundError: When a run starts on a terminal and rich, of the extra `cli`, is not installed.
    """

    def __init__(
        self, stream: TextIO | None = None, interval: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream or sys.stderr
        self._interval = interval
        self._clock = clock
        self._bar: tuple[Progress, TaskID] | None = None
        self._done = self._total = self._failed = 0
        self._said = 0.0
        self._name = ""
        self._before: list[Told] = []

    def catch_up(self, events: Iterable[Told]) -> None:
        """Count what a run that is resumed has told already.

        Args:
            events: Its recorded events.
        """
        self._before = [event for event in events if event.type in (EventType.MAP_START, EventType.STEP_END)]

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Begin."""
        self._name, self._total = meta.pipe_name, meta.steps
        self._done = self._failed = 0
        self._said = self._clock()
        for event in self._before:
            self._count(event)
        if self._stream.isatty():
            self._bar = _bar(self._stream, self._name, self._total)

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Count."""
        if self._count(event) or event.type is EventType.STEP_START:
            self._show(event.stage)

    def _count(self, event: Told) -> bool:
        if event.type == EventType.MAP_START:
            # The worker is one of the steps already.
            self._total += max(event.payload["item_count"] - 1, 0)
        elif event.type in (EventType.STEP_END, EventType.STEP_ERROR) and event.invocation_id is not None:
            again = event.type == EventType.STEP_ERROR and "retry_in_s" in (event.meta or {})
            self._done += not again
            self._failed += event.type == EventType.STEP_ERROR and not again
        else:
            return False
        return True

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        """Say that it is over."""
        self._finish(f"ended after {duration_s:.2f} s")

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        """Say that it failed."""
        self._finish(f"failed: {' '.join(str(error).split())[:200]}")

    def _show(self, stage: str) -> None:
        total = max(self._total, self._done)
        if self._bar is not None:
            progress, task = self._bar
            progress.update(task, completed=self._done, total=total, step=stage)
        elif self._clock() - self._said >= self._interval:
            self._said = self._clock()
            self._line(f"{self._done}/{total} steps, {stage}")

    def _finish(self, text: str) -> None:
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None
        failed = f", {self._failed} failed" if self._failed else ""
        self._line(f"{text} ({self._done} steps{failed})")

    def _line(self, text: str) -> None:
        self._stream.write(f"{self._name}: {text}\n")
        self._stream.flush()


def _bar(stream: TextIO, name: str, total: int) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}", markup=False),
        console=Console(file=stream),
    )
    progress.start()
    return progress, progress.add_task(escape(name), total=total, step="")
