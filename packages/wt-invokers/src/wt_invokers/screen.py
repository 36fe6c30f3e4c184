"""What a person sees of a run while it goes on: the workflow's own output, and which step is running."""

from __future__ import annotations

import codecs
import sys
import threading
import time
from typing import TextIO

from wt_contracts.console import Console
from wt_contracts.events import EventKind, WorkflowEvent

from wt_invokers.local import Watcher
from wt_invokers.process import Sink
from wt_invokers.steps import Steps


class Screen:
    """Shares the terminal between the threads of a run.

    Args:
        console: Where progress goes.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._steps = Steps()
        self._asked = 0.0

    def watcher(self) -> Watcher:
        """What shows a run here: its output as it is or, if the answer is for a machine, all on stderr."""
        stdout = sys.stderr if self._console.json else sys.stdout
        return Watcher(self._sink(stdout), self._sink(sys.stderr), self.show)

    def _sink(self, stream: TextIO) -> Sink:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        return lambda chunk: self._write(stream, decoder.decode(chunk))

    def show(self, event: WorkflowEvent) -> None:
        """Take an event of the run."""
        step = self._steps.observe(event)
        if step is None or event.kind is not EventKind.STEP_START:
            return
        with self._lock:
            if event.time > self._asked:  # what comes late must not hide what a person is asked
                self._console.progress(f"[{len(self._steps)}/{self._steps.total or '?'}] {step.label}")

    def _write(self, stream: TextIO, text: str) -> None:
        with self._lock:
            self._console.progress("")
            if text and not text.endswith("\n"):
                self._asked = time.time()
            stream.write(text)
            stream.flush()
