"""Dictionaries as objects, and back."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from wt_engine.namespaces import auto_dict_input, dict_to_sns, object_to_dict, to_obj


@dataclass
class Point:
    x: int
    y: int = 2


class Model(BaseModel):
    x: int


def test_nested_data_becomes_attributes_and_comes_back() -> None:
    data = {"a": {"b": [{"c": 1}, (2, {"d": 3})]}, "e": None}
    made = dict_to_sns(data)
    assert made.a.b[0].c == 1
    assert made.a.b[1][1].d == 3
    assert object_to_dict(made) == {"a": {"b": [{"c": 1}, [2, {"d": 3}]]}, "e": None}


def test_a_cycle_stays_one_and_cannot_be_plain() -> None:
    data: dict[str, Any] = {}
    data["self"] = data
    made = dict_to_sns(data)
    assert made.self is made
    with pytest.raises(ValueError, match="holds itself"):
        object_to_dict(made)


def test_objects_of_all_kinds_become_dictionaries() -> None:
    assert object_to_dict({"p": Point(1), "m": Model(x=3), "s": {4}}) == {
        "p": {"x": 1, "y": 2},
        "m": {"x": 3},
        "s": [4],
    }
    assert object_to_dict(None) == {}
    assert object_to_dict(3) == 3


def test_a_step_has_its_dictionary_as_an_object() -> None:
    @to_obj
    def bare(data: SimpleNamespace) -> SimpleNamespace:
        data.total = data.a + 1
        return data

    @to_obj(Point)
    def point(data: Point) -> dict[str, int]:
        return {"sum": data.x + data.y}

    @to_obj(Model)
    def model(data: Model) -> Model:
        return Model(x=data.x + 1)

    assert bare({"a": 1}) == {"a": 1, "total": 2}
    assert point({"x": 1, "other": 0}) == {"sum": 3}
    assert model({"x": "4"}) == {"x": 5}
    with pytest.raises(ValidationError):
        model({"x": "four"})


def test_a_function_of_dictionaries_takes_objects() -> None:
    @auto_dict_input
    def keys(data: dict[str, Any]) -> list[str]:
        return sorted(data)

    assert keys(SimpleNamespace(a=1, b=2)) == keys({"a": 1, "b": 2}) == ["a", "b"]
