from __future__ import annotations

import sys
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.target import COMPILERS, find_workspace


@pytest.fixture
def compiler(demo, tmp_path, monkeypatch):
    """An installed compiler that gives the demo workspace for any spec."""
    info = tmp_path / "site" / "demo_compiler-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: demo-compiler\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{COMPILERS}]\nspec = demo_compiler:compile_for_run\n")
    code = (
        f"from pathlib import Path\n\ndef compile_for_run(spec, console):\n    return Path({str(demo.directory)!r})\n"
    )
    (info.parent / "demo_compiler.py").write_text(code)
    monkeypatch.syspath_prepend(str(info.parent))


def test_a_workspace_is_taken_as_it_is(demo, console):
    assert find_workspace(demo.directory, console) == demo.workspace


def test_a_spec_is_compiled(demo, tmp_path, console, compiler):
    (tmp_path / "spec.yaml").write_text("id: demo\n")

    assert find_workspace(tmp_path / "spec.yaml", console) == demo.workspace
    assert find_workspace(tmp_path, console) == demo.workspace


def test_without_a_compiler_a_spec_is_one_clear_message(tmp_path, console, monkeypatch):
    (tmp_path / "spec.yaml").write_text("id: demo\n")
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(DiagnosticError) as caught:
        find_workspace(tmp_path / "spec.yaml", console)

    assert caught.value.diagnostics[0].code == Code.COMPILER_NOT_INSTALLED


def test_a_target_that_is_not_there_is_one_clear_message(console):
    with pytest.raises(DiagnosticError) as caught:
        find_workspace(Path("no-such.yaml"), console)

    assert caught.value.diagnostics[0].code == Code.FILE_UNREADABLE
    assert "no-such.yaml" in caught.value.diagnostics[0].message


def test_a_directory_without_a_workspace_or_a_spec_is_one_clear_message(tmp_path, console):
    with pytest.raises(DiagnosticError) as caught:
        find_workspace(tmp_path, console)

    assert caught.value.diagnostics[0].code == Code.NOT_A_WORKSPACE
