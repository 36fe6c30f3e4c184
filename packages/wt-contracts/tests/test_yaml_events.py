from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.yaml_events import MOST_VALUES, YAMLEventError, parse_events


def read(text: str):
    return parse_events(yaml.parse(text, Loader=yaml.SafeLoader))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-05-31", "2024-05-31"),
        ("yes", "yes"),
        ("on", "on"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        ("12:30:00", "12:30:00"),
        ("~", None),
        ("", None),
        ("True", True),
        ("'1'", "1"),
        ("!!str 1", "1"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text, value):
    assert read(f"a: {text}").value == {"a": value}


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".nan", "1e999"])
def test_a_number_that_json_does_not_know_is_refused_with_its_place(text):
    with pytest.raises(YAMLEventError) as caught:
        read(f"a:\n  b: {text}\n")

    assert (caught.value.line, caught.value.column) == (2, 6)


def test_every_key_and_item_has_its_place():
    placed = read("a:\n  b: [1, 2]\n")

    assert placed.place(("a",)) == (1, 1)
    assert placed.place(("a", "b")) == (2, 3)
    assert placed.place(("a", "b", 1)) == (2, 10)


def test_what_is_not_written_stands_where_the_nearest_thing_around_it_does():
    assert read("a:\n  b: 1\n").place(("a", "c", "d")) == (1, 1)
    assert read("a: 1\n").place(("b",)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "second time"),
        ("? [1, 2]\n: 1\n", "not text"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("a: !!set {x}\n", "tag"),
        ("a: !local x\n", "tag"),
        ("a: *b\n", "alias"),
        ("a: 1\n---\nb: 2\n", "more than one"),
        ("[" * 200 + "]" * 200, "nested"),
        ("{" * 100_000, "not text"),
        ("a: &x [1]\n*x : 2\n", "not text"),
        ("&a [*a]\n", "alias"),
    ],
)
def test_what_is_no_input_is_refused(text, words):
    with pytest.raises(YAMLEventError, match=words):
        read(text)


def test_aliases_that_grow_without_bound_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    with pytest.raises(YAMLEventError, match=f"{MOST_VALUES:,}"):
        read("\n".join(lines))


def test_an_alias_is_a_copy():
    value = read("a: &x [1]\nb: *x\n").value

    value["a"].append(2)
    assert value["b"] == [1]


def test_a_key_that_looks_like_a_number_is_text():
    assert read("010: x\nTrue: &a 7\n*a : z\n").value == {"010": "x", "True": 7, "7": "z"}


@given(st.text(alphabet="ab:-[]{}&*!'\"#,\n ?|>1~%", max_size=60))
def test_any_text_gives_a_value_or_one_of_two_errors(text):
    try:
        read(text)
    except (YAMLEventError, yaml.YAMLError):
        return
