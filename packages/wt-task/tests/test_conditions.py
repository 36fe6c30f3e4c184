from __future__ import annotations

import pytest
from pydantic import Field
from wt_task import SKIP_SENTINEL, SkipSentinel, TaskInstanceError, task


class Recorder:
    def __init__(self) -> None:
        self.seen: list[tuple[object, ...]] = []

    def __call__(self, *values: object) -> bool:
        self.seen.append(values)
        return False


def add(a, b=2, *, c=3):
    return a + b + c


def test_conditions_see_the_same_arguments_in_call_map_and_mapvalues():
    recorder = Recorder()
    step = task(add).skipif([recorder])
    step.partial(a=1).call()
    step.call(1)
    step.map("a", [1])
    step.mapvalues(["a"], {"k": 1})
    assert recorder.seen == [(1, 2, 3)] * 4


def test_values_come_in_the_order_of_the_parameters_however_they_were_bound():
    recorder = Recorder()
    step = task(add).skipif([recorder])
    step.partial(c=9).partial(b=8).map("a", [7])
    step.mapvalues(["c", "a"], {"k": (9, 7)})
    step.call(b=8, a=7, c=9)
    assert recorder.seen == [(7, 8, 9), (7, 2, 9), (7, 8, 9)]


def test_arguments_of_functions_without_named_parameters_are_seen():
    recorder = Recorder()
    task(lambda *values, key=1, **more: 0).skipif([recorder]).call(1, 2, other=3)
    task(lambda a, /, b=2: 0).skipif([recorder]).call(1)
    assert recorder.seen == [(1, 2, 1, 3), (1, 2)]


def test_a_default_of_a_pydantic_field_is_seen_as_its_value():
    five, empty, none = Field(5, ge=0), Field(default_factory=list), Field(ge=1)

    def function(a: int, b: int = five, c: list[int] = empty, d: int = none) -> int:
        return a

    recorder = Recorder()
    task(function).skipif([recorder]).call(a=1)
    assert recorder.seen == [(1, 5)]  # the empty list is flattened away, and d has no default


@pytest.mark.parametrize(
    ("value", "depth", "seen"),
    [
        ([1, [2]], 1, (1, [2])),
        ([1, [2]], 2, (1, 2)),
        ([1, [2]], 0, ([1, [2]],)),
        ((1, (2,)), 1, (1, (2,))),
        ({"a": [1]}, 3, ({"a": [1]},)),
        ({1}, 3, ({1},)),
        ("ab", 3, ("ab",)),
    ],
)
def test_lists_and_tuples_are_flattened_to_the_depth_and_nothing_else_is(value, depth, seen):
    recorder = Recorder()
    task(lambda a: a).skipif([recorder], unpack_depth=depth).call(value)
    assert recorder.seen == [seen]


def test_a_sentinel_is_found_within_the_depth():
    def found(*values: object) -> bool:
        return any(isinstance(value, SkipSentinel) for value in values)

    step = task(lambda a: "called").skipif([found])
    assert step.call([SKIP_SENTINEL]) is SKIP_SENTINEL
    assert step.call([[SKIP_SENTINEL]]) == "called"
    assert step.call({"a": SKIP_SENTINEL}) == "called"
    assert task(lambda a: "called").skipif([found], unpack_depth=2).call([[SKIP_SENTINEL]]) is SKIP_SENTINEL


def test_any_condition_that_holds_is_enough_and_the_rest_are_not_asked():
    recorder = Recorder()
    step = task(add).skipif([lambda *values: False, lambda *values: True, recorder])
    assert step.call(1) is SKIP_SENTINEL
    assert recorder.seen == []


def test_conditions_of_two_skipifs_add_up():
    step = task(add).skipif([lambda *values: values[0] == 1]).skipif([lambda *values: values[0] == 2])
    assert step.map("a", [1, 2, 3]) == [SKIP_SENTINEL, SKIP_SENTINEL, 8]


def test_conditions_see_what_validation_has_not_yet_converted():
    recorder = Recorder()

    def number(a: int) -> int:
        return a

    assert task(number).validate().skipif([recorder]).call("1") == 1
    assert recorder.seen == [("1",)]


def test_the_sentinel_that_a_condition_gives_is_not_validated():
    def number(a: int) -> int:
        return a

    assert task(number).validate().skipif([lambda *values: True]).call("no number") is SKIP_SENTINEL


@pytest.mark.parametrize(
    ("method", "arguments", "place"),
    [("call", (1,), ""), ("map", ("a", [1]), ", element 0,"), ("mapvalues", ("a", {"k": 1}), ", key 'k',")],
)
def test_errors_in_conditions_carry_the_task_instances_id(method, arguments, place):
    def broken(*values: object) -> bool:
        raise LookupError("condition")

    step = task(add).set_task_instance_id("x").handle_errors().skipif([broken])
    with pytest.raises(TaskInstanceError, match=rf"^Task instance 'x'{place} raised LookupError\('condition'\)$"):
        getattr(step, method)(*arguments)


def test_a_condition_may_be_a_task():
    assert task(add).skipif([task(lambda *values: True)]).call(1) is SKIP_SENTINEL


def test_an_asynchronous_condition_of_an_ordinary_task_is_an_error_not_a_skip():
    async def condition(*values: object) -> bool:
        return False

    with pytest.raises(TypeError, match="an asynchronous condition needs an asynchronous task"):
        task(add).skipif([condition]).call(1)
