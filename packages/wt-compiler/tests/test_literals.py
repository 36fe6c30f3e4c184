"""Values of a spec as Python source."""

from __future__ import annotations

import ast
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.emit.expressions import ExpressionSource
from wt_compiler.emit.literals import Literals, quoted, scalar
from wt_compiler.values import EnvVariable, Position, Reference

HERE = Position(1, 1)
LITERALS = Literals(ExpressionSource(lambda name: f"{name}_", lambda _: False).source)


def evaluated(value: Any) -> Any:
    return eval(LITERALS.source(value), {"__builtins__": {"float": float}})  # our own source, in a test


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_is_what_its_source_evaluates_to(value: Any) -> None:
    result = evaluated(value)
    assert result == value
    assert repr(result) == repr(value), "types and signs of zero, too"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "it's",
        'say "so"',
        'it\'s "so"',
        "back\\slash",
        "\n",
        "a\nb",
        "\r\n\t\0\x7f",
        "ünïcode ☃",
        "\ud800",
        "{x}",
        "# c",
    ],
)
def test_every_text_survives(text: str) -> None:
    assert evaluated(text) == text
    assert evaluated({text: text}) == {text: text}
    assert ast.literal_eval(quoted(text)) == text


def test_a_long_text_is_written_line_by_line() -> None:
    text = "the first of two lines, neither of which is short\nthe second of them, with a 'quote'\n"
    assert evaluated([text, text]) == [text, text]
    assert scalar(text).count('"') >= 4


def test_numbers_that_are_none_are_written_as_calls() -> None:
    assert evaluated([math.inf, -math.inf]) == [math.inf, -math.inf]
    assert math.isnan(evaluated({"x": math.nan})["x"])


@pytest.mark.parametrize(
    "number", [0, -1, 2**63, 10**400, pytest.param(10**6000, id="huge"), pytest.param(-(10**6000), id="tiny")]
)
def test_integers_of_any_size_survive(number: int) -> None:
    assert evaluated(number) == number


def test_references_become_variables_and_environment_variables_calls() -> None:
    value = {"a": [Reference("load", HERE), EnvVariable("HOME", HERE)], "b": Reference("draw", HERE)}
    assert LITERALS.source(value) == '{"a": [load_, env("HOME")], "b": draw_}'
