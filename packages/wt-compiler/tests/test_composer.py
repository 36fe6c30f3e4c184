"""What is wrong inside a document that is YAML: keys, aliases, tags, nesting."""

from __future__ import annotations

import pytest
from wt_compiler.composer import DEEPEST
from wt_compiler.document import parse_document, plain
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i} {{k{i}: [*a{i - 1}, *a{i - 1}], <<: *a{i - 1}}}\n" for i in range(1, 40)
)


def failures(text: str) -> list[Diagnostic]:
    try:
        document = parse_document(text, "spec.yaml")
    except DiagnosticError as error:
        return error.diagnostics
    return document.findings.sorted


def codes(text: str) -> list[str]:
    return [f"{found.code} {found.line}:{found.column}" for found in failures(text)]


def test_a_duplicate_key_is_reported_with_both_places() -> None:
    (found,) = failures("id: a\nname: b\nid: c\n")
    assert (found.code, found.line, found.column) == ("WT104", 3, 1)
    assert "line 1, column 1" in found.message


def test_all_duplicate_keys_are_reported() -> None:
    assert codes("a: {b: 1, b: 2}\nc: 1\nc: 2\na: 3\n") == ["WT104 1:11", "WT104 3:1", "WT104 4:1"]


@pytest.mark.parametrize("bomb", [BOMB, MERGE_BOMB])
def test_a_yaml_bomb_is_refused(bomb: str) -> None:
    assert [found.code for found in failures(bomb)] == ["WT105"]


def test_an_alias_inside_of_what_it_stands_for_is_refused() -> None:
    assert codes("a: &a [*a]\n") == ["WT105 1:8"]


def test_nesting_is_bounded() -> None:
    assert codes("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)) == []
    assert codes("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == ["WT105 1:101"]


def test_nesting_is_bounded_through_aliases_too() -> None:
    deep = "[" * 60 + "{}" + "]" * 60
    text = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} {deep.format(f'*a{n - 1}')}\n" for n in range(1, 60))
    assert codes(text) == ["WT105 3:69"]


def test_aliases_and_anchors_work() -> None:
    document = parse_document("a: &x {k: [1]}\nb: *x\nc: [*x]\nd: &y t\n*y : 5\n", "spec.yaml")
    assert plain(document.root) == {"a": {"k": [1]}, "b": {"k": [1]}, "c": [{"k": [1]}], "d": "t", "t": 5}


def test_merge_keys_work_and_own_keys_win() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 9}\nd: {'<<': 1}\n"
    read = plain(parse_document(text, "spec.yaml").root)
    assert read["c"] == {"x": 9, "y": 2, "z": 4}
    assert read["d"] == {"<<": 1}


def test_merging_something_else_is_refused() -> None:
    assert codes("a: {<<: 5}\n") == ["WT112 1:9"]


def test_an_alias_without_an_anchor_is_refused() -> None:
    assert codes("a: *b\nc: *d\n") == ["WT103 1:4", "WT103 2:4"]


def test_keys_must_be_strings() -> None:
    assert codes("1: a\ntrue: b\nnull: c\n? [x]\n: d\n") == ["WT112 1:1", "WT112 2:1", "WT112 3:1", "WT112 4:3"]


def test_a_second_document_is_refused() -> None:
    assert codes("a: 1\n---\nb: 2\n") == ["WT103 2:1"]


def test_tags_that_mean_nothing_are_refused() -> None:
    assert codes("a: !foo 1\nb: !!python/object:os.system x\nc: !bar {d: 1}\n") == [
        "WT113 1:4",
        "WT113 2:4",
        "WT113 3:4",
    ]


def test_an_integer_too_long_to_be_one_is_refused() -> None:
    assert codes(f"a: {'9' * 10_000}\n") == ["WT113 1:4"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [${{ workflow.x.return }}]", "1:5"),
        ("a: [1, ${{ workflow.x.return }}, 2]", "1:8"),
        ("a: {b: ${{ env.X }}}", "1:8"),
        ("a: [\n  ${{ env.X }}\n]", "2:3"),
        ("a: {{ workflow.x.return }}", "1:5"),
        ("- {{ x }}", "1:4"),
    ],
)
def test_an_unquoted_expression_in_brackets_is_to_be_quoted(text: str, place: str) -> None:
    (found,) = failures(text)
    assert f"{found.code} {found.line}:{found.column}" == f"WT106 {place}"
    assert found.hint is not None
    assert found.hint.startswith("quote it: '${{ ")


def test_an_unquoted_expression_without_spaces_is_to_be_quoted_as_it_is() -> None:
    (found,) = failures("a: [${{env.X}}]")
    assert (found.code, found.hint) == ("WT106", "quote it: '${{env.X}}'")


def test_all_unquoted_expressions_are_reported_beside_other_mistakes() -> None:
    text = "a: [${{ env.A }}, ${{ env.B }}]\nb: 1\nb: 2\nc: {d: ${{ env.C }}}\n"
    assert codes(text) == ["WT106 1:5", "WT106 1:19", "WT104 3:1", "WT106 4:8"]


def test_very_many_unquoted_expressions_end_somewhere() -> None:
    text = "".join(f"a{number}: [${{{{ env.A }}}}]\n" for number in range(100))
    assert {found.code for found in failures(text)} == {"WT106"}
