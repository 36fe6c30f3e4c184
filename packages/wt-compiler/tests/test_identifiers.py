"""Names that become names in Python code."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.identifiers import as_identifier, why_no_identifier


@pytest.mark.parametrize("name", ["a", "_x", "load_2", "größe", "x" * 32])
def test_an_identifier_is_taken(name: str) -> None:
    assert why_no_identifier(name, 32) is None


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "class", "None", "print", "type", "x" * 33, "ﬁle", "a.b"])
def test_what_would_not_work_as_a_name_in_python_is_refused(name: str) -> None:
    assert why_no_identifier(name, 32)


@given(st.text())
def test_what_is_taken_compiles(name: str) -> None:
    if why_no_identifier(name, 32) is None:
        assert not keyword.iskeyword(name)
        compile(f"{name} = 1", "<test>", "exec")


def test_a_name_with_wrong_characters_is_repaired() -> None:
    assert as_identifier("my-task 1") == "my_task_1"
    assert as_identifier("1") is None
