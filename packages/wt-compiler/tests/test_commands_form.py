"""`wt form`, as far as it needs no browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from wt_compiler.commands.compile import compile_
from wt_compiler.commands.form import form
from wt_contracts.diagnostics import DiagnosticError

SPEC = """
id: demo
requirements: [{name: acme, version: '1.0', channel: conda-forge}]
metadata: {name: The demo, description: What it shows.}
workflow:
  - {id: source, task: load}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return path


def run(console: Any, *arguments: str | Path) -> Result:
    return CliRunner().invoke(form, ["--no-open", *map(str, arguments)], obj=console)


def data_of(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8")
    found = text.split('id="wt-form-data">', 1)[1].split("</script>", 1)[0]
    return dict(json.loads(found))


def test_the_form_of_a_spec_is_one_file(console: Any, spec: Path, stored: Path, tmp_path: Path) -> None:
    page = tmp_path / "deep" / "page.html"
    result = run(console, spec, "--registry", stored, "-o", page)

    assert result.exit_code == 0, result.exception
    assert "<h1>The demo</h1>" in page.read_text(encoding="utf-8")
    assert data_of(page)["file"] == "demo-params.json"
    assert data_of(page)["command"] == f"wt run {spec} --params demo-params.json"
    assert "source" in data_of(page)["schema"]["properties"]


def test_it_is_called_after_the_spec_by_default(
    console: Any, spec: Path, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(console, spec, "--registry", stored)

    assert console.answers == ["wrote demo-form.html"]
    assert (tmp_path / "demo-form.html").is_file()


def test_a_workspace_has_the_same_form_as_its_spec(console: Any, spec: Path, stored: Path, tmp_path: Path) -> None:
    output = ["--registry", str(stored), "-o", str(tmp_path / "out"), "--no-graph"]
    assert CliRunner().invoke(compile_, [str(spec), *output], obj=console).exit_code == 0
    run(console, spec, "--registry", stored, "-o", tmp_path / "a.html")
    run(console, tmp_path / "out", "-o", tmp_path / "b.html")

    from_spec, from_workspace = data_of(tmp_path / "a.html"), data_of(tmp_path / "b.html")
    assert {**from_spec, "command": None} == {**from_workspace, "command": None}


def test_a_spec_with_mistakes_has_no_form(console: Any, spec: Path, stored: Path, tmp_path: Path) -> None:
    spec.write_text(SPEC.replace("load", "laod"))
    error = run(console, spec, "--registry", stored, "-o", tmp_path / "page.html").exception

    assert isinstance(error, DiagnosticError)
    assert [found.code for found in error.diagnostics] == ["WT121"]
    assert not (tmp_path / "page.html").exists()


def test_a_directory_that_is_no_workspace_is_refused(console: Any, tmp_path: Path) -> None:
    error = run(console, tmp_path).exception

    assert isinstance(error, DiagnosticError)
    assert [found.code for found in error.diagnostics] == ["WT506"]


def test_a_page_that_cannot_be_written_is_an_error(console: Any, spec: Path, stored: Path) -> None:
    error = run(console, spec, "--registry", stored, "-o", spec / "page.html").exception

    assert isinstance(error, DiagnosticError)
    assert [found.code for found in error.diagnostics] == ["WT140"]
