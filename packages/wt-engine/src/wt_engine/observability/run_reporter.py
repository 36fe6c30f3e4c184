"""Tells a server of runs while they happen, and never holds them up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from wt_engine.api_client import APIClient
from wt_engine.events import Event, EventType
from wt_engine.observers import Observer, ObserverMeta
from wt_engine.outcome import PipelineEndData

_TASK = {EventType.STEP_START: "start", EventType.STEP_END: "success", EventType.STEP_ERROR: "error"}
_LONGEST_WAIT = 60.0


class RunReporter(Observer):
    """Reports runs to a server: each run's beginning, each step's start and end, each run's end.

    Reports wait in a bounded queue for a thread that sends them in order. While the server cannot be reached, they are
    kept as far as there is room, the oldest give way, and the next attempt waits longer each time, up to a minute.

    Args:
        client: How to reach the server.
        worker_id: By which worker.
        queue_size: How many reports may wait.
        wait: Seconds before the first further attempt.

    Attributes:
        lost: How many reports had to give way, or were refused.
    """

    def __init__(
        self, client: APIClient, worker_id: str | None = None, queue_size: int = 1000, wait: float = 1.0
    ) -> None:
        self.lost = 0
        self._client = client
        self._worker = worker_id
        self._limit = queue_size
        self._wait = wait
        self._reports: deque[tuple[Callable[[dict[str, Any]], Any], dict[str, Any]]] = deque()
        self._change = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Report that a run begins."""
        about = {"id": meta.run_id, "name": meta.pipe_name, "worker_id": self._worker, "started_at": meta.started_at}
        self._report(self._client.register_process, about)

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Report how a step stands, or how the run has ended."""
        if event.type is EventType.FINISH and event.stage == "system":
            self._report(self._client.end_process, _ending(meta.run_id, event.payload))
        status = _TASK.get(event.type)
        if status is None:
            return
        about = {
            "process_id": meta.run_id,
            "task": event.stage,
            "task_id": event.invocation_id,
            "status": status,
            "attempt": event.attempt,
            "at": event.timestamp,
        }
        if status == "error":
            about["details"] = str(event.payload)
        self._report(self._client.update_task, about)

    def close(self, timeout: float = 5.0) -> bool:
        """Send what still waits, if the server can be reached in time, and end.

        Args:
            timeout: Seconds that this may take.

        Returns:
            Whether everything was sent.
        """
        deadline = monotonic() + timeout
        with self._change:
            self._closed = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join(max(0.0, deadline - monotonic()))
        with self._change:
            sent = not self._reports and not self.lost
            self._reports.clear()
        self._client.close()
        return sent

    def _report(self, method: Callable[[dict[str, Any]], Any], about: dict[str, Any]) -> None:
        with self._change:
            if self._closed:
                return
            if len(self._reports) >= self._limit:
                self._reports.popleft()
                self.lost += 1
            self._reports.append((method, about))
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="wt-engine-reports", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def _send_all(self) -> None:
        pause = self._wait
        while True:
            with self._change:
                while not self._reports and not self._closed:
                    self._change.wait()
                if not self._reports:
                    return
                report = self._reports[0]
                last_attempt = self._closed
            method, about = report
            method(about)
            if not self._client.unreachable:
                pause = self._wait
                self._done(report)
            else:
                if last_attempt:
                    return
                with self._change:
                    self._change.wait_for(lambda: self._closed, pause)
                pause = min(2 * pause, _LONGEST_WAIT)

    def _done(self, report: Any) -> None:
        with self._change:
            self.lost += self._client.last_error is not None
            if self._reports and self._reports[0] is report:
                self._reports.popleft()


def _ending(run_id: str, end: PipelineEndData) -> dict[str, Any]:
    return {
        "id": run_id,
        "status": end.status.value,
        "duration_s": end.duration_s,
        "details": end.error,
        "failed_task": end.failed_step,
    }
