"""What cannot be resumed, and what is said of it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from wt_engine import (
    DefinitionError,
    Pipe,
    PipelineValidationWarning,
)
from wt_engine.errors import RunEndedError, UnrecordableError
from wt_engine.fingerprint import PlanChangedError
from wt_engine.storage import RunNotFoundError, StoreError

from .resumable import STATUS, Broken, approval, chain, resume, run, run_id


def test_a_run_that_has_ended_well_is_not_resumed(broken: Broken) -> None:
    pipe = chain(broken, "a")
    first = run(pipe, {})

    with pytest.raises(RunEndedError, match="has ended well; there is nothing to resume"):
        resume(pipe, run_id(first))


def test_an_unknown_run_and_a_pipe_without_a_store_say_so(broken: Broken) -> None:
    with pytest.raises(RunNotFoundError, match="no run 'nobody'"):
        resume(chain(broken, "a"), "nobody")
    with pytest.raises(DefinitionError, match="has no store to resume from"):
        Pipe(name="x").resume("nobody")


def test_an_answer_that_nobody_waits_for_is_refused(broken: Broken) -> None:
    pipe = chain(broken, "a")
    broken.again("a")
    first = run(pipe, {})

    with pytest.raises(RunEndedError, match="waits for an answer"):
        resume(pipe, run_id(first), answer=1)


def test_an_answer_to_what_was_answered_already_is_refused(broken: Broken) -> None:
    pipe = approval(broken)
    broken.again("use")
    first = run(pipe, {})
    assert resume(pipe, run_id(first), answer="yes").end.status is STATUS.FAILED
    broken.again()
    with pytest.raises(RunEndedError, match="waits for an answer"):
        pipe.resume(run_id(first), answer="no")
    assert resume(pipe, run_id(first)).final_state == {"answer": "yes"}


def test_an_answer_that_cannot_be_recorded_is_refused_before_anything_runs(broken: Broken) -> None:
    pipe = approval(broken)
    first = run(pipe, {})

    with pytest.raises(UnrecordableError, match=r"answer\['lock'\]"):
        resume(pipe, run_id(first), answer={"lock": threading.Lock()})


def variants(broken: Broken) -> dict[str, Pipe[Any, Any]]:
    """One pipeline, and others that differ from it in one thing each."""

    def made(
        *,
        order: tuple[str, ...] = ("a", "c"),
        routes: dict[Any, str] | None = None,
        each: str = "w",
        timeout: float | None = None,
        extra: bool = False,
        kind: str = "step",
        inner: str = "x",
        number: int = 1,
    ) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(name="plan", store=broken.store, allow_multi_root=True)

        async def nothing() -> None:
            return None

        async def work(item: Any) -> None:
            return None

        async def fail() -> Any:
            broken.ran("fail")
            return number

        sub: Pipe[Any, Any] = Pipe(name="sub")
        sub.step(inner)(nothing)
        pipe.step("fail", to=list(order), timeout=timeout)(fail)
        if kind == "step":
            pipe.step("a")(nothing)
        else:
            pipe.sub("a", pipeline=sub)(nothing)
        pipe.step("b")(nothing)
        pipe.switch("c", to=routes or {1: "b", 2: "d"})(nothing)
        pipe.step("d")(nothing)
        pipe.map("m", each=each)(nothing)
        pipe.step("w")(work)
        pipe.step("v")(work)
        pipe.sub("s", pipeline=sub)(nothing)
        if extra:
            pipe.step("e")(nothing)
        pipe.map("n", each="v" if each == "w" else "w")(nothing)
        return pipe

    return {
        "same": made(),
        "step 'e' is new": made(extra=True),
        "switch 'c': route 2 went to 'd', now to 'b'": made(routes={1: "b", 2: "b", 3: "d"}),
        "switch 'c': route 3 is new": made(routes={1: "b", 2: "d", 3: "d"}),
        "map 'm': worker was 'w', now 'v'": made(each="v"),
        "step 'a': kind was 'step', now 'sub'": made(kind="sub"),
        "step 's:x' is gone": made(inner="z"),
        "step 'fail': targets was a, c, now c, a": made(order=("c", "a")),
    }


@pytest.mark.parametrize("difference", range(8))
def test_a_plan_that_has_changed_is_refused_with_what_has_changed(broken: Broken, difference: int) -> None:
    pipes = variants(broken)
    broken.again("fail")
    first = run(pipes["same"])
    text, pipe = list(pipes.items())[difference]

    if text == "same":
        broken.again()
        assert resume(pipe, run_id(first)).events
        return
    with pytest.raises(PlanChangedError) as caught:
        resume(pipe, run_id(first))
    assert text in str(caught.value)


def test_what_may_change_is_told(broken: Broken) -> None:
    def made(timeout: float, code: int) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(store=broken.store)

        async def one() -> None:
            broken.ran("a")

        async def two() -> None:
            broken.ran("b")

        pipe.step("a", timeout=timeout)(one if code == 1 else two)
        return pipe

    broken.again("a")
    first = run(made(1.0, 1))
    broken.again()

    with pytest.warns(PipelineValidationWarning, match=r"timeout was 1\.0, now 2\.0; the code of step 'a' has changed"):
        resume(made(2.0, 2), run_id(first))


def test_a_run_that_still_runs_is_not_resumed(broken: Broken) -> None:
    pipe: Pipe[Any, Any] = Pipe(store=broken.store)

    @pipe.step
    async def wait() -> None:
        await asyncio.Event().wait()

    async def both() -> None:
        stream = pipe.run()
        first = await anext(stream)
        with pytest.raises(StoreError, match="still running"):
            await anext(pipe.resume(first.run_id))
        await stream.aclose()

    asyncio.run(both())
