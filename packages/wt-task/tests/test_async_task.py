from __future__ import annotations

import asyncio

import pytest
import sent_functions as steps
from wt_task import SKIP_SENTINEL, TaskInstanceError, task
from wt_task.events import subscribe

STEP = task(steps.double_async).set_task_instance_id("x").validate().handle_errors()


def test_call_map_and_mapvalues_are_awaited():
    async def main():
        return await STEP("1"), await STEP.map("number", ["1", 2]), await STEP.mapvalues("number", {"a": 1})

    assert asyncio.run(main()) == (2, [2, 4], [("a", 2)])


def test_elements_run_at_once_up_to_the_bound_and_results_keep_their_order():
    running, most = 0, 0

    async def slow_first(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(10 - number):
            await asyncio.sleep(0)
        running -= 1
        return number

    step = task(slow_first)
    assert asyncio.run(step.map("number", range(10))) == list(range(10))
    assert most == 10
    most = 0
    assert asyncio.run(step.set_concurrency(3).map("number", range(10))) == list(range(10))
    assert most == 3


def test_a_failing_element_is_named_and_the_others_are_cancelled():
    finished: list[int] = []

    async def work(number: int) -> int:
        if number == 1:
            raise ValueError("one")
        await asyncio.sleep(60)
        finished.append(number)
        return number

    step = task(work).set_task_instance_id("x").handle_errors().set_concurrency(2)
    with pytest.raises(TaskInstanceError, match=r"'x', element 1, raised ValueError\('one'\)") as caught:
        asyncio.run(step.map("number", range(5)))
    assert isinstance(caught.value.__cause__, ValueError)
    assert finished == []


def test_of_several_failures_the_first_element_is_named():
    async def work(number: int) -> int:
        raise ValueError(str(number))

    with pytest.raises(TaskInstanceError, match="element 0, raised"):
        asyncio.run(task(work).set_task_instance_id("x").handle_errors().map("number", range(5)))


def test_a_call_that_cancels_itself_is_no_result():
    async def work(number: int) -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(task(work).map("number", range(3)))


def test_cancelling_the_step_cancels_its_calls():
    cancelled: list[int] = []

    async def work(number: int) -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    async def main():
        step = asyncio.create_task(task(work).map("number", range(3)))
        for _ in range(5):
            await asyncio.sleep(0)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step

    asyncio.run(main())
    assert sorted(cancelled) == [0, 1, 2]


def test_conditions_may_be_asynchronous():
    async def is_two(number: int) -> bool:
        await asyncio.sleep(0)
        return number == 2

    step = task(steps.double_async).skipif([is_two, steps.is_three])
    assert asyncio.run(step.map("number", [1, 2, 3])) == [2, SKIP_SENTINEL, SKIP_SENTINEL]


def test_errors_in_conditions_carry_the_id():
    def broken(*values: object) -> bool:
        raise LookupError("condition")

    with pytest.raises(TaskInstanceError, match=r"'x' raised LookupError\('condition'\)"):
        asyncio.run(STEP.skipif([broken]).call(1))


def test_skipped_inputs_give_skipped_outputs():
    async def main():
        return (
            await STEP.map("number", SKIP_SENTINEL),
            await STEP.mapvalues("number", SKIP_SENTINEL),
            await STEP.map("number", [SKIP_SENTINEL, 1]),
            await STEP.mapvalues("number", [SKIP_SENTINEL, ("a", 1)]),
        )

    assert asyncio.run(main()) == (
        [SKIP_SENTINEL],
        [(None, SKIP_SENTINEL)],
        [SKIP_SENTINEL, 2],
        [(None, SKIP_SENTINEL), ("a", 2)],
    )


def test_nothing_to_map_gives_nothing():
    assert asyncio.run(STEP.map("number", [])) == []
    assert asyncio.run(STEP.mapvalues("number", {})) == []


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_coroutines_can_run_in_threads_and_processes(executor):
    assert asyncio.run(STEP.set_executor(executor).map("number", ["1", "2"])) == [2, 4]
    with pytest.raises(TaskInstanceError, match="element 1, raised ValidationError: argument 'number'"):
        asyncio.run(STEP.set_executor(executor).map("number", ["1", "b"]))


def test_a_step_tells_its_observers():
    heard = []
    with subscribe(heard.append):
        asyncio.run(STEP.map("number", [1, 2]))
    assert [(event.kind, event.calls) for event in heard] == [("STEP_START", 2), ("STEP_END", 2)]
