from __future__ import annotations

import asyncio
import functools
import math
from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError, validate_call
from wt_task import TaskInstanceError, task
from wt_task.validation import validated


class Site(BaseModel):
    name: str
    animals: int = 0


class Opaque:
    pass


def read(site: Site, factor: Annotated[float, Field(gt=0)] = 1.0, *, days: list[int] | None = None) -> Site:
    return Site(name=site.name, animals=int(site.animals * factor) + len(days or []))


def wrong_return(a: int) -> int:
    return "no number"


def inner_model(a: int) -> Site:
    return Site(name="x", animals="many")


def opaque(value: Opaque) -> Opaque:
    return value


def test_arguments_and_return_values_are_converted():
    result = task(read).validate().call(site={"name": "north", "animals": "3"}, factor="2", days=("1",))
    assert result == Site(name="north", animals=7)


def test_it_converts_and_refuses_as_validate_call_does():
    reference = validate_call(validate_return=True)(read)
    for arguments in ({"site": {"name": 1}}, {"site": {}, "factor": -1}, {}, {"site": Site(name="a"), "x": 1}):
        with pytest.raises(ValidationError) as expected:
            reference(**arguments)
        with pytest.raises(ValidationError) as caught:
            task(read).validate().call(**arguments)
        assert caught.value.errors() == expected.value.errors()


def test_without_validate_nothing_is_touched():
    assert task(wrong_return).call("a") == "no number"


def test_types_that_pydantic_does_not_know_are_checked_by_instance():
    value = Opaque()
    assert task(opaque).validate().call(value) is value
    with pytest.raises(ValidationError, match="instance of Opaque"):
        task(opaque).validate().call(1)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (read, {"site": {"name": "a", "animals": "x"}}, "argument 'site'['animals']: Input should be a valid integer"),
        (read, {"site": {"name": "a"}, "factor": 0}, "argument 'factor': Input should be greater than 0, got 0"),
        (read, {}, "argument 'site': Missing required argument"),
        (read, {"site": Site(name="a"), "sit": 1}, "argument 'sit': Unexpected keyword argument"),
        (wrong_return, {"a": 1}, "the return value: Input should be a valid integer"),
    ],
)
def test_the_error_of_a_step_names_the_argument(function, arguments, message):
    step = task(function).validate().set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError) as caught:
        step.call(**arguments)
    assert str(caught.value).startswith("Task instance 'x' raised ValidationError: ")
    assert message in str(caught.value)
    assert "errors.pydantic.dev" not in str(caught.value)


def test_an_argument_given_by_place_is_named_too():
    with pytest.raises(ValidationError) as caught:
        task(wrong_return).validate().call("x")
    assert caught.value.errors()[0]["loc"] == ("a",)


def test_all_wrong_arguments_are_named():
    step = task(read).validate().set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError, match=r"argument 'site'.*; argument 'factor'"):
        step.call(site=1, factor="x")


def test_a_model_that_the_function_itself_builds_wrongly_is_not_called_an_argument():
    step = task(inner_model).validate().set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError) as caught:
        step.call(a=1)
    assert "argument" not in str(caught.value).split("\n")[0]
    assert "1 validation error for Site" in str(caught.value)


def test_a_long_input_is_shortened():
    step = task(wrong_return).validate().set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError) as caught:
        step.call(a="x" * 10_000)
    assert len(str(caught.value)) < 300


def test_wrapped_functions_keep_working():
    def logged(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)

        return wrapper

    assert task(logged(read)).validate().call(site={"name": "a"}) == Site(name="a")


def test_partials_classes_and_callable_objects_are_validated():
    @dataclass
    class Scale:
        factor: float

        def __call__(self, number: float) -> float:
            return self.factor * number

    class Counter:
        def __init__(self, start: int) -> None:
            self.start = start

    assert task(functools.partial(read, factor=2)).validate().call(site={"name": "a", "animals": 2}).animals == 4
    assert task(Scale(2.0)).validate().call(number="1.5") == 3.0
    assert task(Scale(3.0).__call__).validate().call("1.5") == 4.5
    assert task(Counter).validate().call(start="4").start == 4
    assert task(math.sqrt).validate().call(4) == 2.0
    with pytest.raises(ValidationError, match="number"):
        task(Scale(2.0)).validate().call(number="x")


def test_asynchronous_functions_and_objects_are_validated():
    async def double(number: int) -> int:
        return number * 2

    class Caller:
        async def __call__(self, number: int) -> int:
            return number * 2

    for function in (double, Caller()):
        assert asyncio.run(task(function).validate().call(number="2")) == 4
        with pytest.raises(ValidationError, match="number"):
            asyncio.run(task(function).validate().call(number="x"))


def test_type_hints_are_read_once_a_function():
    assert validated(read) is validated(read)
    assert validated(read) is not validated(opaque)


def test_an_input_that_cannot_be_shown_does_not_hide_the_error():
    class Mute:
        def __repr__(self):
            raise RuntimeError("no words")

    step = task(wrong_return).validate().set_task_instance_id("x").handle_errors()
    with pytest.raises(TaskInstanceError, match="argument 'a': Input should be a valid integer, got <Mute instance"):
        step.call(a=Mute())
