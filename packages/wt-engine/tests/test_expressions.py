"""What expressions can say, what they refuse, and that nothing else can come of them."""

from __future__ import annotations

import ast
import pickle
import string
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wt_engine.expressions import FUNCTIONS, Expression, ExpressionError, expression

VALUES: dict[str, Any] = {
    "n": 3,
    "x": 2.5,
    "name": "ada",
    "xs": [1, 2, 3],
    "user": {"age": 36, "tags": {"a"}},
    "none": None,
    "ready": True,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n + 1", 4),
        ("n > 2 and x < 3", True),
        ("not ready or none", None),
        ("1 < n < 3", False),
        ("1 < n <= 3", True),
        ("'a' in user['tags'] and 'z' not in user", True),
        ("none is None and n is not None", True),
        ("len(xs) + sum(xs) * 2 - max(xs) // 2 % 5", 14),
        ("xs[-1] + xs[0:2][1]", 5),
        ("'big' if user['age'] > 30 else 'small'", "big"),
        ("2 ** 10", 1024),
        ("round(x) + round(2.345, ndigits=1) + abs(-n)", 7.3),
        ("sorted(xs, reverse=True)", [3, 2, 1]),
        ("all([n, x]) and any((none, 1))", True),
        ("{'k': [n]}['k'] == [3]", True),
        ("str(n) + name", "3ada"),
        ("int('4') + float('0.5') + bool(n)", 5.5),
        ("min({3, 4}) | 4", 7),
        ("  n\n", 3),
    ],
)
def test_an_expression_has_the_value_it_has_in_python(text, value):
    assert expression(text).evaluate(VALUES) == value


def test_it_is_compiled_once_and_knows_its_names():
    assert expression("n + len(xs)") is expression("n + len(xs)")
    assert expression("n + len(xs)").names == {"n", "xs"}


def test_a_value_named_like_a_function_is_a_value_unless_it_is_called():
    assert expression("max + max(1, 2)").evaluate({"max": 10}) == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("().__class__", "attributes are not allowed"),
        ("().__class__.__base__.__subclasses__()", "only these functions"),
        ("name.upper()", "only these functions"),
        ("user.age", r"write data\['key'\]"),
        ("__import__('os')", "only these functions"),
        ("eval('1')", "only these functions"),
        ("lenn(xs)", "Did you mean 'len'"),
        ("(lambda: 1)()", "only these functions"),
        ("lambda: 1", "a lambda is not allowed"),
        ("[y for y in xs]", "ListComp is not allowed"),
        ("(n := 1)", "':=' is not allowed"),
        ("f'{n}'", "f-string"),
        ("max(*xs)", "before a value"),
        ("max(xs, key=len)", "argument 'key' is not allowed"),
        ("max(**user)", r"argument '\*\*' is not allowed"),
        ("{**user}", r"'\*\*' is not allowed"),
        ("n @ n", "MatMult is not allowed"),
        ("1 << 99", "LShift is not allowed"),
        ("n = 1", "this is no expression"),
        ("n >", "this is no expression"),
        ("", "empty"),
        ("   ", "empty"),
        ("\0", "this is no expression"),
        ("1+" * 3000 + "1", "longer than"),
        ("-" * 200 + "1", "nested deeper"),
        ("(" * 300 + "1" + ")" * 300, "this is no expression"),
        (3, "is a text, not int"),
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_runs(text, said):
    with pytest.raises(ExpressionError, match=said):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "said", "column"),
    [
        ("accurcy > 0.9", "there is no value 'accurcy'. Did you mean 'accuracy'", 1),
        ("1 + len", "it can be called, but is no value", 5),
        ("accuracy > 'a'", "TypeError", 1),
        ("accuracy[0]", "TypeError", 1),
        ("user['agee']", "there is no key 'agee'. Did you mean 'age'", 1),
        ("accuracy / 0", "ZeroDivisionError", 1),
        ("1 +  nothing", "there is no value 'nothing'", 6),
        ("9 ** 9 ** 9", "bits", 1),
        ("2 ** 90000 * 2 ** 90000", "bits", 1),
        ("'a' * 10 ** 9", "cannot be repeated", 1),
        ("[0] * n", "cannot be repeated", 1),
        ("'%1000000d' % 1", "cannot be formatted", 1),
        ("'é' + nothing", "there is no value 'nothing'", 7),
        ("int('x')", "ValueError", 1),
        ("{[]}", "TypeError", 1),
    ],
)
def test_what_cannot_be_evaluated_is_an_error_with_its_place(text, said, column):
    with pytest.raises(ExpressionError) as caught:
        expression(text).holds({"accuracy": 0.5, "user": {"age": 1}, "n": 10**9})
    assert said in str(caught.value)
    assert caught.value.column == column
    assert f"\n  {text}\n  {' ' * (column - 1)}^" in str(caught.value)


def test_a_value_that_is_neither_true_nor_false_is_an_error():
    class Array:
        def __bool__(self) -> bool:
            raise ValueError("ambiguous")

    with pytest.raises(ExpressionError, match=r"neither true nor false.*ambiguous"):
        expression("array").holds({"array": Array()})


def test_expressions_and_their_errors_travel_between_processes():
    assert pickle.loads(pickle.dumps(expression("n + 1"))).evaluate(VALUES) == 4
    with pytest.raises(ExpressionError) as caught:
        expression("m").evaluate(VALUES)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


NAMES = st.sampled_from([*VALUES, *FUNCTIONS, "__class__", "nothing", "__builtins__"])
ATOMS = (
    NAMES | st.integers(-5, 10**6).map(str) | st.sampled_from(["None", "True", "''", "'a'", "1.5", "[]", "{}", "()"])
)
OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "**", "<", "==", "in", "is", "and", "or", "&", "|", "<<", "@"]
)


def compound(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, parts, OPERATORS, parts),
        st.builds("{}[{}]".format, parts, parts),
        st.builds("{}({})".format, NAMES, parts),
        st.builds("{}({}, {})".format, NAMES, parts, parts),
        st.builds("({} if {} else {})".format, parts, parts, parts),
        st.builds("[{}, {}]".format, parts, parts),
        st.builds("{{{}: {}}}".format, parts, parts),
        st.builds("not {}".format, parts),
        st.builds("({}).{}".format, parts, NAMES),
    )


@given(st.recursive(ATOMS, compound, max_leaves=12) | st.text(string.printable, max_size=40) | st.text(max_size=20))
@example("().__class__")
@example("n" + "[0]" * 60)
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_comes_to_a_value_or_an_error_of_its_own(text):
    try:
        value = expression(text).evaluate(VALUES)
    except ExpressionError:
        return
    tree = ast.parse(text.strip(), mode="eval")
    assert not any(isinstance(node, ast.Attribute | ast.Lambda | ast.NamedExpr) for node in ast.walk(tree))
    assert not callable(value)
