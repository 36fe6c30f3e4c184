from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from wt_contracts.registry import RegistryOutput
from wt_registry.cli import main

GOOD = '''
from wt_registry import register

@register(tags=["io"])
def load(path: str, rows: int = 10) -> list[int]:
    """Load the rows."""
    return [1]
'''
UNTYPED = "from wt_registry import register\n@register()\ndef bad(x):\n    return x\n"


def output_of(process: subprocess.CompletedProcess[str]) -> RegistryOutput:
    return msgspec.json.decode(process.stdout, type=RegistryOutput)


def test_installed_libraries_are_found_by_entry_point(write, install, command):
    write("good.py", GOOD)
    install("good", "good")
    process = command()
    assert process.returncode == 0
    assert process.stderr == ""
    assert list(output_of(process).entries) == ["good.load"]


def test_package_imports_a_module_in_addition(write, install, command):
    write("good.py", GOOD)
    write("other.py", GOOD)
    install("good", "good")
    assert list(output_of(command("--package", "other")).entries) == ["good.load", "other.load"]


def test_an_entry_point_may_name_an_attribute(write, install, command):
    write("good.py", GOOD)
    install("good", "good:load")
    assert list(output_of(command()).entries) == ["good.load"]


def test_function_keeps_only_the_named_tasks(write, command):
    write("good.py", GOOD + "\n@register()\ndef save(x: int) -> None: ...\n@register()\ndef rest() -> int: ...\n")
    process = command("--package", "good", "--function", "save", "--function", "rest")
    assert list(output_of(process).entries) == ["good.save", "good.rest"]


def test_an_unknown_function_gets_the_near_miss(write, command):
    write("good.py", GOOD)
    process = command("--package", "good", "--function", "laod")
    assert process.returncode == 0
    assert "no task is named 'laod'; did you mean 'load'?" in process.stderr


def test_a_broken_library_does_not_hide_the_others(write, install, command):
    write("good.py", GOOD)
    write("broken.py", "import good\nraise RuntimeError('no database')\n")
    write("leaving.py", "raise SystemExit(0)\n")
    install("libs", "broken", "leaving", "good")
    process = command()
    assert process.returncode == 0
    output = output_of(process)
    assert list(output.entries) == ["good.load"]
    assert {problem.subject for problem in output.problems} == {"broken", "leaving"}
    assert "warning: library broken: RuntimeError: no database" in process.stderr
    assert "Traceback" not in process.stderr


def test_tasks_of_a_library_that_failed_half_way_are_not_offered(write, command):
    write("half/__init__.py", "from half import good\nimport half.broken\n")
    write("half/good.py", GOOD)
    write("half/broken.py", "1 / 0\n")
    output = output_of(command("--package", "half"))
    assert output.entries == {}
    (problem,) = output.problems
    assert problem.subject == "half"
    assert problem.file is not None
    assert problem.file.endswith("broken.py")


def test_a_task_that_cannot_be_imported_by_name_is_a_problem(write, command):
    write("inner.py", "from wt_registry import register\ndef f():\n    @register()\n    def g() -> int: ...\nf()\n")
    (problem,) = output_of(command("--package", "inner")).problems
    assert problem.reason == "module inner has no g; define it at top level"


def test_strict_exits_1_with_problems_and_still_prints_the_good_tasks(write, command):
    write("good.py", GOOD)
    write("untyped.py", UNTYPED)
    process = command("--package", "untyped", "--package", "good", "--strict")
    assert process.returncode == 1
    assert list(output_of(process).entries) == ["good.load"]
    assert command("--package", "good", "--strict").returncode == 0


def test_wrong_usage_exits_2(command):
    assert command("--format", "xml").returncode == 2


def test_what_libraries_print_goes_to_stderr(write, command):
    write(
        "loud.py",
        "import os, subprocess, sys, atexit\n"
        "print('from Python')\n"
        "sys.__stdout__.write('from the original stream\\n')\n"
        "os.write(1, b'from C\\n')\n"
        "subprocess.run([sys.executable, '-c', 'print(\"from a child\")'])\n"
        "atexit.register(print, 'at exit')\n" + GOOD,
    )
    process = command("--package", "loud")
    assert list(output_of(process).entries) == ["loud.load"]
    for text in ("from Python", "from the original stream", "from C", "from a child", "at exit"):
        assert text in process.stderr


def test_what_a_c_library_still_holds_in_its_buffer_goes_to_stderr(write, command):
    write(
        "loud.py",
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.printf(b'buffered by C')\n" + GOOD,
    )
    process = command("--package", "loud")
    assert list(output_of(process).entries) == ["loud.load"]
    assert "buffered by C" in process.stderr


def test_a_library_that_replaces_stdout_does_not_get_the_answer(write, command):
    write("loud.py", "import io, sys\nsys.stdout = io.StringIO()\n" + GOOD)
    assert list(output_of(command("--package", "loud")).entries) == ["loud.load"]


def test_pretty_indents_the_json(write, command):
    write("good.py", GOOD)
    assert '\n  "entries"' in command("--package", "good", "--pretty").stdout


def test_the_pretty_format_shows_tasks_parameters_and_problems(write, command):
    write("good.py", GOOD)
    path = write("untyped.py", UNTYPED)
    text = command("--package", "good", "--package", "untyped", "--format", "pretty").stdout
    assert "load - Load [io]" in text
    assert "    Load the rows." in text
    assert "      path: string" in text
    assert "      rows: integer = 10" in text
    assert "      -> array of integer" in text
    assert f"{path}:3" in text


def test_no_library_at_all_is_an_empty_document(command):
    output = output_of(command("--function", "x"))
    assert output.entries == {}


def test_main_can_be_called_in_process(write, load, capsys):
    write("good.py", GOOD)
    load("good")
    assert main(["--package", "good", "--function", "load"]) == 0
    assert list(json.loads(capsys.readouterr().out)["entries"]) == ["good.load"]


def test_a_reader_that_goes_away_gives_no_traceback(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "wt_registry"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert process.returncode == 1
    assert process.stderr == ""


def test_a_full_disk_gives_one_line_and_exit_1():
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "wt_registry"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert process.returncode == 1
    assert process.stderr == "error: standard output cannot be written: No space left on device\n"
