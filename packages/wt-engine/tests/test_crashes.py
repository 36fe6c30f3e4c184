"""Runs that are killed, and stores that many processes write to: what was recorded is there, and nothing runs twice."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import resource
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wt_engine import EventType, Pipe
from wt_engine.ends import Outcome
from wt_engine.storage import RunStatus, SQLiteBackend, StepRecord

from .crash_pipeline import ROUNDS, build, consume

ENDS = {Outcome.ENDED, Outcome.JUMPED, Outcome.CHOSE}
OPENED = {"fan", "inner_map", "nested"}


def child(work: Callable[[], Any]) -> multiprocessing.process.BaseProcess:
    """Do something in another process, which starts at once."""

    def run() -> None:
        work()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def counted(log: Path) -> Counter[str]:
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def recorded(steps: list[StepRecord]) -> Counter[str]:
    """How often each function is recorded to have returned, as the log names it."""
    done: Counter[str] = Counter()
    for step in steps:
        if step.node in OPENED:
            done[step.node] += (step.outcome is Outcome.OPENED and step.value is not None) or step.node == "nested"
        elif step.outcome in ENDS:
            done[f"{step.node}/{step.position}" if step.position >= 0 else step.node] += 1
    return Counter({name: min(count, 1) if name in OPENED else count for name, count in done.items()})


def assert_readable(store: SQLiteBackend) -> tuple[RunStatus, str, list[StepRecord]] | None:
    """Whatever was written before the kill can be read; returns how the run stands."""
    runs = store.list_runs()
    if not runs:
        return None
    events = store.get_events(runs[0].run_id)
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    return runs[0].status, runs[0].run_id, store.get_steps(runs[0].run_id)


def test_the_pipeline_has_the_steps_that_the_test_speaks_of(tmp_path: Path) -> None:
    status, _ = asyncio.run(consume(build(None, str(tmp_path / "log")).run({"sum": 0})))
    ran = counted(tmp_path / "log")

    assert status == "success"
    assert ran.total() >= 60
    assert {name for name, count in ran.items() if count > 1} == {"count", "again"}


def killed_and_resumed(folder: Path, chance: random.Random, expected: Any) -> int:
    """Kill a run, and what resumes it, a few times; returns how many records there were at the last kill."""
    folder.mkdir()
    store, log = SQLiteBackend(folder / "runs.db"), folder / "log"
    found: Any = None
    for _ in range(chance.choice([1, 1, 2, 3])):
        before = found

        def work(before: Any = before) -> None:
            pipe = build(SQLiteBackend(folder / "runs.db"), str(log))
            asyncio.run(consume(pipe.run({"sum": 0}) if before is None else pipe.resume(before[1])))

        process = child(work)
        more = counted(log).total() + chance.randrange(1, 60)
        while process.is_alive() and counted(log).total() < more:
            os.sched_yield()
        process.kill()
        process.join()
        found = assert_readable(SQLiteBackend(folder / "runs.db"))
        if found is not None and found[0] is RunStatus.SUCCESS:
            return len(found[2])
    pipe = build(store, str(log))
    ran = counted(log)
    done = Counter[str]() if found is None else recorded(found[2])
    events = pipe.run({"sum": 0}) if found is None else pipe.resume(found[1])
    assert found is None or found[0] is RunStatus.INTERRUPTED

    status, state = asyncio.run(consume(events))
    again = counted(log) - ran

    assert (status, state) == expected
    for name, count in done.items():
        assert again[name] + count <= (ROUNDS if name in ("count", "again") else 1), name
    return done.total()


@pytest.mark.parametrize("trials", [20, pytest.param(200, marks=pytest.mark.exhaustive)])
def test_a_run_that_is_killed_at_any_instant_goes_on(tmp_path: Path, trials: int) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    expected = asyncio.run(consume(build(None, str(tmp_path / "undisturbed")).run({"sum": 0})))

    places = [killed_and_resumed(tmp_path / f"{seed}-{trial}", chance, expected) for trial in range(trials)]

    assert len(set(places)) > trials // 5, "the kills came at too few places to say anything"


def test_eight_processes_record_to_one_store(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"

    def work() -> None:
        pipe: Pipe[Any, Any] = Pipe(store=SQLiteBackend(path))
        for place in range(200):

            async def step(state: Any, place: int = place) -> None:
                state["n"] = place

            pipe.step(f"s{place}", to=f"s{place + 1}" if place < 199 else None)(step)
        status, _ = asyncio.run(consume(pipe.run({})))
        os._exit(0 if status == "success" else 1)

    processes = [child(work) for _ in range(8)]
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 8
    store = SQLiteBackend(path)
    runs = store.list_runs()
    assert [run.status for run in runs] == [RunStatus.SUCCESS] * 8
    assert [len(store.get_steps(run.run_id)) for run in runs] == [200] * 8


def test_a_full_disk_fails_the_run_and_keeps_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    SQLiteBackend(path).list_runs()

    def full() -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(name="full", store=SQLiteBackend(path))

        @pipe.map(each="work", to="after")
        async def items() -> Any:
            return range(200)

        @pipe.step
        async def work(item: int, state: Any) -> None:
            state[item] = "x" * 5000
            await asyncio.sleep(0)

        @pipe.step
        async def after(state: Any) -> None:
            state["after"] = True

        return pipe

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

        async def both() -> list[Any]:
            other: Pipe[Any, Any] = Pipe(name="other")
            other.step("one")(lambda: None)
            events = [event async for event in full().run({})]
            return [events[-1].payload, (await consume(other.run()))[0]]

        end, other = asyncio.run(both())
        said = end.status.value == "failed" and end.reason == "store_error" and "space" in end.error
        os._exit(0 if said and other == "success" else 1)

    process = child(fill)
    process.join()
    assert process.exitcode == 0

    store = SQLiteBackend(path)
    (left,) = store.list_runs()
    kept = [step for step in store.get_steps(left.run_id) if step.node == "work"]
    assert left.status in (RunStatus.FAILED, RunStatus.INTERRUPTED)
    assert 5 < len(kept) < 200

    async def go_on() -> tuple[str, Any, int]:
        started = 0
        async for event in full().resume(left.run_id):
            started += event.type is EventType.STEP_START and event.stage == "work"
            if event.type is EventType.STEP_END:
                state = event.payload
        return event.payload.status.value, state, started

    status, state, started = asyncio.run(go_on())
    assert (status, len(state), started) == ("success", 201, 200 - len(kept))
