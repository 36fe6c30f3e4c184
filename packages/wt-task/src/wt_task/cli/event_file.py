"""The event stream of a run: `wt_contracts.events.WorkflowEvent`s as JSON lines."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wt_contracts.masking import Mask

VERSION = "1.2"
_OF_STEPS = ("time", "step", "method", "calls", "duration", "error", "reason", "round", "cached", "checkpoint")


class EventFile:
    """Writes events, and knows which steps are running.

    A reader that goes away ends the stream, not the run. Each line is written at once and whole, so that lines of
    several threads never mix.

    Args:
        path: The file or FIFO; None to write nothing.
        run_id: Which run, if the caller named it.
        mask: Replaces what nobody may read.
    """

    def __init__(self, path: str | None, run_id: str | None, mask: Mask | None = None) -> None:
        self._mask = mask
        self._run_id = run_id
        self._lock = threading.Lock()
        self._running: dict[str, None] = {}
        self._failed: str | None = None
        self._descriptor = self._open(path) if path else None

    @property
    def step(self) -> str | None:
        """The step that started last among those that have not ended well."""
        return next(reversed(self._running), self._failed)

    @property
    def watched(self) -> bool:
        """Whether somebody reads the events, and so says how the run ended."""
        return self._descriptor is not None

    def observe(self, event: Any) -> None:
        """Take an event of a task: anything with the attributes of a `WorkflowEvent`."""
        if event.step is not None:
            if event.kind == "STEP_START":
                self._running[event.step] = None
            elif event.kind not in ("STEP_ROUND", "STEP_CHECKPOINT"):
                self._running.pop(event.step, None)
                self._failed = event.step if event.kind == "STEP_ERROR" else self._failed
        if self._descriptor is not None:
            self._write(str(event.kind), {name: getattr(event, name, None) for name in _OF_STEPS})

    def emit(self, kind: str, **fields: Any) -> None:
        """Write an event of the run as a whole."""
        if self._descriptor is not None:
            self._write(kind, {"time": time.time(), **fields})

    def close(self) -> None:
        """End the stream."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self, path: str) -> int | None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)  # a FIFO without a reader
        try:
            descriptor = os.open(path, flags, 0o600)
            os.set_blocking(descriptor, True)
        except OSError as error:
            sys.stderr.write(f"warning: no events are written to {path}: {error.strerror}\n")
            return None
        return descriptor

    def _write(self, kind: str, fields: dict[str, Any]) -> None:
        event = {"version": VERSION, "kind": kind, "run_id": self._run_id, **fields}
        if self._mask and event.get("error"):  # the only text in an event that is not the spec's own
            event["error"] = self._mask.text(str(event["error"]))
        line = json.dumps({name: value for name, value in event.items() if value is not None}) + "\n"
        content = line.encode()
        try:
            with self._lock:
                while content and self._descriptor is not None:
                    content = content[os.write(self._descriptor, content) :]
        except OSError as error:
            self.close()
            if not isinstance(error, BrokenPipeError):
                sys.stderr.write(f"warning: no more events are written: {error.strerror}\n")
