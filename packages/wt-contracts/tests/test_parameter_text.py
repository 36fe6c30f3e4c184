from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.parameter_text import ParameterText
from wt_contracts.yaml_syntax import explain_yaml


def events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise explain_yaml(error, text) from None


def read(text: str, name: str = "params.yaml") -> dict[str, Any]:
    return ParameterText(name, text, events).read()


def test_yaml_and_json_give_the_same():
    assert read("a:\n  b: 1\n") == read('{"a": {"b": 1}}') == {"a": {"b": 1}}


def test_a_flow_mapping_of_yaml_is_no_broken_json():
    assert read("{a: {b: 1}}") == {"a": {"b": 1}}


@pytest.mark.parametrize("text", ["", "  \n", "# nothing yet\n", "---\n"])
def test_an_empty_file_has_no_parameters(text):
    assert read(text) == {}


@pytest.mark.parametrize("text", ["[1]", "- a\n", "text", "1"])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(DiagnosticError, match="must be a mapping"):
        read(text)


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', '{"a": "\ud800"}', '{"a": 1, "a": 2}', "[" * 100_000]
)
def test_json_that_python_would_take_but_json_does_not_know_is_refused(text):
    with pytest.raises(DiagnosticError) as caught:
        read(text, "params.json")

    assert caught.value.diagnostics[0].code == Code.PARAMETERS_UNREADABLE


def test_a_number_of_ten_thousand_digits_is_too_large():
    with pytest.raises(DiagnosticError, match="9… is too large for a number"):
        read('{"a": ' + "9" * 10_000 + "}", "params.json")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{\n  "a": 1,\n}', "2:9", "',' with nothing behind it"),
        ('{"a": [1,]}', "1:9", "',' with nothing behind it"),
        ('{"a": 1,,}', "1:9", "key in double quotes is missing"),
        ('{"a": }', "1:7", "value is missing"),
        ('{"a": tru}', "1:7", "'tru' is no value"),
        ("{'a': 1}", "1:2", "single quotes"),
        ("{\"a\": 'x'}", "1:7", "single quotes"),
        ('{"a" 1}', "1:6", "':' is missing"),
        ('{"a": 1 "b": 2}', "1:9", "',' is missing"),
        ('{"a": {"b": 1}', "1:15", "ends too early"),
        ('{"a": 1} x', "1:10", "ends before this"),
        ('{"a": "x', "1:7", "never closed"),
        ('{"a": "\t"}', "1:8", "tab inside of a text"),
        ('{"a": "\\q"}', "1:8", "no such escape"),
        ('{"a": "NaN", "b": NaN}', "1:19", "NaN is not a number"),
        ('{"a":\n [1e999]}', "2:3", "too large"),
        ('{"b": {"a": 1, "a": 2}}', "1:8", "'a' stands twice"),
    ],
)
def test_a_mistake_in_a_json_file_has_its_place_and_says_what_is_wrong(text, place, words):
    with pytest.raises(DiagnosticError) as caught:
        read(text, "params.json")

    (found,) = caught.value.diagnostics
    assert words in found.message
    assert f"{found.line}:{found.column}" == place


def test_a_mistake_on_the_command_line_has_a_place_without_lines():
    with pytest.raises(DiagnosticError, match=r"':' is missing here \(character 6\)"):
        ParameterText("--config-json", '{"a" 1}', events, only_json=True, has_lines=False).read()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a:\n\tb: 1\n", "2:1", "tab"),
        ("a: b: c\n", "1:5", "': ' inside a text"),
        ('a: "b\n', "1:4", "never closed"),
        ("a: [b\n", "2:1", "',' or ']' is missing"),
        ("a: !!python/name:os.system x\n", "1:4", "'!!python/name:os.system' means nothing"),
        ("a: b\0", "1:5", "U\\+0000"),
    ],
)
def test_a_mistake_in_a_yaml_file_has_its_place_and_says_what_is_wrong(text, place, words):
    with pytest.raises(DiagnosticError, match=words) as caught:
        read(text)

    (found,) = caught.value.diagnostics
    assert f"{found.line}:{found.column}" == place


def test_places_are_known_for_json_too():
    text = ParameterText("params.json", '{\n  "a": {\n    "b": 1}}', events)

    assert text.place(("a", "b")) == (3, 5)


def test_bytes_that_are_not_utf_8_are_refused_with_their_line():
    with pytest.raises(DiagnosticError) as caught:
        ParameterText.from_bytes("p", b"a: 1\nb: \xff\n", events)

    assert caught.value.diagnostics[0].line == 2


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert ParameterText.from_bytes("p", b'\xef\xbb\xbf{"a": 1}', events).read() == {"a": 1}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    # libyaml and PyYAML refuse control characters in YAML; in JSON they are written as escapes
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), JSON, max_size=3))
def test_json_is_read_as_json_reads_it(value):
    assert read(json.dumps(value), "params.json") == value


@given(st.text(max_size=60))
def test_any_text_gives_parameters_or_diagnostics(text):
    try:
        params = read(text)
    except DiagnosticError:
        return
    assert isinstance(params, dict)


@pytest.mark.parametrize(
    ("content", "name", "place", "line"),
    [
        (b"a:\n  b: 1\n\tc: 2\n", "p.yaml", (3, 1), "\tc: 2"),
        (b'{\n  "a": oops\n}', "p.json", (2, 8), '  "a": oops'),
        (b"a: \xc3\xa9\nb: \xff\n", "p.yaml", (2, 4), "b: \ufffd"),
        (b"a: 1\r\na: 2\r\n", "p.yaml", (2, 1), "a: 2"),
    ],
)
def test_a_mistake_shows_its_line(content, name, place, line):
    with pytest.raises(DiagnosticError) as caught:
        ParameterText.from_bytes(name, content, events).read()

    [found] = caught.value.diagnostics
    assert (found.file, (found.line, found.column), found.source) == (name, place, line)


def test_the_endless_line_of_a_machine_is_not_shown():
    text = ParameterText("p.json", '{"a": "' + "x" * 1000 + '"}\n{}', events)
    assert (text.line(1), text.line(2), text.line(3)) == (None, "{}", None)
