"""Strings that hold expressions: how they are read, what they become, what is said of wrong ones."""

from __future__ import annotations

import ast
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.emit.expressions import ExpressionSource
from wt_compiler.expression.grammar import MOST_OPERATORS
from wt_compiler.expression.mistake import WrongExpressionError
from wt_compiler.expression.reading import forgets_dollar, read_text
from wt_compiler.values import (
    Constant,
    EnvVariable,
    Expression,
    Parameter,
    Position,
    Reference,
    Secret,
    Text,
    expressions,
)

SOURCE = ExpressionSource(lambda name: name, lambda name: name == "maybe")
SKIPPED = object()


def place(offset: int) -> Position:
    return Position(1, offset + 1)


def read(text: str) -> Expression | None:
    return read_text(text, place)


def python(inside: str) -> str:
    """The Python that an expression becomes."""
    found = read(f"${{{{ {inside} }}}}")
    assert found is not None
    return SOURCE.source(found)


def refusal(text: str) -> WrongExpressionError:
    with pytest.raises(WrongExpressionError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    "text", ["${{ workflow.load.return }}", "${{workflow.load.return}}", "${{  workflow.load.return}}"]
)
def test_a_reference_is_read_with_and_without_spaces(text: str) -> None:
    assert read(text) == Reference("load", Position(1, text.index("load") + 1))


def test_the_names_of_the_workflow_are_read() -> None:
    assert read("${{ env.WT_RESULTS }}") == EnvVariable("WT_RESULTS", Position(1, 9))
    assert read("${{ params.year }}") == Parameter("year", Position(1, 12))
    assert read("${{ secrets.TOKEN }}") == Secret("TOKEN", Position(1, 13))


@pytest.mark.parametrize("text", ["", "plain", "{}", "{{ name }}", "$X", "${X}", "{{ workflow.a.return }} post"])
def test_a_text_stays_a_text(text: str) -> None:
    assert read(text) is None


def test_a_text_may_hold_expressions() -> None:
    found = read("report-${{ params.year }}-${{ env.X }}.html")
    assert isinstance(found, Text)
    assert [type(piece) for piece in found.pieces] == [Constant, Parameter, Constant, EnvVariable, Constant]
    assert SOURCE.source(found) == """f"report-{shared['year']}-{env('X')}.html\""""


def test_a_text_can_hold_the_signs_of_an_expression() -> None:
    assert read("write $${{ env.X }} there") == Constant("write ${{ env.X }} there", Position(1, 1))
    found = read("$${{ a }} and ${{ params.b }}")
    assert isinstance(found, Text)
    assert eval(SOURCE.source(found), {"shared": {"b": 1}}) == "${{ a }} and 1"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("workflow.split.return[0].name", "split[0].name"),
        ("workflow.a.return['key']", 'a["key"]'),
        ("workflow.a.return[-1]", "a[-1]"),
        ("params.a == 1 and not params.b", 'shared["a"] == 1 and not shared["b"]'),
        ("(params.a or params.b) and params.c", '(shared["a"] or shared["b"]) and shared["c"]'),
        ("params.a or params.b and params.c", 'shared["a"] or shared["b"] and shared["c"]'),
        ("not (params.a == null)", 'shared["a"] is not None'),
        ("not params.a in [1, 2]", 'shared["a"] not in [1, 2]'),
        ("params.a not in ['x']", 'shared["a"] not in ["x"]'),
        ("params.a != true", 'shared["a"] is not True'),
        ("1 - (2 - 3)", "1 - (2 - 3)"),
        ("1 - 2 - 3", "1 - 2 - 3"),
        ("-(1 + 2) * 3", "-(1 + 2) * 3"),
        ("(1 + 2) * 3 % 4 // 5 / 6", "(1 + 2) * 3 % 4 // 5 / 6"),
        ("len(workflow.a.return) > 3", "len(a) > 3"),
        ("(1).real", "(1).real"),
        ("join(workflow.a.return, ', ')", '", ".join(map(str, a))'),
        ("format('{} of {}', 1, params.n)", '"{} of {}".format(1, shared["n"])'),
        ("default(workflow.a.return.x, 'y')", '"y" if a.x is None else a.x'),
        (
            "default(workflow.maybe.return.x, 0)",
            "0 if maybe is SKIP_SENTINEL or maybe.x is SKIP_SENTINEL or maybe.x is None else maybe.x",
        ),
        ("default(env.HOME, 'none')", 'env("HOME", "none")'),
        ("len(default(params.a, []))", 'len([] if shared["a"] is None else shared["a"])'),
        ("default(params.a, 1) + 1", '(1 if shared["a"] is None else shared["a"]) + 1'),
        ("'it\\'s' + \"}}\"", '"it\'s" + "}}"'),
    ],
)
def test_an_expression_becomes_the_python_that_it_looks_like(inside: str, expected: str) -> None:
    assert python(inside) == expected


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("${{ workflow.load.retrun }}", 19, "${{ workflow.load.return }}"),
        ("${{ workflow.load }}", 18, "${{ workflow.load.return }}"),
        ("${{ load }}", 5, "${{ workflow.load.return }}"),
        ("{{ workflow.load.return }}", 1, "${{ workflow.load.return }}"),
        ("${ workflow.load.return }", 1, "${{ workflow.load.return }}"),
        ("${{ workflow.load.return }", 1, "${{ workflow.load.return }}"),
        ("${{ env.1X }}", 5, "${{ env.<NAME> }}"),
        ("${{ env.X-Y }}", 9, "${{ env.<NAME> }}"),
        ("${{ }}", 5, "${{ workflow.<id>.return }}"),
        ("${{}}", 4, "${{ workflow.<id>.return }}"),
        ("${{ workfow.a.return }}", 5, "did you mean 'workflow'?"),
        ("${{ param.a }}", 5, "did you mean 'params'?"),
        ("${{ lenn(params.a) }}", 5, "did you mean 'len'?"),
        ("${{ open('x') }}", 5, "len, default, format, join"),
        ("${{ len() }}", 5, "write len(value)"),
        ("${{ len(1, 2) }}", 5, "write len(value)"),
        ("${{ params.a && params.b }}", 14, "write 'and'"),
        ("${{ !params.a }}", 5, "write 'not'"),
        ("${{ params.a = 1 }}", 14, "write '=='"),
        ("${{ params.a adn params.b }}", 14, "did you mean 'and'?"),
        ("${{ 1 < params.a < 3 }}", 18, "'and'"),
        ("${{ workflow.a.return[0 }}", 22, "write ']'"),
        ("${{ workflow.a.return[] }}", 23, "a number or a key"),
        ("${{ workflow.a.return.0 }}", 22, "write [0]"),
        ("${{ workflow.a.return.class }}", 23, "['class']"),
        ("${{ workflow.a.return.__class__ }}", 23, "let a task give it"),
        ("${{ (params.a }}", 5, "write ')'"),
        ("${{ params.a + }}", 16, "missing"),
        ("${{ 'open }}", 5, "close it"),
        ("${{ params.a # c }}", 14, "remove it"),
        ("pre ${{ params.a == }} post", 21, "missing"),
        ("${{ 007 }}", 5, "write 7"),
        ("${{ 1e999 }}", 5, "smaller"),
        (r"${{ '\q' }}", 5, "backslash"),
    ],
)
def test_a_wrong_expression_is_refused_at_its_place_with_what_to_do(text: str, column: int, hint: str) -> None:
    error = refusal(text)
    assert error.hint is not None
    assert hint in error.hint
    assert error.offset + 1 == column


def test_a_text_that_never_ends_what_looks_like_an_expression_stays_a_text() -> None:
    assert read("a ${{b") == Constant("a ${{b", Position(1, 1))
    assert "never ends" in str(refusal("a ${{ params.b }"))


def test_nesting_is_bounded() -> None:
    assert "nested" in str(refusal("${{ " + "(" * 500 + "1" + ")" * 500 + " }}"))
    assert "nested" in str(refusal("${{ " + "not " * 500 + "1 }}"))
    assert "steps" in str(refusal("${{ workflow.a.return" + ".b" * 500 + " }}"))
    many = read("${{ " + " + ".join(["1"] * 40) + " }}")
    assert many is not None


@pytest.mark.parametrize("operator", ["+", "and", "or"])
def test_the_number_of_operators_is_bounded(operator: str) -> None:
    assert python(f" {operator} ".join(["1"] * (MOST_OPERATORS + 1))).count("1") == MOST_OPERATORS + 1
    wrong = refusal(f"${{{{ {f' {operator} '.join(['1'] * 5000)} }}}}")
    assert str(wrong) == f"the expression has more than {MOST_OPERATORS} operators"


def test_a_forgotten_dollar_sign_is_noticed() -> None:
    assert forgets_dollar("see {{ workflow.a.return }}")
    assert not forgets_dollar("{{ name }} and ${X}")


WORDS = [
    *(
        "workflow.a.return",
        "params.x",
        "env.X",
        "secrets.S",
        "1",
        "2.5",
        "'t'",
        "true",
        "null",
        "[",
        "]",
        "(",
        ")",
        ",",
        ".",
    ),
    *(
        " and ",
        " or ",
        " not ",
        " in ",
        "==",
        "<",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "len(",
        "default(",
        "join(",
        "format(",
    ),
    *("${{", "}}", "$${{", "{", "}", "'", '"', "\\", " ", "\n", "name", "é", "&&", "="),
]


@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=25).map("".join), st.booleans())
def test_any_string_is_a_text_or_python_or_refused_at_a_place_inside(text: str, wrapped: bool) -> None:
    text = f"${{{{{text}}}}}" if wrapped else text
    forgets_dollar(text)
    offset, found = 0, None
    try:
        found = read(text)
    except WrongExpressionError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)
    if found is not None:
        ast.parse(SOURCE.source(found), mode="eval")
        assert all(0 < each.position.column <= len(text) + 1 for each in expressions(found))


numbers = st.integers(-5, 5).map(str)
operators = st.sampled_from(["+", "-", "*", "//", "%", "/", "==", "!=", "<", ">=", "and", "or"])
sums = st.recursive(
    numbers | st.sampled_from(["'a'", "''", "null"]),
    lambda inner: (
        st.tuples(inner, operators, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
        | inner.map(lambda part: f"(not {part})")
        | inner.map(lambda part: f"(-{part})")
        | st.lists(inner, max_size=3).map(lambda parts: f"len([{', '.join(parts)}])")
    ),
    max_leaves=8,
)


@given(sums)
def test_an_expression_means_what_python_means_by_it(text: str) -> None:
    constants = {"true": True, "null": None}
    results: list[Any] = []
    for source in (text, python(text)):
        try:
            results.append(eval(source, {"__builtins__": {"len": len}}, constants))
        except (TypeError, ZeroDivisionError) as error:
            results.append(type(error))
    assert results[0] == results[1]
    assert type(results[0]) is type(results[1])


def test_a_default_is_taken_for_null_and_for_what_was_skipped() -> None:
    scope = {"SKIP_SENTINEL": SKIPPED}
    for maybe, expected in ((None, "y"), (SKIPPED, "y"), (0, 0), ([], [])):
        assert eval(python("default(workflow.maybe.return, 'y')"), scope | {"maybe": maybe}) == expected


@given(st.text(), st.text(), st.integers())
def test_a_text_around_an_expression_survives(before: str, after: str, number: int) -> None:
    with contextlib.suppress(WrongExpressionError):
        if "${{" in before + after or before.endswith("$"):
            return
        found = read(f"{before}${{{{ params.x }}}}{after}")
        assert found is not None
        text = eval(SOURCE.source(found), {"shared": {"x": number}})
        assert text == (f"{before}{number}{after}" if before or after else number)
