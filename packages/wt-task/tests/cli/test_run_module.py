"""What importing a run module leaves behind: the module, and a garbage collector as it was."""

from __future__ import annotations

import gc
import sys

import pytest
from wt_task.cli.run_module import import_run_module


def test_a_run_module_is_imported_and_garbage_is_collected_again(tmp_path, monkeypatch):
    (tmp_path / "module_to_run.py").write_text("ANSWER = 42")
    monkeypatch.syspath_prepend(tmp_path)
    gc.enable()
    assert import_run_module("module_to_run").ANSWER == 42
    assert gc.isenabled()
    del sys.modules["module_to_run"]


def test_so_it_is_after_a_library_that_fails(tmp_path, monkeypatch):
    (tmp_path / "library_that_fails.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    gc.enable()
    with pytest.raises(ZeroDivisionError):
        import_run_module("library_that_fails")
    assert gc.isenabled()
