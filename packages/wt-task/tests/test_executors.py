from __future__ import annotations

import concurrent.futures
import os
import threading
import traceback

import pytest
import sent_functions as steps
from wt_contracts.executor import Executor
from wt_task import SKIP_SENTINEL, TaskInstanceError, task
from wt_task.executors import InlineExecutor

EXECUTORS = ["inline", "python", "threads", "processes", InlineExecutor()]


class TwoMethods:
    """The least that an executor is."""

    def __init__(self) -> None:
        self.submitted = 0
        self.closed = False

    def submit(self, fn, /, *args, **kwargs):
        self.submitted += 1
        future = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001
            future.set_exception(error)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.closed = True


@pytest.mark.parametrize("executor", EXECUTORS, ids=str)
def test_results_keep_their_order_everywhere(executor):
    step = task(steps.double).validate().set_executor(executor)
    assert step.call("4") == 8
    assert step.map("number", ["1", 2, "3"]) == [2, 4, 6]
    assert step.mapvalues("number", {"a": 1, "b": 2}) == [("a", 2), ("b", 4)]
    assert step.map("number", []) == []


@pytest.mark.parametrize("executor", EXECUTORS, ids=str)
def test_a_failing_element_is_named_everywhere(executor):
    step = task(steps.refuse_three).set_task_instance_id("x").handle_errors().set_executor(executor)
    with pytest.raises(TaskInstanceError) as caught:
        step.map("number", [1, 2, 3, 4])
    assert str(caught.value) == "Task instance 'x', element 2, raised ValueError('three is refused')"
    assert type(caught.value.__cause__) is ValueError
    with pytest.raises(TaskInstanceError, match="'x', key 'c', raised ValueError"):
        step.mapvalues("number", {"a": 1, "c": 3})
    with pytest.raises(TaskInstanceError, match=r"^Task instance 'x' raised ValueError"):
        step.call(3)


@pytest.mark.parametrize("executor", EXECUTORS, ids=str)
def test_skipping_is_the_same_everywhere(executor):
    step = task(steps.refuse_three).skipif([steps.is_three]).set_executor(executor)
    results = step.map("number", [1, 3, SKIP_SENTINEL])
    assert results[:2] == [1, SKIP_SENTINEL]
    assert results[1] is results[2] is SKIP_SENTINEL
    assert task(steps.skipped).set_executor(executor).call(1) is SKIP_SENTINEL
    assert task(steps.double).set_executor(executor).map("number", [SKIP_SENTINEL, 1]) == [SKIP_SENTINEL, 2]


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_validation_errors_name_the_argument_from_elsewhere(executor):
    step = task(steps.double).validate().set_task_instance_id("x").handle_errors().set_executor(executor)
    with pytest.raises(TaskInstanceError, match=r"'x', element 1, raised ValidationError.*number"):
        step.map("number", [1, "b"])


def test_threads_and_processes_are_what_they_say():
    threads = set(task(steps.thread_id).set_executor("threads").map("number", range(4)))
    assert threading.get_ident() not in threads
    processes = set(task(steps.process_id).set_executor("processes").set_concurrency(2).map("number", range(4)))
    assert os.getpid() not in processes
    assert len(processes) <= 2


def test_threads_run_at_once_up_to_the_bound():
    together = threading.Barrier(3, timeout=10)
    step = task(lambda number: together.wait()).set_executor("threads")
    assert sorted(step.set_concurrency(3).map("number", range(3))) == [0, 1, 2]
    alone = threading.Lock()

    def work(number: int) -> bool:
        free = alone.acquire(blocking=False)
        alone.release()
        return free

    assert task(work).set_executor("threads").set_concurrency(1).map("number", range(20)) == [True] * 20


def test_what_has_not_started_is_cancelled_when_an_element_fails():
    class Busy(TwoMethods):
        """Runs the first call and leaves the others waiting."""

        def __init__(self) -> None:
            super().__init__()
            self.waiting = []

        def submit(self, fn, /, *args, **kwargs):
            if self.submitted == 0:
                return super().submit(fn, *args, **kwargs)
            self.waiting.append(concurrent.futures.Future())
            return self.waiting[-1]

    executor = Busy()
    with pytest.raises(ValueError, match="three"):
        task(steps.refuse_three).set_executor(executor).map("number", [3, 4, 5])
    assert [future.cancelled() for future in executor.waiting] == [True, True]


def test_of_several_failures_the_first_element_is_named():
    together = threading.Barrier(3, timeout=10)

    def work(number: int) -> int:
        together.wait()
        raise ValueError(str(number))

    step = task(work).set_task_instance_id("x").handle_errors().set_executor("threads").set_concurrency(3)
    with pytest.raises(TaskInstanceError, match="element 0, raised"):
        step.map("number", range(3))


def test_an_executor_is_a_class_with_two_methods_and_stays_open():
    executor = TwoMethods()
    assert isinstance(executor, Executor)
    assert task(steps.double).set_executor(executor).map("number", [1, 2]) == [2, 4]
    assert executor.submitted == 2
    assert not executor.closed


def test_an_executor_class_is_not_an_executor():
    with pytest.raises(ValueError, match="is no executor"):
        task(steps.double).set_executor(TwoMethods)


def test_pools_of_the_standard_library_are_executors():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert task(steps.double).set_executor(pool).map("number", [1, 2]) == [2, 4]
        assert pool.submit(int, "3").result() == 3


def test_an_executor_that_refuses_a_call_is_an_error_of_the_step():
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    step = task(steps.double).set_task_instance_id("x").handle_errors().set_executor(pool)
    with pytest.raises(TaskInstanceError, match="'x', element 0, raised RuntimeError"):
        step.map("number", [1, 2])


def test_steps_inside_steps_in_threads_do_not_wait_for_each_other():
    inner = task(steps.double).set_executor("threads").set_concurrency(1)
    outer = task(lambda number: inner.map("number", [number, number])).set_executor("threads").set_concurrency(1)
    assert outer.map("number", [1, 2]) == [[2, 2], [4, 4]]


def test_a_decorated_function_runs_in_processes():
    assert steps.decorated.set_executor("processes").map("number", [1, 2]) == [2, 3]


def test_a_function_that_no_other_process_can_find_is_one_clear_error():
    step = task(lambda number: number).set_task_instance_id("x").handle_errors().set_executor("processes")
    with pytest.raises(TaskInstanceError, match=r"(?s)cannot be sent to another process.*top level of a module"):
        step.map("number", [1])


def test_an_exception_comes_with_the_place_where_it_was_raised():
    step = task(steps.awkward).set_task_instance_id("x").handle_errors().set_executor("processes")
    with pytest.raises(TaskInstanceError) as caught:
        step.map("number", [7])
    assert str(caught.value) == "Task instance 'x', element 0, raised AwkwardError('no such thing (7)')"
    assert "sent_functions.py" in "".join(traceback.format_exception(caught.value))


def test_a_result_that_cannot_travel_is_an_error_of_its_element():
    step = task(steps.unpicklable).set_task_instance_id("x").handle_errors().set_executor("processes")
    with pytest.raises(TaskInstanceError, match=r"'x', element 0, raised .*local object"):
        step.map("number", [7])


def test_a_process_that_dies_is_an_error_of_the_step():
    step = task(steps.exit_process).set_task_instance_id("x").handle_errors().set_executor("processes")
    with pytest.raises(TaskInstanceError, match="'x', element 0, raised BrokenProcessPool"):
        step.map("number", [7])


def test_tasks_can_be_called_from_many_threads_at_once():
    step = task(steps.double).validate().skipif([steps.is_three]).set_task_instance_id("x").handle_errors()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: step.partial(number=str(number)).call(), range(4, 200)))
    assert results == [2 * number for number in range(4, 200)]


def test_an_interruption_waits_for_nothing():
    running, leave = threading.Event(), threading.Event()

    class Interrupting(TwoMethods):
        def submit(self, fn, /, *args, **kwargs):
            if self.submitted:
                raise KeyboardInterrupt
            self.submitted += 1
            self.pool = concurrent.futures.ThreadPoolExecutor(1)
            return self.pool.submit(fn, *args, **kwargs)

    def work(number: int) -> None:
        running.set()
        leave.wait(timeout=10)

    executor = Interrupting()
    with pytest.raises(KeyboardInterrupt):
        task(work).set_executor(executor).map("number", [1, 2])
    leave.set()
    executor.pool.shutdown()
