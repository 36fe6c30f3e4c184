"""What a piece of work costs."""

from __future__ import annotations

import asyncio
import mmap
import subprocess
import sys
import threading
import time

import pytest
from wt_engine import Pipe
from wt_engine.observability import Metric, ResourceMonitor
from wt_engine.storage import SQLiteBackend


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_block_is_measured(tmp_path):
    begin = time.process_time()
    with ResourceMonitor("work", interval=0.02) as monitor:
        block = mmap.mmap(-1, 60 * 2**20)  # new pages, where a bytearray may get what an earlier test gave back
        block.write(b"x" * len(block))
        burn(0.3)
        while monitor.get_summary()["readings_count"] < 3:
            burn(0.01)
        held = len(block)
    spent = time.process_time() - begin
    summary = monitor.get_summary()
    assert held
    assert summary["task_name"] == "work"
    assert summary["peak_ram_mb"] >= summary["start_ram_mb"] + 50
    assert summary["peak_ram_mb"] >= summary["avg_ram_mb"] >= summary["start_ram_mb"] - 5
    assert summary["avg_cpu_percent"] == pytest.approx(100 * spent / summary["elapsed_seconds"], rel=0.9)
    assert summary["peak_cpu_percent"] >= summary["avg_cpu_percent"] > 0
    assert summary["elapsed_seconds"] >= 0.3
    assert summary["start_time"] < summary["end_time"]


def test_leaving_waits_for_nothing_and_ends_the_readings():
    with ResourceMonitor(interval=3600) as monitor:
        pass
    summary = monitor.get_summary()
    assert summary["readings_count"] == 2
    assert not [thread for thread in threading.enumerate() if thread.name == "wt-engine-monitor" and not thread.daemon]
    assert monitor.get_summary() == summary


def test_children_count():
    program = "x = bytearray(80 * 2**20)\nfor _ in range(10**6): pass\nprint('ready', flush=True)\ninput()"
    with ResourceMonitor(interval=0.02) as monitor:
        child = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        seen = monitor.get_summary()["readings_count"]
        while monitor.get_summary()["readings_count"] < seen + 2:
            burn(0.005)
        child.communicate("\n")
    assert monitor.get_summary()["peak_ram_mb"] > monitor.get_summary()["start_ram_mb"] + 70


@pytest.mark.parametrize("keyword", ["store", "db_path"])
def test_an_asynchronous_block_and_runs_are_measured(collect, tmp_path, keyword):
    async def block():
        async with ResourceMonitor() as monitor:
            await asyncio.sleep(0)
        return monitor.get_summary()

    assert asyncio.run(block())["elapsed_seconds"] > 0

    path = tmp_path / "runs.db"
    monitor = ResourceMonitor("pipe", **{keyword: path})
    pipe = Pipe()
    pipe.add_observer(monitor)

    @pipe.step
    def work(state):
        burn(0.05)
        if state["fail"]:
            raise ValueError("bad")

    with pytest.raises(RuntimeError, match="measured nothing"):
        monitor.get_summary()
    for fail in (False, True):
        run_id = collect(pipe, {"fail": fail}).events[0].run_id
        assert monitor.get_summary(run_id) == monitor.get_summary()
        assert monitor.get_summary(run_id)["avg_cpu_percent"] > 0
    kept = {metric.name: metric for metric in SQLiteBackend(path).metrics()}
    assert kept["resources.peak_ram_mb"].unit == "MB"
    assert kept["resources.elapsed_seconds"].step == "pipe"


def test_measurements_are_kept(tmp_path):
    path = tmp_path / "runs.db"
    Metric(path).record("rows", 3, "rows", step="load")
    store = SQLiteBackend(path)
    Metric(store).record("rows", 4)
    assert [(metric.name, metric.value, metric.unit, metric.step) for metric in store.metrics()] == [
        ("rows", 3.0, "rows", "load"),
        ("rows", 4.0, None, None),
    ]
