"""Reading a file as YAML with positions."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.document import Document, ListNode, MapNode, ScalarNode, parse_document, plain, read_document
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp")))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def parse(text: str) -> Document:
    return parse_document(text, "spec.yaml")


def failure(text: str | bytes, tmp_path: Path) -> Diagnostic:
    path = tmp_path / "spec.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DiagnosticError) as caught:
        read_document(path).findings.raise_if_failed()
    assert len(caught.value.diagnostics) == 1
    return caught.value.diagnostics[0]


def test_every_key_and_value_knows_its_place() -> None:
    root = parse("a: 1\nb:\n  - x\n  - {c: 'd'}\n").root
    assert isinstance(root, MapNode)
    assert [(entry.key.line, entry.key.column) for entry in root.entries.values()] == [(1, 1), (2, 1)]
    listed = root.entries["b"].value
    assert isinstance(listed, ListNode)
    assert [(item.line, item.column) for item in listed.items] == [(3, 5), (4, 5)]
    inner = listed.items[1]
    assert isinstance(inner, MapNode)
    assert (inner.entries["c"].value.line, inner.entries["c"].value.column) == (4, 9)


@given(JSON)
def test_json_is_read_as_what_it_says(value: Any) -> None:
    document = parse(json.dumps(value, ensure_ascii=False))
    assert not document.findings.failed
    assert plain(document.root) == value


def test_quotes_and_blocks_make_strings() -> None:
    assert plain(parse("a: '1'\nb: \"true\"\nc: |\n  2\nd: >\n  x\n  y\n").root) == {
        "a": "1",
        "b": "true",
        "c": "2\n",
        "d": "x y\n",
    }


def test_a_byte_order_mark_is_passed_over() -> None:
    root = parse("\ufeffid: x\n").root
    assert isinstance(root, MapNode)
    assert root.entries["id"].key.column == 1


def test_an_empty_file_holds_nothing() -> None:
    for text in ("", "# only a comment\n", "---\n"):
        root = parse(text).root
        assert isinstance(root, ScalarNode)
        assert root.value is None


def test_no_file_is_one_clear_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as caught:
        read_document(tmp_path / "missing.yaml")
    (found,) = caught.value.diagnostics
    assert found.code == "WT101"
    assert "No such file" in found.message
    assert found.file == str(tmp_path / "missing.yaml")


def test_a_directory_is_one_clear_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as caught:
        read_document(tmp_path)
    assert caught.value.diagnostics[0].code == "WT101"


def test_bytes_that_are_not_utf8_are_placed(tmp_path: Path) -> None:
    found = failure(b"id: x\nname: caf\xe9\n", tmp_path)
    assert (found.code, found.line, found.column) == ("WT102", 2, 10)
    assert "0xe9 at offset 15" in found.message


def test_utf16_is_refused_as_not_utf8(tmp_path: Path) -> None:
    assert failure("id: x\n".encode("utf-16"), tmp_path).code == "WT102"


def test_a_file_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    with path.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    with pytest.raises(DiagnosticError) as caught:
        read_document(path)
    assert caught.value.diagnostics[0].code == "WT105"


@pytest.mark.parametrize(
    "junk",
    [
        *(start * 300_000 for start in ("[", "{", "- ", "? ", "a: ", "&a ", "[a,", "- [", "{a: ")),
        *(start * 1_000_000 for start in ("\x00", "!", "*", "%", "&", "|")),
        '"' + "a" * 1_000_000,
        "'" * 1_000_001,
    ],
    ids=lambda junk: repr(junk[:4]),
)
def test_a_megabyte_of_junk_is_one_short_diagnostic_in_no_time(junk: str, tmp_path: Path) -> None:
    start = time.process_time()
    found = failure(junk, tmp_path)
    assert time.process_time() - start < 5
    assert found.code.startswith("WT1")
    assert len(found.message) + len(found.source or "") + len(found.hint or "") < 1000
