"""A run that is cut off after any of its records goes on to what it would have been, and calls nothing twice."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from wt_engine import BarrierType, Pipe, Retry, Stop, Value
from wt_engine.ends import Outcome
from wt_engine.storage import SQLiteBackend
from wt_engine.storage.schema import FIRST

from .resumable import resume, run, run_id

Ran = Callable[[str], None]
CALLED = {
    *(Outcome.ENDED, Outcome.ENDED_ALONE, Outcome.SKIPPED, Outcome.STOPPED, Outcome.JUMPED, Outcome.CHOSE),
    *(Outcome.AGAIN, Outcome.FAILED_ATTEMPT, Outcome.OPENED),
}


def nested_maps(pipe: Pipe[Any, Any], ran: Ran) -> None:
    @pipe.map(each="inner", to="total")
    async def outer() -> Any:
        ran("outer")
        return [10, 20, 30]

    @pipe.map(each="leaf")
    async def inner(start: int) -> Any:
        ran("inner")
        return range(start, start + 2)

    @pipe.step
    async def leaf(number: int) -> int:
        ran("leaf")
        return number

    @pipe.step
    async def total(outer: Any, leaf: Any, state: Any) -> None:
        ran("total")
        state["total"] = outer


def maps_beside_each_other(pipe: Pipe[Any, Any], ran: Ran) -> None:
    for name, items in (("left", [1, 2, 3]), ("right", []), ("middle", [4])):

        async def fan(name: str = name, items: list[int] = items) -> Any:
            ran(name)
            return items

        async def work(item: int, name: str = name) -> int:
            ran(f"{name}_item")
            return item * 2

        pipe.map(name, each=f"{name}_item", to="join")(fan)
        pipe.step(f"{name}_item")(work)

    @pipe.step
    async def join(left_item: Any, right_item: Any, middle_item: Any, state: Any) -> None:
        ran("join")
        state["join"] = [left_item, right_item, middle_item]


def joins_and_branches(pipe: Pipe[Any, Any], ran: Ran) -> None:
    @pipe.step(to=["a", "b"])
    async def first(state: Any) -> None:
        ran("first")
        state["count"] = 0

    for name in ("a", "b"):

        async def beside(state: Any, name: str = name) -> str:
            ran(name)
            state[name] = True
            return Value(name)  # type: ignore[return-value]  # its own kind of text

        pipe.step(name, to=["either", "both"])(beside)

    @pipe.step(barrier_type=BarrierType.ANY)
    async def either(state: Any) -> None:
        ran("either")
        state["either"] = True

    @pipe.switch(to={"x": "x", "y": "y"})
    async def both() -> str:
        ran("both")
        return "y"

    for name in ("x", "y"):

        async def branch(name: str = name) -> None:
            ran(name)

        pipe.step(name, to="again")(branch)

    @pipe.step(to="last")
    async def again(state: Any) -> Any:
        ran("again")
        state["count"] += 1
        return "both" if state["count"] < 3 else None

    @pipe.step
    async def last(state: Any) -> None:
        ran("last")
        state["last"] = state["count"]


def attempts(pipe: Pipe[Any, Any], ran: Ran) -> None:
    @pipe.step(to="fails")
    async def polls(state: Any) -> Any:
        ran("polls")
        state["polls"] = state.get("polls", 0) + 1
        return Retry() if state["polls"] < 3 else None

    @pipe.step(to="stops", retries={"retries": 3, "wait_min": 0.0})
    async def fails(state: Any, attempt: Any = None) -> None:
        ran("fails")
        state["fails"] = state.get("fails", 0) + 1
        if state["fails"] < 3:
            raise RuntimeError("not yet")

    @pipe.step(to="never")
    async def stops(state: Any) -> Any:
        ran("stops")
        state["stops"] = True
        return Stop()

    @pipe.step
    async def never() -> None:
        ran("never")


def handled_failures(pipe: Pipe[Any, Any], ran: Ran) -> None:
    async def handle() -> Any:
        return ["made up"]

    @pipe.map(each="odd", to="after", on_error=handle)
    async def numbers() -> Any:
        ran("numbers")
        return [1, 2, 3]

    @pipe.step
    async def odd(item: int) -> int:
        if item == 2:
            raise ValueError("it is even")
        ran("odd")
        return item

    @pipe.step(to="joined")
    async def after(numbers: Any, state: Any) -> None:
        ran("after")
        state["numbers"] = numbers

    @pipe.step(to="joined")
    async def beside(state: Any) -> None:
        ran("beside")
        state["beside"] = 1

    @pipe.step
    async def joined(state: Any) -> None:
        ran("joined")
        state["joined"] = True


def sub_pipelines(pipe: Pipe[Any, Any], ran: Ran) -> None:
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.map(each="letter", to="word")
    async def letters(state: Any) -> Any:
        ran("letters")
        state["began"] = True
        return "ab"

    @inner.step
    async def letter(item: str) -> Any:
        ran("letter")
        return Value(item * 2)

    @inner.step
    async def word(letter: Any, state: Any) -> None:
        ran("word")
        state["word"] = letter

    @pipe.step(to=["one", "two"])
    async def first(state: Any) -> None:
        ran("first")
        state["one"], state["two"] = {"name": 1}, {"name": 2}

    for name in ("one", "two"):

        async def begin(state: Any, name: str = name) -> Any:
            ran(name)
            return state[name]

        pipe.sub(name, pipeline=inner, to="end")(begin)

    @pipe.step
    async def end(state: Any) -> None:
        ran("end")
        state["words"] = [state["one"]["word"], state["two"]["word"]]


@dataclass
class Whole:
    """A state with parts that sub-pipelines work on."""

    one: dict[str, Any] = field(default_factory=dict)
    two: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)


def sub_pipelines_of_an_object(pipe: Pipe[Any, Any], ran: Ran) -> None:
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.step(to="after")
    async def before(state: Any) -> None:
        ran("before")
        state["before"] = True

    @inner.step
    async def after(state: Any) -> None:
        ran("after")
        state["after"] = state["before"]

    for name in ("one", "two"):

        async def begin(state: Whole, name: str = name) -> Any:
            ran(name)
            return getattr(state, name)

        pipe.sub(name, pipeline=inner, to="end")(begin)

    @pipe.step(to="beside2")
    async def beside(state: Whole) -> None:
        ran("beside")
        state.log.append("beside")

    @pipe.step(to="end")
    async def beside2(state: Whole) -> None:
        ran("beside2")
        state.log.append("beside2")

    @pipe.step
    async def end(state: Whole) -> None:
        ran("end")
        state.log.append(f"end {state.one} {state.two}")


BUILDERS = [
    (nested_maps, dict),
    (maps_beside_each_other, dict),
    (joins_and_branches, dict),
    (attempts, dict),
    (handled_failures, dict),
    (sub_pipelines, dict),
    (sub_pipelines_of_an_object, Whole),
]


def pipe_of(build: Callable[[Pipe[Any, Any], Ran], None], store: SQLiteBackend) -> tuple[Pipe[Any, Any], Counter[str]]:
    """The pipeline, and how often each function of it has been called."""
    calls: Counter[str] = Counter()

    def ran(name: str) -> None:
        calls[name] += 1

    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True)
    build(pipe, ran)
    return pipe, calls


def cut(source: Path, target: Path, run: str, kept: int) -> SQLiteBackend:
    """The store as a run leaves it that is killed after so many records."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    with closing(sqlite3.connect(target)) as new, new:
        (root,) = new.execute("SELECT id FROM runs WHERE run_id = ?", (run,)).fetchone()
        new.execute("DELETE FROM calls WHERE id > ?", (root * FIRST + kept,))
        new.execute("UPDATE runs SET status = 'interrupted', error = NULL, failed_step = NULL")
    store = SQLiteBackend(target)
    opened = {(step.run_id, step.number) for step in store.get_steps(run) if step.outcome is Outcome.OPENED}
    with closing(sqlite3.connect(target)) as new, new:
        parts = new.execute(
            "SELECT part.id, above.run_id, part.parent_call FROM runs part JOIN runs above ON above.id = part.parent"
        )
        gone = [(part,) for part, above, call in parts.fetchall() if (above, call) not in opened]
        new.executemany("DELETE FROM runs WHERE id = ?", gone)
        new.execute("DELETE FROM events WHERE run NOT IN (SELECT id FROM runs)")
    return store


def called(store: SQLiteBackend, run: str) -> Counter[str]:
    """How often each function is recorded to have been called; a map that was announced again only once."""
    opened: set[tuple[str, int]] = set()
    found: Counter[str] = Counter()
    for step in store.get_steps(run):
        if step.outcome is Outcome.OPENED or (step.run_id, step.number) in opened:
            opened.add((step.run_id, step.number))
        elif step.outcome in CALLED:
            found[step.node] += 1
    for step in store.get_steps(run):
        if (step.run_id, step.number) in opened:
            opened.discard((step.run_id, step.number))
            found[step.node] += 1
    return found


@pytest.mark.parametrize(("build", "state"), BUILDERS)
def test_it_goes_on_from_every_record(
    build: Callable[[Pipe[Any, Any], Ran], None], state: Callable[[], Any], tmp_path: Path
) -> None:
    whole = SQLiteBackend(tmp_path / "whole.db")
    pipe, made = pipe_of(build, whole)
    undisturbed = run(pipe, state())
    name = run_id(undisturbed)
    records = len(whole.get_steps(name))
    whole.close()
    assert records > 5
    for kept in range(records):
        store = cut(tmp_path / "whole.db", tmp_path / f"{kept}.db", name, kept)
        before = called(store, name)
        pipe, again = pipe_of(build, store)
        resumed = resume(pipe, name)
        assert resumed.final_state == undisturbed.final_state, kept
        assert resumed.end.status is undisturbed.end.status, kept
        assert [failure.step for failure in resumed.end.errors] == [each.step for each in undisturbed.end.errors], kept
        assert before + again == made, kept
        store.close()
