"""Hints that are compiled once mean what they mean, and `typing` is left as it was."""

from __future__ import annotations

import typing

import pytest
from wt_task.cli.type_hints import each_compiled_once

SOURCE = """
from __future__ import annotations
from typing import TypedDict

class First(TypedDict):
    number: list[int]

class Second(TypedDict):
    number: list[int]
    again: list[int]
"""


def test_hints_mean_the_same() -> None:
    names: dict[str, typing.Any] = {"__name__": __name__}
    with each_compiled_once():
        exec(SOURCE, names)
    assert typing.get_type_hints(names["First"], names) == {"number": list[int]}
    assert typing.get_type_hints(names["Second"], names) == {"number": list[int], "again": list[int]}


def test_a_hint_that_is_no_python_is_still_refused() -> None:
    with each_compiled_once(), pytest.raises(SyntaxError):
        typing.ForwardRef("list[")


def test_typing_is_as_before_also_when_nested() -> None:
    with each_compiled_once():
        with each_compiled_once():
            pass
        assert "compile" in vars(typing)
    assert "compile" not in vars(typing)


def test_typing_is_as_before_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), each_compiled_once():
        raise ZeroDivisionError
    assert "compile" not in vars(typing)
