"""The core schema of YAML 1.2."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.scalars import resolve_plain, resolve_tagged


@pytest.mark.parametrize(
    "text", ["yes", "No", "on", "OFF", "2020-01-01", "12:30", "1_000", "0b1", "1e", "- 1", "+", "."]
)
def test_what_looks_like_another_type_in_yaml_1_1_is_a_string(text: str) -> None:
    assert resolve_plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("010", 10), ("0o10", 8), ("0x1F", 31), ("-7", -7), ("+7", 7), ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0)],
)
def test_numbers_are_read_as_numbers(text: str, value: float) -> None:
    assert resolve_plain(text) == value
    assert type(resolve_plain(text)) is type(value)


@pytest.mark.parametrize(("text", "value"), [("", None), ("~", None), ("null", None), ("true", True), ("False", False)])
def test_null_and_booleans_are_read(text: str, value: object) -> None:
    assert resolve_plain(text) is value


def test_infinity_and_not_a_number_are_read() -> None:
    assert resolve_plain(".inf") == math.inf
    assert resolve_plain("-.INF") == -math.inf
    assert math.isnan(resolve_plain(".nan"))


def test_an_integer_of_any_length_is_either_read_or_refused() -> None:
    assert resolve_plain("9" * 4000) == 10**4000 - 1
    with pytest.raises(ValueError, match="5,000 digits"):
        resolve_plain("9" * 5000)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [("str", "5", "5"), ("int", "5", 5), ("float", "5", 5.0), ("bool", "true", True), ("null", "", None)],
)
def test_a_tag_of_the_core_schema_decides(tag: str, text: str, value: object) -> None:
    read = resolve_tagged(f"tag:yaml.org,2002:{tag}", text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("tag", "text"), [("tag:yaml.org,2002:int", "x"), ("tag:yaml.org,2002:int", "true"), ("!foo", "1")]
)
def test_a_wrong_value_or_an_unknown_tag_is_refused(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        resolve_tagged(tag, text)


@given(st.text(max_size=30))
def test_any_text_is_a_value(text: str) -> None:
    assert isinstance(resolve_plain(text), str | bool | int | float | None)
