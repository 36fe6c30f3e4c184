from __future__ import annotations

from pathlib import Path

import pytest
from wt_registry.libraries import import_libraries
from wt_registry.problem import task_problem


def problem_of(module: str):
    imported, (problem,) = import_libraries([module])
    assert imported == []
    assert problem.kind == "library"
    assert problem.subject == module
    return problem


@pytest.mark.usefixtures("load")
def test_a_failed_import_points_to_the_line_of_the_library(write):
    path = write("broken.py", "import json\nX = 1\n\nY = json.loads('{')\n")
    problem = problem_of("broken")
    assert (problem.file, problem.line) == (str(path), 4)
    assert problem.reason.startswith("JSONDecodeError: ")


@pytest.mark.usefixtures("load")
def test_a_syntax_error_points_to_its_own_line(write):
    path = write("broken.py", "X = 1\ndef f(:\n")
    problem = problem_of("broken")
    assert (problem.file, problem.line) == (str(path), 2)
    assert problem.reason.startswith("SyntaxError: ")


def test_a_module_that_does_not_exist_has_no_place():
    problem = problem_of("there_is_no_such_module")
    assert (problem.file, problem.line) == (None, None)
    assert problem.reason == "ModuleNotFoundError: No module named 'there_is_no_such_module'"


@pytest.mark.usefixtures("load")
def test_a_library_that_exits_is_a_problem_like_any_other(write):
    write("leaving.py", "import sys\nsys.exit(3)\n")
    assert problem_of("leaving").reason == "it exits while it is imported: SystemExit(3)"


@pytest.mark.usefixtures("load")
def test_a_reason_is_one_line(write):
    write("broken.py", "raise ValueError('one\\ntwo')\n")
    assert problem_of("broken").reason == "ValueError: one two"


@pytest.mark.usefixtures("load")
def test_an_interrupt_by_the_user_is_not_swallowed(write):
    write("slow.py", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        import_libraries(["slow"])


def decorate(function):
    return function


@decorate
@decorate
def decorated() -> None: ...


def test_the_line_of_a_task_is_the_line_of_its_def():
    problem = task_problem("x", "y", decorated)
    assert Path(__file__).read_text().splitlines()[problem.line - 1].startswith("def decorated")


def test_a_task_without_source_has_no_place():
    assert task_problem("x", "y", len).place == ""
