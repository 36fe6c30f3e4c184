"""Strings that refer to something."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.expressions import WrongExpressionError, contains_expression, parse_expression
from wt_compiler.values import EnvVariable, Position, Reference

HERE = Position(1, 1)


@pytest.mark.parametrize(
    "text", ["${{ workflow.load.return }}", "${{workflow.load.return}}", "${{  workflow.load.return}}"]
)
def test_a_reference_is_read_with_and_without_spaces(text: str) -> None:
    assert parse_expression(text, HERE) == Reference("load", HERE)


def test_an_environment_variable_is_read() -> None:
    assert parse_expression("${{ env.WT_RESULTS }}", HERE) == EnvVariable("WT_RESULTS", HERE)


@pytest.mark.parametrize(
    "text", ["", "plain", "{}", "pre ${{ env.X }}", "${{ env.X }} post", " ${{ env.X }}", "{{ name }}", "$X", "${X}"]
)
def test_a_text_stays_a_text(text: str) -> None:
    assert parse_expression(text, HERE) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("${{ workflow.load.retrun }}", "${{ workflow.load.return }}"),
        ("${{ workflow.load }}", "${{ workflow.load.return }}"),
        ("${{ load }}", "${{ workflow.load.return }}"),
        ("{{ workflow.load.return }}", "${{ workflow.load.return }}"),
        ("${ workflow.load.return }", "${{ workflow.load.return }}"),
        ("${{ workflow.load.return }", "${{ workflow.load.return }}"),
        ("${{ env.1X }}", "${{ env.<NAME> }}"),
        ("${{ env.X-Y }}", "${{ env.<NAME> }}"),
        ("${{ }}", "${{ workflow.<id>.return }}"),
        ("${{}}", "${{ workflow.<id>.return }}"),
        ("${{ workflow.a.return + 1 }}", "${{ workflow.<id>.return }}"),
        ("${{ env.X }}${{ env.Y }}", "one expression"),
        ("${{ workflow.a.return }}, ${{ workflow.b.return }}", "one expression"),
    ],
)
def test_what_is_nearly_an_expression_is_refused_with_the_right_form(text: str, hint: str) -> None:
    with pytest.raises(WrongExpressionError) as caught:
        parse_expression(text, HERE)
    assert hint in caught.value.hint


def test_a_text_with_an_expression_in_it_is_noticed() -> None:
    assert contains_expression("pre ${{ env.X }}")
    assert contains_expression("see {{ workflow.a.return }}")
    assert not contains_expression("{{ name }} and ${X}")


@given(st.text() | st.text(alphabet="${} workflow.envreturn_x"))
def test_any_string_is_an_expression_or_a_text_or_refused(text: str) -> None:
    contains_expression(text)
    with contextlib.suppress(WrongExpressionError):
        value = parse_expression(text, HERE)
        assert value is None or isinstance(value, Reference | EnvVariable)
