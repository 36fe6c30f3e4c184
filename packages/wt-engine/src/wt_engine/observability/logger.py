"""Events as lines of a log."""

from __future__ import annotations

import logging
import os
import sys
import time
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from wt_engine.events import Event, EventType
from wt_engine.observers import Observer, ObserverMeta

_ERRORS = frozenset({EventType.STEP_ERROR, EventType.TIMEOUT})
_WARNINGS = frozenset({EventType.CANCELLED, EventType.SUSPEND})
_DETAILS = frozenset({EventType.TOKEN, EventType.MAP_WORKER, EventType.BARRIER_WAIT, EventType.BARRIER_RELEASE})
_COLOURS = {logging.DEBUG: "2", logging.INFO: "36", logging.WARNING: "33", logging.ERROR: "31"}


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line.

    Attributes:
        level: How important it is, as in `logging`.
        message: What happened, on one line.
        timestamp: When, in seconds since the epoch.
        type: The event.
        stage: The step.
        pipe_name: The pipeline.
        run_id: The run.
        seq: The event's place in the run.
    """

    level: int
    message: str
    timestamp: float
    type: EventType
    stage: str
    pipe_name: str
    run_id: str
    seq: int


class LogSink(Protocol):
    """Where lines go."""

    def emit(self, record: LogRecord) -> None:
        """Take a line."""


class StreamLogSink:
    """Writes lines to a stream.

    Args:
        stream: Where; stderr without it.
        use_colors: Whether levels have colours; None for a terminal only, and not if `NO_COLOR` is set.
    """

    def __init__(self, stream: TextIO | None = None, use_colors: bool | None = None) -> None:
        self._stream = stream or sys.stderr
        if use_colors is None:
            use_colors = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._colours = use_colors

    def emit(self, record: LogRecord) -> None:
        """Write a line."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.timestamp))
        clock += f".{int(record.timestamp * 1000) % 1000:03d}"
        level = f"{logging.getLevelName(record.level):<7}"
        if self._colours:
            level = f"\033[{_COLOURS.get(record.level, '0')}m{level}\033[0m"
        self._stream.write(f"{clock} {level} {record.pipe_name} {record.message}\n")
        self._stream.flush()


class EventLogger(Observer):
    """Logs the events of runs: failures as errors, tokens and items as details, everything else as information.

    Args:
        level: The least level that is logged, as a number or a name of `logging`.
        sink: Where lines go; stderr without it.
        use_colors: For stderr, as for `StreamLogSink`.

    Raises:
        ValueError: There is no such level.
    """

    def __init__(
        self, level: int | str = logging.INFO, sink: LogSink | None = None, use_colors: bool | None = None
    ) -> None:
        found = logging.getLevelNamesMapping().get(level.upper()) if isinstance(level, str) else level
        if found is None:
            raise ValueError(f"there is no log level {level!r}")
        self._level = found
        self._sink = sink or StreamLogSink(use_colors=use_colors)

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Log an event."""
        level = _level(event)
        if level >= self._level:
            self._sink.emit(
                LogRecord(
                    level,
                    _message(event),
                    event.timestamp,
                    event.type,
                    event.stage,
                    meta.pipe_name,
                    event.run_id,
                    event.seq,
                )
            )


def _level(event: Event) -> int:
    if event.type in _ERRORS:
        return logging.ERROR
    if event.type in _WARNINGS:
        return logging.WARNING
    return logging.DEBUG if event.type in _DETAILS else logging.INFO


def _message(event: Event) -> str:
    words = [event.type.name, event.stage]
    if event.attempt > 1:
        words.append(f"(attempt {event.attempt})")
    about = event.meta or {}
    if event.type in (EventType.STEP_END, EventType.STEP_ERROR) and "framework" in about:
        words.append(f"after {about['framework']['duration_s']:.3f} s")
    if event.type is EventType.FINISH:
        words.append(f"{event.payload.status.value} after {event.payload.duration_s:.3f} s")
    elif event.type not in (EventType.START, EventType.STEP_START, EventType.STEP_END) and event.payload is not None:
        words.append(" ".join(str(event.payload).split())[:500])
    return " ".join(words)
