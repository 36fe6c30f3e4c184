"""`wt graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from wt_compiler.commands.compile import compile_
from wt_compiler.commands.graph import graph
from wt_contracts.diagnostics import DiagnosticError

HEAD = "id: demo\nrequirements: [{name: acme, version: '1.0', channel: conda-forge}]\nworkflow:\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(HEAD + "".join(f"  - {{id: s{number}, task: load}}\n" for number in range(301)))
    return path


def run(console: Any, *arguments: str | Path) -> Result:
    return CliRunner().invoke(graph, [str(argument) for argument in arguments], obj=console)


def test_mermaid_is_printed_if_no_file_is_named(console: Any, spec: Path, stored: Path) -> None:
    assert run(console, spec, "--registry", stored).exit_code == 0
    assert console.answers[0].startswith("flowchart TD\n")


@pytest.mark.parametrize(
    ("name", "start"),
    [("g.svg", b"<?xml"), ("g.PNG", b"\x89PNG"), ("deep/g.mmd", b"flowchart TD"), ("g.dot", b"digraph")],
)
def test_a_spec_of_any_size_is_drawn(
    console: Any, spec: Path, stored: Path, tmp_path: Path, name: str, start: bytes
) -> None:
    result = run(console, spec, "--registry", stored, "-o", tmp_path / name)
    assert result.exit_code == 0, result.exception
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in (tmp_path / name).parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["g.svg", "g.mmd"])
def test_a_workspace_gives_the_same_picture_as_its_spec(
    console: Any, spec: Path, stored: Path, tmp_path: Path, name: str
) -> None:
    output = ["--no-lock", "--registry", str(stored), "-o", str(tmp_path / "out")]
    assert CliRunner().invoke(compile_, [str(spec), *output], obj=console).exit_code == 0
    run(console, spec, "--registry", stored, "-o", tmp_path / name)
    from_spec = (tmp_path / name).read_bytes()
    run(console, tmp_path / "out", "-o", tmp_path / name)
    assert (tmp_path / name).read_bytes() == from_spec


def test_another_ending_is_a_usage_error(console: Any, spec: Path, tmp_path: Path) -> None:
    result = run(console, spec, "-o", tmp_path / "g.jpg")
    assert result.exit_code == 2
    assert ".svg, .png, .html, .mmd or .dot" in result.output


def test_a_directory_that_is_no_workspace_is_refused(console: Any, tmp_path: Path) -> None:
    error = run(console, tmp_path).exception
    assert isinstance(error, DiagnosticError)
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["WT506"]


def test_a_file_that_cannot_be_written_is_an_error(console: Any, spec: Path, stored: Path, tmp_path: Path) -> None:
    error = run(console, spec, "--registry", stored, "-o", spec / "g.dot").exception
    assert isinstance(error, DiagnosticError)
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["WT140"]


def test_a_drawing_that_fails_is_an_error_here(
    console: Any, spec: Path, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    error = run(console, spec, "--registry", stored, "-o", tmp_path / "g.svg").exception
    assert isinstance(error, DiagnosticError)
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["WT142"]
    assert error.exit_code == 1
    assert not (tmp_path / "g.svg").exists()
