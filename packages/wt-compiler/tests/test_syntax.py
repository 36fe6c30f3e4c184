"""What is said about a text that is no YAML."""

from __future__ import annotations

import pytest
from wt_compiler.document import parse_document
from wt_contracts.diagnostics import DiagnosticError


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a:\n\tb: 1\n", "2:1", "tab"),
        ("a:\n  - x\n\t- y\n", "3:1", "tab"),
        ("a:\n  b: 1\n  \tc: 2\n", "3:3", "tab"),
        ("a: @x\n", "1:4", "cannot start with '@'"),
        ("a: `x`\n", "1:4", "cannot start with '`'"),
        ("name: foo: bar\n", "1:10", "': ' inside a text"),
        ('a: "b\nc: d\n', "1:4", "never closed"),
        ("a: [b, c\nd: e\n", "2:2", "missing here"),
        ("a:\n  b: 1\n c: 2\n", "3:2", "belongs neither"),
        ("a: b\x07c\n", "1:5", "U+0007"),
        ("a: ]\n", "1:4", "a value is missing here"),
        ("a: [}\n", "1:5", "a value is missing here"),
        ("a: b\nc\n", "2:1", "':' is missing behind this"),
        ("a: - b\n", "1:4", "a list cannot begin here"),
        ('a: "\\q"\n', "1:5", "no such escape"),
        ("a: *\n", "1:5", "are followed by a name"),
        ("a: !x!y z\n", "1:4", "no such tag"),
        ("a: |x\n b\n", "1:5", "cannot stand behind"),
        ("a: 1\n...\nb: 2\n", "3:1", "ends before this"),
        ("%FOO\n---\na: 1\n", "1:5", "no YAML: found unknown directive"),
    ],
)
def test_the_place_and_the_reason_are_said(text: str, place: str, message: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        parse_document(text, "spec.yaml")
    (found,) = caught.value.diagnostics
    assert found.code == "WT103"
    assert message in found.message
    assert f"{found.line}:{found.column}" == place
    assert found.source == text.split("\n")[(found.line or 1) - 1]


def test_duplicate_keys_before_a_syntax_error_are_reported_too() -> None:
    with pytest.raises(DiagnosticError) as caught:
        parse_document("a: 1\na: 2\nb: @\n", "spec.yaml")
    assert [found.code for found in caught.value.diagnostics] == ["WT104", "WT103"]
