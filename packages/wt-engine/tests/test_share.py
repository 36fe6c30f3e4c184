"""Calls share what there is: no more run at once than it allows."""

from __future__ import annotations

import asyncio
import threading

import pytest
from wt_contracts.diagnostics import DiagnosticError
from wt_engine.errors import DefinitionError
from wt_engine.share import Need, Share, machine
from wt_engine.workflow import Workflow


class Gauge:
    """Counts who is inside of it at once."""

    def __init__(self):
        self._lock = threading.Lock()
        self._inside = 0
        self.most = 0

    def __enter__(self):
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *_):
        with self._lock:
            self._inside -= 1


class Calls:
    """A fan-out as task libraries hand it out."""

    def __init__(self, calls):
        self.calls = calls
        self.gather = list


@pytest.mark.parametrize(("cpu", "cpus", "most"), [(1, 2, 2), (2, 5, 2), (0.5, 1, 2), (3, 3, 1)])
def test_no_more_calls_run_at_once_than_there_are_processors_for(cpu, cpus, most):
    workflow, gauge = Workflow("sums"), Gauge()

    def call():
        with gauge:
            for _ in range(1000):
                pass
        return 1

    @workflow.map(cpu=cpu)
    def parts():
        return Calls([call] * 20)

    @workflow.step(cpu=1)
    def total(parts):
        return sum(parts)

    assert workflow.run({}, cpus=cpus) == 20
    assert gauge.most <= most


def test_steps_that_ask_for_nothing_do_not_wait():
    workflow, beside = Workflow("sums"), threading.Event()

    @workflow.step(cpu=1)
    def large():
        return beside.wait(30)

    @workflow.step
    def free():
        beside.set()

    @workflow.step
    def both(large, free):
        return large

    assert workflow.run({}, cpus=1) is True


@pytest.mark.parametrize("options", [{"cpu": 2}, {"gpu": 1}, {"cpu": 1, "gpu": 3}])
def test_a_step_that_needs_more_than_there_is_stops_the_run_before_anything_runs(options):
    workflow, called = Workflow("sums"), []

    @workflow.step
    def first():
        called.append("first")

    @workflow.step(**options)
    def last(first):
        called.append("last")

    with pytest.raises(DiagnosticError, match=r"WT560.*the step 'last' needs cpu: .*, and there is cpu: 1, gpu: 0"):
        workflow.run({}, cpus=1, gpus=0)
    assert called == []


@pytest.mark.parametrize("amount", [0, -1, "two", True])
def test_an_amount_is_a_number_above_0(amount):
    with pytest.raises(DefinitionError, match="cpu must be a number above 0"):
        Workflow("sums").step(cpu=amount)(lambda: None)


def test_a_large_need_has_its_turn_before_small_ones_that_come_later():
    async def run():
        share, order = Share(Need(2)), []
        holding = asyncio.Event()

        async def take(name, cpu, hold=None):
            async with share.held(Need(cpu)):
                order.append(name)
                if hold:
                    await hold.wait()

        tasks = [asyncio.create_task(take("first", 1, holding))]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(take("large", 2)), asyncio.create_task(take("small", 1))]
        await asyncio.sleep(0)
        holding.set()
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(run()) == ["first", "large", "small"]


def test_who_is_cancelled_while_waiting_gives_way():
    async def run():
        share, holding = Share(Need(1)), asyncio.Event()

        async def take(hold=None):
            async with share.held(Need(1)):
                if hold:
                    await hold.wait()
                return True

        first = asyncio.create_task(take(holding))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(take()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        holding.set()
        waiting[1].cancel()
        await asyncio.gather(first, *waiting, return_exceptions=True)
        return await take(), waiting[2].result()

    assert asyncio.run(run()) == (True, True)


@pytest.mark.parametrize(("visible", "count"), [("", 0), ("-1", 0), ("0", 1), ("0,1,3", 3), ("GPU-a, GPU-b", 2)])
def test_graphics_cards_are_those_that_the_process_may_see(monkeypatch, visible, count):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert machine().gpu == count
    assert machine(gpus=7).gpu == 7
    assert machine().cpu >= 1
