"""Thresholds of measurements, and the alerts of those that were crossed."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Sequence
from time import time
from typing import Any

from wt_engine.events import Event, EventType
from wt_engine.observability.opening import AnyStore, opened
from wt_engine.observability.statistics import GOOD
from wt_engine.observability.thresholds import Hook, Threshold, hook_name, hooks_named
from wt_engine.observers import Observer, ObserverMeta
from wt_engine.storage import AlertRecord, RunStatus, ThresholdRecord

STEP_DURATION = "step_duration_ms"
PIPELINE_DURATION = "pipeline_duration_ms"
ERROR_RATE = "error_rate"

_RECENT = 100
_log = logging.getLogger("wt_engine")


class Alerts(Observer):
    """Watches measurements, keeps an alert of each threshold that is crossed, and calls its hooks.

    As an observer of a pipe it measures `step_duration_ms` at the end of each call, and at the end of each run
    `pipeline_duration_ms` and `error_rate`: percent of the latest 100 runs of the pipeline, this one included, that did
    not end well (those that the store knows). `check` takes any other measurement.

    Args:
        store: The store, or the path of one, which keeps thresholds and alerts.
    """

    def __init__(self, store: AnyStore) -> None:
        self._store = store
        self._own: list[Threshold] = []
        self._kept: tuple[Threshold, ...] | None = None

    def add_alert_threshold(
        self,
        metric: str,
        expression: str,
        severity: str = "warning",
        steps: Sequence[Hook] = (),
        *,
        persist: bool = True,
    ) -> Threshold:
        """Add a threshold.

        Args:
            metric: What is measured.
            expression: What it must not be: one of `>`, `<`, `>=`, `<=`, `==`, `!=`, and a number.
            severity: How bad that is.
            steps: Functions that are called with the `AlertRecord`, async ones too.
            persist: Whether the store keeps it for every process; its hooks must then be functions of modules.

        Raises:
            ValueError: The expression is wrong, or a hook cannot be found by another process.
            StoreError: The store cannot be written.
        """
        threshold = Threshold(metric, expression, severity, tuple(steps))
        if not persist:
            self._own.append(threshold)
            return threshold
        names = [hook_name(hook) for hook in steps]
        with opened(self._store) as store:
            store.save_threshold(ThresholdRecord(metric, expression, severity, tuple(names)))
        self._kept = None
        return threshold

    def thresholds(self) -> list[Threshold]:
        """All thresholds: those of the store, and those of this process alone.

        Raises:
            LookupError: A hook of a kept one is no longer there.
            StoreError: The store cannot be read.
        """
        if self._kept is None:
            with opened(self._store) as store:
                self._kept = tuple(
                    Threshold(kept.metric, kept.expression, kept.severity, hooks_named(kept.hooks))
                    for kept in store.thresholds()
                )
        return [*self._kept, *self._own]

    async def check(self, metric: str, value: float, run_id: str | None = None, about: str = "") -> list[AlertRecord]:
        """Compare a measurement with the thresholds of its metric.

        Args:
            metric: What was measured.
            value: How much.
            run_id: In which run.
            about: What more to say in the alert.

        Returns:
            The alerts, which are kept; their hooks have been called.

        Raises:
            LookupError: As for `thresholds`.
            StoreError: The store cannot be used.
        """
        crossed = [each for each in self.thresholds() if each.metric == metric and each.crossed(value)]
        alerts = []
        for threshold in crossed:
            alert = await asyncio.to_thread(self._keep, threshold, value, run_id, about)
            alerts.append(alert)
            for hook in threshold.hooks:
                await _call(hook, alert)
        return alerts

    def alerts(self, run_id: str | None = None, *, unacknowledged: bool = False) -> list[AlertRecord]:
        """The alerts of the store, the oldest first.

        Args:
            run_id: Only those of this run.
            unacknowledged: Only those that nobody has acknowledged.

        Raises:
            StoreError: The store cannot be read.
        """
        with opened(self._store) as store:
            return store.alerts(run_id, unacknowledged=unacknowledged)

    def acknowledge_alert(self, alert_id: int, by: str | None = None) -> bool:
        """Keep that somebody has seen an alert.

        Args:
            alert_id: The alert's number.
            by: Who.

        Returns:
            Whether nobody had before.

        Raises:
            StoreError: The store cannot be written.
        """
        with opened(self._store) as store:
            return store.acknowledge_alert(alert_id, by)

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Measure the calls and the end of a run."""
        framework = (event.meta or {}).get("framework")
        if event.type in (EventType.STEP_END, EventType.STEP_ERROR) and framework is not None:
            about = f"step '{event.stage}' of pipeline '{meta.pipe_name}'"
            await self.check(STEP_DURATION, 1000 * framework["duration_s"], meta.run_id, about)
        elif event.type is EventType.FINISH and event.origin_run_id == event.run_id:
            about = f"pipeline '{meta.pipe_name}'"
            await self.check(PIPELINE_DURATION, 1000 * event.payload.duration_s, meta.run_id, about)
            if any(threshold.metric == ERROR_RATE for threshold in self.thresholds()):
                failed = event.payload.status.value != "success"
                rate = await asyncio.to_thread(self._error_rate, meta, failed)
                await self.check(ERROR_RATE, rate, meta.run_id, about)

    def _keep(self, threshold: Threshold, value: float, run_id: str | None, about: str) -> AlertRecord:
        of = f" of {about}" if about else ""
        with opened(self._store) as store:
            known = run_id is not None and store.get_run(run_id) is not None
            message = f"{threshold.metric}{of} is {value:.6g}, which is {threshold.expression.strip()}"
            if run_id is not None and not known:
                message += f" (run {run_id})"
            named = run_id if known else None
            alert = AlertRecord(
                threshold.metric, threshold.expression, threshold.severity, value, message, named, fired_at=time()
            )
            number = store.add_alert(alert)
            return next(kept for kept in store.alerts(named) if kept.alert_id == number)

    def _error_rate(self, meta: ObserverMeta, failed: bool) -> float:
        with opened(self._store) as store:
            recent = [
                run
                for run in store.list_runs(limit=10 * _RECENT)
                if run.name == meta.pipe_name and run.run_id != meta.run_id and run.status is not RunStatus.RUNNING
            ][: _RECENT - 1]
        bad = sum(run.status not in GOOD for run in recent) + failed
        return 100 * bad / (len(recent) + 1)


async def _call(hook: Hook, alert: AlertRecord) -> None:
    try:
        result = hook(alert) if inspect.iscoroutinefunction(hook) else await asyncio.to_thread(hook, alert)
        if inspect.isawaitable(result):
            await result
    except Exception:  # noqa: BLE001 - a hook is the user's, and must not end the watching
        _log.exception("A hook of the threshold '%s %s' failed", alert.metric, alert.expression)
