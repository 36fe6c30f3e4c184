"""What cannot be recorded is refused: before the run where that can be known, else it fails its step."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wt_engine import DefinitionError, Pipe, PipelineTerminalStatus
from wt_engine.codec import TaggedCodec
from wt_engine.errors import UnrecordableError
from wt_engine.storage import InMemoryBackend, RunStatus, StoreError
from wt_engine.testing import TestResult

from .resumable import run

STATUS = PipelineTerminalStatus


@pytest.fixture
def store() -> InMemoryBackend:
    return InMemoryBackend()


def test_a_state_that_cannot_be_recorded_is_refused_before_the_run(store: InMemoryBackend) -> None:
    ran: list[int] = []
    pipe: Pipe[Any, Any] = Pipe(store=store)
    pipe.step("a")(lambda: ran.append(1))

    with pytest.raises(UnrecordableError, match=r"its state\['deep'\]\[1\]: a _thread.lock cannot be written as data"):
        run(pipe, {"deep": [1, threading.Lock()]})
    assert ran == []
    assert store.list_runs() == []


def test_a_declared_type_that_cannot_be_recorded_is_refused_before_the_run(store: InMemoryBackend) -> None:
    @dataclasses.dataclass
    class Bad:
        fine: int
        guard: threading.Semaphore | None = None
        call: Callable[[], int] | None = None

    pipe: Pipe[Any, Any] = Pipe(Bad, store=store)
    pipe.step("a")(lambda: None)
    with pytest.raises(DefinitionError, match=r"the state\.\w+.*cannot be written as data"):
        run(pipe, Bad(1))

    other: Pipe[Any, Any] = Pipe(store=store)

    async def make() -> Callable[[], int]:
        return lambda: 1

    other.step("make", to="use")(make)
    other.step("use")(lambda make: None)
    with pytest.raises(DefinitionError, match="the value of step 'make' is declared as"):
        run(other)


def test_a_value_that_cannot_be_recorded_fails_its_step_with_its_place(store: InMemoryBackend) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True)

    @pipe.step(to="use")
    async def make() -> Any:
        return {"fine": 1, "bad": open}

    pipe.step("use")(lambda make: None)
    pipe.step("beside", to="after")(lambda: None)
    pipe.step("after")(lambda: None)
    result = run(pipe)

    error = result.find_error("make")
    assert error is not None
    assert "step 'make' cannot be recorded: its value['bad']: a builtins." in error.payload
    assert "test_recording_refusals.py:" in error.payload
    assert result.end.status is STATUS.FAILED
    assert result.was_called("after")
    assert not result.was_called("use")
    assert [kept.status for kept in store.list_runs()] == [RunStatus.FAILED]


def test_a_state_that_a_step_makes_unrecordable_fails_that_step_only(store: InMemoryBackend) -> None:
    broken = True
    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True)

    @pipe.step
    async def bad(state: Any) -> None:
        state["bad"] = threading.Lock() if broken else "mended"

    @pipe.step(to="more")
    async def good(state: Any) -> None:
        state["good"] = 1

    @pipe.step
    async def more(state: Any) -> None:
        state["more"] = 2

    first = run(pipe, {})
    assert [(failure.step, "state['bad']" in failure.error) for failure in first.end.errors] == [("bad", True)]
    assert first.was_called("more")
    broken = False

    async def read() -> TestResult:
        return TestResult([event async for event in pipe.resume(first.events[0].run_id)])

    second = asyncio.run(read())
    assert second.step_starts == ["bad"]
    assert second.final_state == {"good": 1, "more": 2, "bad": "mended"}


def test_an_extension_of_the_codec_keeps_what_is_too_big_for_a_row_elsewhere(tmp_path: Path) -> None:
    class Frame:
        def __init__(self, cells: bytes) -> None:
            self.cells = cells

    class Frames:
        name = "frames"

        def takes(self, value: Any) -> bool:
            return isinstance(value, Frame)

        def write(self, value: Frame) -> str:
            path = tmp_path / str(len(list(tmp_path.iterdir())))
            path.write_bytes(value.cells)
            return str(path)

        def read(self, data: str) -> Frame:
            return Frame(Path(data).read_bytes())

    store = InMemoryBackend()
    fail = True
    pipe: Pipe[Any, Any] = Pipe(store=store, codec=TaggedCodec(extensions=[Frames()]))

    @pipe.step(to="use")
    async def make() -> Any:
        return [Frame(b"cells")]

    @pipe.step
    async def use(make: list[Frame], state: Any) -> None:
        if fail:
            raise ValueError
        state["cells"] = make[0].cells

    first = run(pipe, {})
    fail = False

    async def read() -> TestResult:
        return TestResult([event async for event in pipe.resume(first.events[0].run_id)])

    assert asyncio.run(read()).final_state == {"cells": b"cells"}
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"cells"]


def test_a_store_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_text("no store at all, and long enough to be read as one" * 50)
    ran: list[int] = []
    pipe: Pipe[Any, Any] = Pipe(store=tmp_path / "runs.db")
    pipe.step("a")(lambda: ran.append(1))

    with pytest.raises(StoreError, match="This is no store"):
        run(pipe)
    assert ran == []
