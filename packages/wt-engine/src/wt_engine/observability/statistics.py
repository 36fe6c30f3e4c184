"""How the runs of a store went, all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from time import time
from typing import Any

from wt_engine.storage import RunRecord, RunStatus, SQLiteBackend

_PAGE = 500
_DAY = 86_400
_ENDED = frozenset(RunStatus) - {RunStatus.RUNNING, RunStatus.SUSPENDED}
GOOD = frozenset({RunStatus.SUCCESS, RunStatus.RUNNING, RunStatus.SUSPENDED})
"""How a run stands that nobody needs to look at."""


def runs_of(
    store: SQLiteBackend, pipeline: str | None = None, status: str | None = None, days: float | None = None
) -> Iterator[RunRecord]:
    """The runs of a store, the latest first.

    Args:
        store: The store.
        pipeline: Only those of the pipeline of this name.
        status: Only those that stand so.
        days: Only those that began within so many days.

    Raises:
        StoreError: The store cannot be read.
    """
    earliest = 0.0 if days is None else time() - days * _DAY
    offset = 0
    while page := store.list_runs(status, _PAGE, offset):
        offset += len(page)
        yield from (run for run in page if pipeline in (None, run.name) and run.started_at >= earliest)
        if page[-1].started_at < earliest:
            return


def statistics_of(runs: Sequence[RunRecord]) -> dict[str, Any]:
    """Numbers about runs.

    Returns:
        `total`, `by_status`, `success_rate` (percent of those that have ended, None if none has), `duration_s` (`mean`,
        `min`, `median`, `p95`, `max` of those that have ended) and the same of each of the `pipelines`.
    """
    names = list(dict.fromkeys(run.name for run in runs))
    by_name = {name: _numbers([run for run in runs if run.name == name]) for name in names}
    return {**_numbers(runs), "pipelines": by_name}


def _numbers(runs: Sequence[RunRecord]) -> dict[str, Any]:
    counts = Counter(run.status for run in runs)
    ended = sum(counts[status] for status in _ENDED)
    durations = sorted(run.duration_s for run in runs if run.duration_s is not None)
    return {
        "total": len(runs),
        "by_status": {status.value: counts[status] for status in RunStatus if counts[status]},
        "success_rate": round(100 * counts[RunStatus.SUCCESS] / ended, 2) if ended else None,
        "duration_s": _spread(durations) if durations else None,
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "mean": sum(values) / len(values),
        "min": values[0],
        "median": _quantile(values, 0.5),
        "p95": _quantile(values, 0.95),
        "max": values[-1],
    }


def _quantile(values: Sequence[float], share: float) -> float:
    """The quantile of sorted values, interpolated (definition 7 of Hyndman and Fan, "Sample Quantiles", 1996)."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])
