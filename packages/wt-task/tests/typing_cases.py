"""Read by mypy alone (`test_typing.py`): what the type checker knows of tasks."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, assert_type

from wt_contracts.task import TaskProtocol
from wt_task import SKIP_SENTINEL, AsyncTask, SyncTask, task


def add(a: int, b: float = 1.0) -> float:
    return a + b


async def fetch(name: str) -> list[int]:
    return [len(name)]


@task
def bare(a: int) -> str:
    return str(a)


@task(description="with keywords", tags=["x"])
def described(a: int) -> str:
    return str(a)


@task(tags=["x"])
async def described_async(a: int) -> str:
    return str(a)


assert_type(task(add).call(1, b=2.0), float)
assert_type(task(add)(1), float)
assert_type(bare(1), str)
assert_type(described(1), str)
assert_type(task(bare).call(1), str)
assert_type(task(add).validate().set_task_instance_id("x").handle_errors().with_tracing().call(1), float)
assert_type(task(add).skipif([], unpack_depth=1).set_executor("threads").set_concurrency(2).call(1), float)
assert_type(task(add).partial(a=1).call(), float)
assert_type(task(add).map(["a"], [1, 2]), list[float])
assert_type(task(add).map("a", SKIP_SENTINEL), list[float])
assert_type(task(add).mapvalues("a", {"k": 1}), list[tuple[Any, float]])

task(add).call("x")  # type: ignore[arg-type]
task(add).call()  # type: ignore[call-arg]
task(add).call(1, c=2)  # type: ignore[call-arg]
task(add).partial(1)  # type: ignore[arg-type]


async def main() -> None:
    made: AsyncTask[..., list[int]] = task(fetch).partial(name="x")
    assert_type(await task(fetch).validate().call("x"), list[int])
    assert_type(await made.call(), list[int])
    assert_type(await task(fetch).map("name", ["x"]), list[list[int]])
    assert_type(await described_async(1), str)
    await task(fetch).call(3)  # type: ignore[arg-type]


def takes_protocol(step: TaskProtocol[..., float]) -> float:
    return step.partial(a=1).call()


def takes_async_protocol(step: TaskProtocol[..., Coroutine[Any, Any, list[int]]]) -> None:
    step.validate()


plain: SyncTask[..., float] = task(add)
summing = task(add)
fetching = task(fetch)
takes_protocol(plain)
takes_protocol(summing)
takes_async_protocol(fetching)
