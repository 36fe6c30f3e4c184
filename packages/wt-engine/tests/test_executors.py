"""Where steps run, and that nothing is left of them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import process_steps as steps
import pytest
from wt_engine import CancellationToken, DefinitionError, EventType, FailureReason, Pipe, PipelineTerminalStatus
from wt_engine.testing import TestResult

Collect = Callable[..., TestResult]
STATUS = PipelineTerminalStatus
HERE = Path(__file__).parent


def errors(result: TestResult) -> list[str]:
    return [record.error for record in result.events[-1].payload.errors]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith(("Z", "X"))


async def pids_in(place: Path) -> list[int]:
    while not place.exists():
        await asyncio.sleep(0.01)
    return [int(pid) for pid in place.read_text().split()]


async def all_gone(pids: list[int]) -> None:
    while any(map(alive, pids)):
        await asyncio.sleep(0.01)


def test_a_process_step_works_on_a_copy_and_its_changes_come_back(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step("there", executor="process", to="here")(steps.whoami)
    got: list[Any] = []

    @pipe.step
    async def here(there: int, state: dict[str, Any]) -> None:
        got.append(there)
        assert state == {"kept": threading.Lock, "seen": there}

    state: dict[str, Any] = {"kept": threading.Lock}
    result = collect(pipe, state)
    assert result.events[-1].payload.status is STATUS.SUCCESS
    assert got[0] not in (0, os.getpid())
    assert not alive(got[0])


def test_a_process_step_may_return_the_state_itself(collect: Collect) -> None:
    pipe: Pipe[steps.Basket, None] = Pipe(steps.Basket)
    seen: list[Any] = []

    @pipe.step
    async def last(fill: Any) -> None:
        seen.append(fill)

    pipe.step(executor="process", to="last")(steps.fill)
    basket = steps.Basket(["apple"])
    collect(pipe, basket)
    assert basket.fruit == ["apple", "pear"]
    assert seen == [basket]
    assert seen[0] is basket


def test_a_coroutine_function_gets_a_loop_in_its_process_and_may_steer_the_run(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step(executor="process", to="never")(steps.awaited)
    pipe.step("never")(lambda: None)
    state: dict[str, Any] = {}
    result = collect(pipe, state)
    assert state == {"awaited": True}
    assert not result.was_called("never")


def test_middleware_is_put_around_a_process_step_in_its_process(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(middleware=[steps.noted])
    got: list[Any] = []
    pipe.step("there", executor="process", to="here")(steps.whoami)
    pipe.step("here", executor="inline")(lambda there: got.append(there))

    result = collect(pipe, {})
    assert errors(result) == []
    text, pid = got[0]
    assert text == f"there in {pid}: {pid}"
    assert pid != os.getpid()


def test_items_of_a_map_share_worker_processes(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.map("numbers", each="pid_of", to="last", executor="process")(steps.three)
    pipe.step(executor="process")(steps.pid_of)
    found: list[int] = []

    @pipe.step
    async def last(pid_of: list[int]) -> None:
        found.extend(pid_of)

    collect(pipe)
    assert len(found) == 3
    assert len(set(found)) <= (os.cpu_count() or 1)


def test_a_process_step_that_overruns_is_killed_with_its_children(collect: Collect, tmp_path: Path) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    pipe.step(executor="process", timeout=2)(steps.blocks)
    pipe.step(executor="process")(steps.whoami)
    state = {"pids": str(tmp_path / "pids")}
    result = collect(pipe, state)
    assert errors(result) == ["Step 'blocks' timed out after 2s; its process was killed"]
    assert result.events[-1].payload.errors[0].reason is FailureReason.STEP_TIMEOUT
    pids = [int(pid) for pid in Path(state["pids"]).read_text().split()]
    assert len(pids) == 2
    asyncio.run(asyncio.wait_for(all_gone(pids), 10))
    assert state["seen"]


@pytest.mark.parametrize("how", ["token", "aclose"])
def test_a_process_step_is_killed_when_its_run_ends(how: str, tmp_path: Path) -> None:
    token = CancellationToken()
    pipe: Pipe[Any, Any] = Pipe(cancellation_token=token)
    pipe.step(executor="process")(steps.blocks)
    place = tmp_path / "pids"

    async def run() -> None:
        stream = pipe.run({"pids": str(place)})
        assert (await anext(stream)).type is EventType.START
        assert (await anext(stream)).type is EventType.STEP_START
        pids = await pids_in(place)
        if how == "token":
            token.cancel("enough")
            events = [event async for event in stream]
            assert events[0].type is EventType.STEP_ERROR
            assert events[0].payload.endswith("; its process was killed")
        await stream.aclose()
        await all_gone(pids)

    asyncio.run(asyncio.wait_for(run(), 30))


@pytest.mark.parametrize(
    ("step", "message", "reason"),
    [
        (steps.vanishes, "Step 'vanishes': its process ended with exit code 7", FailureReason.PROCESS_DIED),
        (steps.crashes, "Step 'crashes': its process was killed by SIGSEGV", FailureReason.PROCESS_DIED),
        (steps.exits, "SystemExit: enough", FailureReason.STEP_ERROR),
        (steps.raises, "bad (3)", FailureReason.STEP_ERROR),
        (steps.divides, "division by zero", FailureReason.STEP_ERROR),
        (steps.gives_a_lock, "step 'gives_a_lock': what it returned (lock) cannot be sent back", None),
        (steps.writes_a_lock, "step 'writes_a_lock': what it wrote to the state ('lock') (lock) cannot be", None),
        (steps.forgets_to_await, "step 'forgets_to_await' returned an awaitable (coroutine)", None),
    ],
)
def test_whatever_goes_wrong_in_a_process_is_that_steps_failure_alone(
    collect: Collect, step: Any, message: str, reason: FailureReason | None
) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    pipe.step(executor="process")(step)
    pipe.step(executor="process")(steps.whoami)
    state: dict[str, Any] = {}
    result = collect(pipe, state)
    (failure,) = result.events[-1].payload.errors
    assert failure.step == step.__name__
    assert failure.error.startswith(message)
    assert failure.reason is (reason or FailureReason.STEP_ERROR)
    assert set(state) == {"seen"}


def test_the_failure_of_a_process_step_shows_where_it_happened(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step(executor="process")(steps.divides)
    failure = collect(pipe).events[-1].payload.errors[0]
    assert isinstance(failure.exception, ZeroDivisionError)
    assert failure.forensics["file"] == steps.__file__
    assert failure.forensics["function"] == "divides"
    assert failure.forensics["code"] in Path(steps.__file__).read_text()
    assert [frame.name for frame in traceback.extract_tb(failure.exception.__traceback__)][-1] == "divides"


def test_a_process_step_that_crashed_is_tried_again(collect: Collect, tmp_path: Path) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step(executor="process", retries=1, retry_wait_min=0)(steps.fails_once)
    result = collect(pipe, {"mark": str(tmp_path / "mark")})
    assert result.events[-1].payload.status is STATUS.SUCCESS
    assert [event.attempt for event in result.events if event.type is EventType.STEP_START] == [1, 2]


def test_what_cannot_be_sent_to_a_process_is_named(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step(executor="process")(steps.whoami)
    result = collect(pipe, {"lock": threading.Lock()})
    assert errors(result)[0].startswith("step 'whoami': the state (dict) cannot be sent to another process: ")


def test_memory_bounds_the_process_of_one_step(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    pipe.step(executor="process", memory=200_000_000)(steps.hoards)
    pipe.step("same", executor="process", memory=200_000_000)(steps.whoami)
    result = collect(pipe, {})
    assert errors(result) == ["it took more than its 200,000,000 bytes of memory"]
    assert result.events[-1].payload.errors[0].step == "hoards"


def test_a_step_on_the_loop_runs_in_the_loops_thread(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    where: list[threading.Thread] = []
    pipe.step("here", executor="inline", to="there")(lambda: where.append(threading.current_thread()))
    pipe.step("there", executor="thread")(lambda: where.append(threading.current_thread()))
    collect(pipe)
    assert where[0] is threading.main_thread()
    assert where[1] is not threading.main_thread()


def test_an_executor_of_the_users_own_runs_a_step_and_stays_open(collect: Collect) -> None:
    with ThreadPoolExecutor(1, thread_name_prefix="mine") as mine:
        pipe: Pipe[Any, Any] = Pipe()
        names: list[str] = []

        @pipe.step(executor=mine)
        def there(state: dict[str, Any]) -> dict[str, Any]:
            names.append(threading.current_thread().name)
            state["done"] = True
            return state

        for _ in range(2):
            state: dict[str, Any] = {}
            assert collect(pipe, state).events[-1].payload.status is STATUS.SUCCESS
            assert state == {"done": True}
        assert names == ["mine_0", "mine_0"]


def test_what_an_executor_still_does_after_the_timeout_is_discarded(collect: Collect) -> None:
    go_on = threading.Event()
    with ThreadPoolExecutor(1) as mine:
        pipe: Pipe[Any, Any] = Pipe()

        @pipe.step(executor=mine, timeout=0.01)
        def late(state: dict[str, Any]) -> None:
            go_on.wait()
            state["late"] = True

        state: dict[str, Any] = {}
        result = collect(pipe, state)
        go_on.set()
    assert "its executor was asked to cancel it" in errors(result)[0]
    assert state == {}


def test_a_broken_pool_of_the_users_own_is_the_steps_failure(collect: Collect) -> None:
    with ProcessPoolExecutor(1) as mine:
        pipe: Pipe[Any, Any] = Pipe()
        pipe.step(executor=mine)(steps.vanishes)
        assert "process pool" in errors(collect(pipe))[0]


def token_step(token: CancellationToken) -> None: ...


async def stream() -> Any:
    yield 1


@pytest.mark.parametrize(
    ("options", "function", "message"),
    [
        ({"executor": "proces"}, steps.square, "unknown executor 'proces'. Did you mean 'process'? Executors: thread"),
        ({"executor": 3}, steps.square, "executor=3, which is no name and has no 'submit' method"),
        ({"executor": ThreadPoolExecutor}, steps.square, "no name and has no 'submit' method"),
        (
            {"executor": "process"},
            lambda: None,
            "its function '<lambda>' cannot be pickled; define it at the top level",
        ),
        ({"executor": "process"}, token_step, "its parameter 'token' gets the token"),
        ({"executor": "process"}, stream, "async generator, which runs on the loop"),
        ({"executor": "thread"}, steps.awaited, "'async def', which runs on the loop"),
        ({"executor": "inline", "timeout": 1}, steps.three, "it cannot have a timeout"),
        ({"memory": 10**9}, steps.three, "memory=, which only executor='process' can limit"),
        ({"executor": "process", "memory": 1.5}, steps.three, "bytes (a whole number) or a fraction"),
    ],
)
def test_an_executor_that_cannot_run_the_step_is_refused(options: Any, function: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Pipe().step("it", **options)(function)
    assert message in str(caught.value)
    assert caught.value.step_name == "it"
    assert ".py:" in str(caught.value)


SCRIPT = """
import asyncio, os, sys, threading
from wt_engine import Pipe

pipe = Pipe()

@pipe.step(executor="process")
def long(state):
    print(os.getpid(), flush=True)
    threading.Event().wait()

async def main():
    async for event in pipe.run({}):
        if event.type.value == "finish":
            print(event.payload.error, flush=True)

"""


def script(tmp_path: Path, text: str) -> subprocess.Popen[str]:
    path = tmp_path / "script.py"
    path.write_text(text)
    return subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_ctrl_c_and_a_killed_program_leave_no_process_behind(tmp_path: Path, end: signal.Signals) -> None:
    process = script(tmp_path, SCRIPT + "if __name__ == '__main__':\n    asyncio.run(main())\n")
    assert process.stdout
    pid = int(process.stdout.readline())
    assert alive(pid)
    os.killpg(process.pid, end)
    process.communicate(timeout=20)
    asyncio.run(asyncio.wait_for(all_gone([pid]), 10))


def test_a_script_without_a_guard_is_told_to_have_one(tmp_path: Path) -> None:
    process = script(tmp_path, SCRIPT + "asyncio.run(main())\n")
    output, _ = process.communicate(timeout=30)
    assert output.startswith("Step 'long': its process ended with exit code 1 before it was ready. A script")
    assert "under `if __name__ == '__main__':`" in output
