"""Asking a real interpreter what its task libraries offer, whatever they do while they are imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_compiler.discovery import parse_registry
from wt_compiler.registry_process import ask
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

Install = Callable[[str, str], None]

TASK = """
from wt_registry import register

@register()
def greet(name: str) -> str:
    return name
"""


def failure(timeout: float = 60, *options: str) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        ask([sys.executable, *(options or ("-P",))], timeout)
    (found,) = caught.value.diagnostics
    assert found.severity == "error"
    return found


def names(timeout: float = 60) -> list[str]:
    registry = parse_registry(ask([sys.executable, "-P"], timeout))
    return [entry.function_name for entry in registry.entries.values()]


def test_the_tasks_of_an_installed_library_are_found(install: Install) -> None:
    install("acme_lib", TASK)
    assert "greet" in names()


def test_what_a_library_prints_while_it_is_imported_disturbs_nothing(install: Install) -> None:
    noise = "import os, sys\nprint('hello')\nos.write(1, b'raw')\nsys.stdout.flush()\nos.system('echo from a child')\n"
    install("acme_lib", noise + TASK)
    assert "greet" in names()


@pytest.mark.parametrize("source", ["import not_there", "raise SystemExit(3)", "import sys; sys.exit()", "1/0", "def"])
def test_a_library_that_cannot_be_imported_is_a_problem_beside_the_others(source: str, install: Install) -> None:
    install("acme_bad", source)
    install("acme_lib", TASK)
    registry = parse_registry(ask([sys.executable, "-P"], 60))
    assert "greet" in [entry.function_name for entry in registry.entries.values()]
    assert ("acme_bad", "library") in [(problem.subject, problem.kind) for problem in registry.problems]


def test_a_library_that_hangs_is_given_up(install: Install) -> None:
    install(
        "acme_lib", "import threading, sys\nprint('before', file=sys.stderr, flush=True)\nthreading.Event().wait()\n"
    )
    found = failure(2)
    assert found.code == "WT202"
    assert found.hint is not None
    assert "--discovery-timeout" in found.hint
    assert "before" in found.hint
    assert found.file is not None
    assert (Path(found.file).name, found.line) == ("acme_lib.py", 3)


def test_a_library_that_crashes_the_process_is_found_by_the_line_that_does(install: Install) -> None:
    install("acme_lib", "import os, signal\n\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    found = failure()
    assert found.code == "WT201"
    assert found.file is not None
    assert (Path(found.file).name, found.line) == ("acme_lib.py", 3)
    assert "Fatal" not in (found.hint or "")


def test_a_library_that_ends_the_process_is_told_from_one_that_offers_nothing(install: Install) -> None:
    install("acme_lib", "import os\nos._exit(0)\n")
    found = failure()
    assert found.code == "WT201"
    assert "ends the process" in found.message


def test_a_library_that_crashes_the_process_is_reported_with_what_was_said(install: Install) -> None:
    install("acme_lib", "import os\nos.write(2, b'segmentation and so on')\nos._exit(139)\n")
    found = failure()
    assert found.code == "WT201"
    assert "139" in found.message
    assert found.hint is not None
    assert "segmentation and so on" in found.hint


def test_an_environment_without_the_registry_says_so() -> None:
    assert failure(60, "-I", "-S").code == "WT203"


def test_an_interpreter_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as caught:
        ask([str(tmp_path / "python")], 60)
    assert caught.value.diagnostics[0].code == "WT201"


def test_a_file_in_the_working_directory_stands_in_for_no_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install: Install
) -> None:
    install("acme_lib", TASK)
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    assert "greet" in names()
