"""What a piece of work, or a run, costs the machine: processor and memory, its child processes included."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from wt_engine.observers import Observer, ObserverMeta

if TYPE_CHECKING:
    import os

    import psutil

_SHARE = 0.05
_SHORTEST = 0.02
_KEPT = 100
_MB = 2**20


class _Sampling:
    """One measurement, from its creation to `stop`; the readings are those of a thread of its own."""

    def __init__(self, interval: float) -> None:
        # Whoever measures pays for the import.
        import psutil

        self._process = psutil.Process()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.started = datetime.now(UTC)
        self.ended: datetime | None = None
        self._began = self._last = perf_counter()
        cpu, rss = self._read()
        self._cpu_first = self._cpu = cpu
        self.start_rss = self.peak_rss = self.rss = rss
        self._area = 0.0
        self.peak_cpu = 0.0
        self.readings = 1
        threading.Thread(target=self._watch, args=(interval,), name="wt-engine-monitor", daemon=True).start()

    def _watch(self, interval: float) -> None:
        pause = interval
        while not self._over.wait(pause):
            before = perf_counter()
            self._add(last=False)
            # Looking at many processes takes a while: it must not become a load of its own.
            pause = max(interval, (perf_counter() - before) / _SHARE)

    def _read(self) -> tuple[float, int]:
        """Seconds of processor time and bytes of memory, of the process and all below it."""
        import psutil

        times = self._process.cpu_times()
        # Children that have ended are counted by the operating system, on POSIX.
        seconds = times.user + times.system + getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
        rss: int = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            try:
                seconds += _seconds(child)
                rss += child.memory_info().rss
            except psutil.Error:
                continue
        return seconds, rss

    def _add(self, *, last: bool) -> None:
        cpu, rss = self._read()
        now = perf_counter()
        with self._lock:
            if self.ended is not None:
                return
            passed = now - self._last
            if passed >= _SHORTEST:
                self.peak_cpu = max(self.peak_cpu, 100 * (cpu - self._cpu) / passed)
            self._area += passed * (self.rss + rss) / 2
            self._last, self._cpu, self.rss = now, cpu, rss
            self.peak_rss = max(self.peak_rss, rss)
            self.readings += 1
            if last:
                self.ended = datetime.now(UTC)

    def stop(self) -> None:
        """Take the last reading; the thread ends by itself."""
        self._over.set()
        self._add(last=True)

    def summary(self) -> dict[str, Any]:
        """What was measured until now."""
        with self._lock:
            elapsed = self._last - self._began
            average = 100 * (self._cpu - self._cpu_first) / elapsed if elapsed else 0.0
            return {
                "elapsed_seconds": elapsed,
                "start_ram_mb": self.start_rss / _MB,
                "end_ram_mb": self.rss / _MB,
                "peak_ram_mb": self.peak_rss / _MB,
                "avg_ram_mb": (self._area / elapsed if elapsed else self.start_rss) / _MB,
                "ram_increase_mb": (self.rss - self.start_rss) / _MB,
                "avg_cpu_percent": max(average, 0.0),
                "peak_cpu_percent": max(self.peak_cpu, average, 0.0),
                "readings_count": self.readings,
                "start_time": self.started.isoformat(),
                "end_time": self.ended.isoformat() if self.ended else None,
            }


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


class ResourceMonitor(Observer):
    """Measures a block (`with` and `async with`), or, as an observer of a pipe, its runs.

    Readings are taken in a thread; entering and leaving the block take one each and wait for nothing. The average of
    the processor is exact, whatever the interval; the peaks are those of the readings. 100 % is one core.

    Args:
        task_name: What is measured.
        store: A store, or the path of one, to keep the figures in as metrics, named `resources.<figure>`.
        interval: Seconds between readings; more if they take more than a twentieth of that.
        db_path: The same as `store`.
    """

    def __init__(
        self,
        task_name: str = "task",
        store: str | os.PathLike[str] | Any | None = None,
        interval: float = 0.1,
        *,
        db_path: str | os.PathLike[str] | None = None,
    ) -> None:
        if not interval > 0:
            raise ValueError(f"interval must be seconds above 0, not {interval!r}")
        self.task_name = task_name
        self._store = db_path if store is None else store
        self._interval = interval
        self._block: _Sampling | None = None
        self._runs: OrderedDict[str, _Sampling] = OrderedDict()

    def __enter__(self) -> ResourceMonitor:
        self._block = _Sampling(self._interval)
        return self

    def __exit__(self, *_: object) -> None:
        if self._block is not None:
            self._block.stop()
            self._keep(self._block, None)

    async def __aenter__(self) -> ResourceMonitor:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Begin to measure a run."""
        self._runs[meta.run_id] = _Sampling(self._interval)
        while len(self._runs) > _KEPT:
            self._runs.popitem(last=False)[1].stop()

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        """End the measurement of a run."""
        self._stop(meta.run_id)

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        """End the measurement of a run that failed."""
        self._stop(meta.run_id)

    def get_summary(self, run_id: str | None = None) -> dict[str, Any]:
        """What was measured, also while it still is.

        Args:
            run_id: A run, for an observer; without it the block, or else the latest run.

        Returns:
            `task_name`, `elapsed_seconds`, `start_ram_mb`, `end_ram_mb`, `peak_ram_mb`, `avg_ram_mb`,
            `ram_increase_mb`, `avg_cpu_percent`, `peak_cpu_percent`, `readings_count`, `start_time`, `end_time` (ISO
            8601, UTC).

        Raises:
            RuntimeError: Nothing was measured.
        """
        latest = next(reversed(self._runs.values()), None)
        sampling = self._runs.get(run_id) if run_id is not None else self._block or latest
        if sampling is None:
            raise RuntimeError(
                f"ResourceMonitor '{self.task_name}' has measured nothing{f' of {run_id}' if run_id else ''}"
            )
        return {"task_name": self.task_name, **sampling.summary()}

    def _stop(self, run_id: str) -> None:
        sampling = self._runs.get(run_id)
        if sampling is not None:
            sampling.stop()
            self._keep(sampling, run_id)

    def _keep(self, sampling: _Sampling, run_id: str | None) -> None:
        if self._store is None:
            return
        from wt_engine.observability.metric import record_figures

        record_figures(self._store, sampling.summary(), "resources", self.task_name, run_id)
