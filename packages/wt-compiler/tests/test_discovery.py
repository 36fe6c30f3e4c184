"""Registry outputs: stored, asked for, remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_compiler.discovery import discover_current, discover_locked, parse_registry, read_registry
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.lock import Lock
from wt_envs.realise import address

EMPTY = Lock(
    pyproject='[project]\nname = "demo"\nversion = "0"\nrequires-python = ">=3.11"\n\n[tool.uv]\npackage = false\n',
    text='version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n'
    '[[package]]\nname = "demo"\nversion = "0"\nsource = { virtual = "." }\n',
)
"""The lock of an environment with nothing in it, not even wt-registry."""


def failure(content: str | bytes) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        parse_registry(content if isinstance(content, bytes) else content.encode(), "registry.json")
    (found,) = caught.value.diagnostics
    assert found.file == "registry.json"
    return found


def test_a_stored_output_is_read(stored: Path) -> None:
    assert len(read_registry(stored).entries) == 12


def test_an_output_of_version_1_0_is_read(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    path.write_text('{"entries": {}, "version": "1.0.0"}')
    assert read_registry(path).problems == []


@pytest.mark.parametrize(
    "content", ["", "hello", "[]", "{}", '{"entries": []}', '{"entries": {"a": 5}}', b"\xff\xfe", "{"]
)
def test_what_is_no_registry_output_is_refused(content: str | bytes) -> None:
    found = failure(content)
    assert found.code == "WT204"
    assert "this is no registry output" in found.message


@pytest.mark.parametrize(("version", "side"), [("2.0.0", "that reads it"), ("0.9", "that wrote it"), ("x", "")])
def test_an_unknown_version_says_which_side_to_upgrade(version: str, side: str) -> None:
    found = failure(json.dumps({"entries": {}, "version": version}))
    assert found.code == "WT205"
    assert side in found.message


def test_a_file_without_an_end_is_no_registry_output() -> None:
    with pytest.raises(DiagnosticError, match="larger than 100,000,000 bytes"):
        read_registry(Path("/dev/zero"))


def test_no_stored_output_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as caught:
        read_registry(tmp_path / "none.json")
    (found,) = caught.value.diagnostics
    assert found.code == "WT101"
    assert found.hint is not None
    assert "wt-registry --format json" in found.hint


def test_the_running_interpreter_is_asked(install: Callable[[str, str], None]) -> None:
    install(
        "acme_lib", "from wt_registry import register\n\n@register()\ndef greet(name: str) -> str:\n    return name\n"
    )
    said: list[str] = []
    registry = discover_current(progress=said.append)
    assert "acme_lib.greet" in registry.entries
    assert said


def test_the_answer_of_a_locked_environment_is_remembered_and_starts_nothing(
    tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "cache"))
    kept = tmp_path / "cache" / "discovery" / f"{address(EMPTY)}.json"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(stored.read_bytes())
    said: list[str] = []
    assert len(discover_locked(EMPTY, progress=said.append).entries) == 12
    assert said == []
    assert not (tmp_path / "cache" / "envs").exists()


@pytest.mark.parametrize("damaged", ["", "{", '{"entries": {}, "version": "9"}'])
def test_a_damaged_memory_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: str) -> None:
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "cache"))
    kept = tmp_path / "cache" / "discovery" / f"{address(EMPTY)}.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(damaged)
    with pytest.raises(DiagnosticError) as caught:
        discover_locked(EMPTY)
    assert caught.value.diagnostics[0].code == "WT203"  # a real environment was made and asked
    assert not kept.exists()
