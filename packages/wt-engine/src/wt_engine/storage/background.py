"""Writing in the background, in batches, for runs whose records may lag behind them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

from wt_engine.storage.errors import StoreError
from wt_engine.storage.models import EventRow, NewRun, PlanFacts, RunEnd, StepRow
from wt_engine.storage.writer import SQLiteWriter

Batch = tuple[Sequence[StepRow], Sequence[EventRow]]


class BackgroundWriter:
    """Hands calls and events to a thread, which writes what has come together meanwhile in one transaction.

    What is wrong with the store is raised by the next call after it was found.

    Args:
        writer: Writes to the store.
    """

    def __init__(self, writer: SQLiteWriter) -> None:
        self._writer = writer
        self._batches: queue.Queue[Batch] = queue.Queue()
        self._error: StoreError | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, run: NewRun, plan: PlanFacts | None = None) -> int:
        """As for `SQLiteWriter`."""
        return self._writer.begin(run, plan)

    def resume(self, run_id: str, plan: PlanFacts) -> dict[str, int]:
        """As for `SQLiteWriter`."""
        return self._writer.resume(run_id, plan)

    def beat(self, run: int) -> None:
        """As for `SQLiteWriter`."""
        self._writer.beat(run)

    def write(self, steps: Sequence[StepRow], events: Sequence[EventRow]) -> None:
        """Write calls and events soon.

        Raises:
            StoreError: Earlier ones could not be written.
        """
        self._check()
        self._batches.put((steps, events))
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="wt-engine-store", daemon=True)
                self._thread.start()

    def rest(self) -> None:
        """Nothing: what writes in batches holds no place."""

    def end(self, run: int, how: RunEnd) -> None:
        """Wait until everything is written, and write how a run ended.

        Raises:
            StoreError: Something could not be written.
        """
        self._batches.join()
        self._check()
        self._writer.end(run, how)

    def _check(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _serve(self) -> None:
        while True:
            batches = [self._batches.get()]
            while True:
                try:
                    batches.append(self._batches.get_nowait())
                except queue.Empty:
                    break
            steps = [step for batch in batches for step in batch[0]]
            events = [event for batch in batches for event in batch[1]]
            try:
                self._writer.write(steps, events)
            except StoreError as error:
                self._error = error
            for _ in batches:
                self._batches.task_done()
