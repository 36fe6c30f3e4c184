from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.freshness import check_fresh
from wt_envs.lock import Lock

MANIFEST = """
[project]
name = "wt-rain-workflow"
version = "0"
dependencies = [{}]
"""
TEXT = """
version = 1

[[package]]
name = "wt-rain-workflow"
version = "0"
source = {{ virtual = "." }}

[package.metadata]
requires-dist = [
{}]

[[package]]
name = "zipp"
version = "3.0"

[package.metadata]
requires-dist = [
    {{ name = "never" }},
]
"""


def lock(manifest: list[str], *solved: str) -> Lock:
    lines = "".join(f"    {{ {entry} }},\n" for entry in solved)
    return Lock(MANIFEST.format(", ".join(f'"{text}"' for text in manifest)), TEXT.format(lines))


def is_fresh(lock: Lock) -> bool:
    try:
        check_fresh(lock, present=False)
    except DiagnosticError as error:
        return [found.code for found in error.diagnostics] != [Code.LOCK_OUT_OF_DATE]
    return True


@pytest.mark.parametrize(
    ("required", "solved"),
    [
        ("six", 'name = "six"'),
        ("Typing_Extensions", 'name = "typing-extensions"'),
        ("pandas>=2,<3", 'name = "pandas", specifier = ">=2,<3"'),
        ("pandas <3, >=2.0", 'name = "pandas", specifier = ">=2,<3"'),
        ("wt-task[cli]", 'name = "wt-task", extras = ["cli"], path = "wheels/wt_task-1-py3-none-any.whl"'),
        ("hail>=1", 'name = "hail", git = "https://x.example/hail?rev=1"'),
        ("six ; python_version < '3'", 'name = "six", marker = "python_full_version < \'3\'"'),
    ],
)
def test_a_lock_that_was_solved_for_its_manifest_is_fresh(empty_cache, required, solved):
    assert is_fresh(lock([required], solved))
    assert is_fresh(lock([required], solved))


@pytest.mark.parametrize(
    ("required", "solved"),
    [
        ("seven", 'name = "six"'),
        ("six>=1.17", 'name = "six", specifier = ">=1.16"'),
        ("six>=1.17", 'name = "six"'),
        ("wt-task[gcp]", 'name = "wt-task", extras = ["cli"]'),
        ("never", 'name = "six"'),
        ("!!", 'name = "six"'),
    ],
)
def test_a_manifest_that_asks_for_something_else_is_told_with_its_words(empty_cache, required, solved):
    with pytest.raises(DiagnosticError) as caught:
        check_fresh(lock(["attrs", required], 'name = "attrs"', solved), present=False)

    found = caught.value.diagnostics[0]
    assert (found.code, found.hint) == (Code.LOCK_OUT_OF_DATE, "compile the workflow again")
    assert found.message == f"the lock is out of date with its manifest, which asks for {required}"


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cc", "Cs"])))
def test_whatever_a_manifest_asks_for_that_was_not_solved_is_not_fresh(text):
    assert not is_fresh(lock([text], 'name = "six", specifier = "==1.17"'))


def test_a_lock_of_uv_is_fresh_until_its_manifest_changes(empty_cache, six_lock):
    assert is_fresh(six_lock)
    assert not is_fresh(Lock(six_lock.pyproject.replace("six==1.17.0", "six==1.16.0"), six_lock.text))
    assert not is_fresh(Lock(six_lock.pyproject.replace("six==1.17.0", "seven"), six_lock.text))
