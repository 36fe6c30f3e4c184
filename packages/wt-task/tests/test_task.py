from __future__ import annotations

import copy
import functools
import inspect
import pickle

import pytest
import sent_functions as steps
from wt_contracts.task import TaskProtocol
from wt_task import SKIP_SENTINEL, AsyncTask, SyncTask, Task, TaskInstanceError, task


def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


async def add_async(a: int, b: int = 1) -> int:
    return a + b


def test_a_function_is_wrapped_or_decorated_with_and_without_keywords():
    @task
    def bare(a: int) -> int:
        return a

    @task(description="Gives it back", tags=["plain"])
    def described(a: int) -> int:
        return a

    assert isinstance(bare, SyncTask)
    assert (described.description, described.tags) == ("Gives it back", ("plain",))
    assert bare(1) == described(1) == described.call(1) == task(add).call(0) == 1


def test_a_coroutine_function_makes_an_async_task():
    @task(tags=["async"])
    async def bare(a: int) -> int:
        return a

    class Caller:
        async def __call__(self, a: int) -> int:
            return a

    for made in (task(add_async), bare, task(Caller()), task(functools.partial(add_async, b=2))):
        assert isinstance(made, AsyncTask)
        assert isinstance(made, Task)


def test_a_task_is_taken_as_it_is():
    once = task(add, description="sum").set_task_instance_id("x")
    assert task(once).task_instance_id == "x"
    assert task(once, tags=["t"]).description == "sum"
    assert task(once, tags=["t"]).tags == ("t",)
    assert task(once).func is add


def test_what_cannot_be_called_is_no_task():
    with pytest.raises(TypeError, match="3 is no function"):
        task(3)


def test_a_task_looks_like_its_function():
    made = task(add)
    assert (made.__name__, made.__qualname__, made.__doc__) == ("add", "add", "Add two numbers.")
    assert made.__module__ == add.__module__
    assert inspect.signature(made) == inspect.signature(add)
    assert repr(made.set_task_instance_id("x")) == "SyncTask(add, task_instance_id='x')"


def test_every_method_returns_a_new_task_and_leaves_the_old_one():
    first = task(add)
    methods = [
        first.validate(),
        first.set_task_instance_id("x"),
        first.set_task_instance_id("x").handle_errors(),
        first.with_tracing(),
        first.skipif([]),
        first.set_executor("threads"),
        first.set_concurrency(2),
        first.partial(a=1),
    ]
    assert first not in methods
    assert (first.bound, first.task_instance_id, first.executor, first.skipifs) == ({}, None, "inline", ())
    with pytest.raises(AttributeError, match="never changes"):
        first.func = print
    with pytest.raises(AttributeError, match="never changes"):
        del first.func
    assert copy.copy(first) is copy.deepcopy(first) is first


def test_both_kinds_follow_the_protocol():
    assert isinstance(task(add), TaskProtocol)
    assert isinstance(task(add_async), TaskProtocol)


def test_bound_arguments_add_up_and_the_last_one_holds():
    assert task(add).partial(a=1).partial(b=2).call() == 3
    assert task(add).partial(a=1).partial(a=5).call() == 6
    assert task(add).partial(a=1).call(a=5) == 6
    assert task(add).partial(a=9).map("a", [1, 2]) == [2, 3]


def test_binding_by_place_is_an_error():
    with pytest.raises(ValueError, match="by name only"):
        task(add).partial(1)


def test_an_argument_given_twice_is_an_error():
    with pytest.raises(TypeError, match="multiple values for argument 'a'"):
        task(add).call(1, a=2)
    with pytest.raises(TypeError, match="multiple values for argument 'a'"):
        task(add).partial(a=1).call(2)


def test_functions_whose_parameters_have_no_names_can_be_called():
    assert task(len).call([1, 2]) == 2
    assert task(max).call(1, 3, 2) == 3
    assert task(lambda *values, key=0: (values, key)).call(1, 2, key=3) == ((1, 2), 3)
    assert task(dict).call(a=1) == {"a": 1}


def test_without_handling_an_error_is_itself_and_has_a_note_of_the_step():
    with pytest.raises(ValueError, match="three") as caught:
        task(steps.refuse_three).set_task_instance_id("x").call(3)
    assert caught.value.__notes__ == ["In task instance 'x'"]
    with pytest.raises(ValueError, match="three") as caught:
        task(steps.refuse_three).mapvalues("number", {"k": 3})
    assert caught.value.__notes__ == ["In the task refuse_three, key 'k'"]
    with pytest.raises(ValueError, match="three") as caught:
        task(steps.refuse_three).call(3)
    assert not hasattr(caught.value, "__notes__")


def test_a_handled_error_names_the_instance_and_keeps_its_cause():
    step = task(steps.refuse_three).set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError) as caught:
        step.call(3)
    assert str(caught.value) == "Task instance 'x' raised ValueError('three is refused')"
    assert caught.value.task_instance_id == "x"
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize(
    ("method", "argvalues", "place"),
    [("map", [1, 2, 3], "element 2"), ("mapvalues", {"a": 1, "b": 3}, "key 'b'")],
)
def test_a_failing_element_says_which_element(method, argvalues, place):
    step = task(steps.refuse_three).set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError, match=f"^Task instance 'x', {place}, raised ValueError") as caught:
        getattr(step, method)("number", argvalues)
    assert caught.value.index == len(argvalues) - 1
    assert caught.value.key == (None if method == "map" else "b")


def test_an_error_while_the_elements_are_made_names_the_instance():
    def elements():
        yield 1
        raise OSError("disk")

    with pytest.raises(TaskInstanceError, match=r"^Task instance 'x' raised OSError\('disk'\)$"):
        task(add).set_task_instance_id("x").handle_errors().map("a", elements())


def test_handling_errors_without_an_id_warns():
    with pytest.warns(UserWarning, match="will name no step"):
        task(add).handle_errors()


def test_the_order_of_the_chain_does_not_matter():
    step = task(steps.refuse_three).partial(number="3").skipif([steps.is_three]).with_tracing()
    with pytest.warns(UserWarning, match="will name no step"):
        step = step.handle_errors()
    with pytest.raises(TaskInstanceError, match="instance 'late' raised ValueError"):
        step.set_task_instance_id("late").validate().call()


def test_a_decorated_function_can_be_pickled_by_its_name():
    copied = pickle.loads(pickle.dumps(steps.decorated.set_task_instance_id("x").partial(number=1)))
    assert copied.call() == 2
    assert copied.func is steps.decorated.func
    assert copied.task_instance_id == "x"


@pytest.mark.parametrize("wrong", ["lithops", 3, None, object()])
def test_an_unknown_executor_is_an_error_that_names_the_known(wrong):
    with pytest.raises(ValueError, match="'inline', 'python', 'threads', 'processes'"):
        task(add).set_executor(wrong)


def test_too_few_calls_at_once_are_an_error():
    with pytest.raises(ValueError, match="too few"):
        task(add).set_concurrency(0)


def test_a_call_that_is_skipped_gives_a_sentinel_that_later_steps_accept():
    skipped = task(add).skipif([lambda *values: True]).partial(a=1).call()
    assert skipped is SKIP_SENTINEL
    mapped = task(add).map("a", skipped)
    keyed = task(add).mapvalues("a", skipped)
    assert mapped == [SKIP_SENTINEL]
    assert keyed == [(None, SKIP_SENTINEL)]
    assert task(add).map("a", mapped) == task(add).validate().map("a", mapped) == [SKIP_SENTINEL]
    assert task(add).mapvalues("a", mapped) == task(add).mapvalues("a", keyed) == [(None, SKIP_SENTINEL)]
    assert task(add).map(["a", "b"], mapped) == [SKIP_SENTINEL]
    assert task(add).mapvalues(["a", "b"], keyed) == [(None, SKIP_SENTINEL)]
