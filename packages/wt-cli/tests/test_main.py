from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HELLO = """
import click
@click.command(short_help="Say hello.")
@click.pass_obj
def command(console):
    console.answer("hello")
"""


def raising(statement: str) -> str:
    return f"""
import click
@click.command(short_help="Fail.")
@click.pass_obj
def command(console):
    {statement}
"""


MISTAKE = raising(
    """from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError
    raise DiagnosticError([
        Diagnostic(code=Code.UNKNOWN_TASK, message="there is no task 'laod'", file="spec.yaml", line=3, column=9,
                   source="    task: laod", hint="did you mean load?"),
        Diagnostic(code=Code.DUPLICATE_ID, message="the id 'x' stands twice"),
    ], exit_code=2)"""
)


def test_help_lists_the_commands_of_installed_packages(run, offer):
    offer(HELLO)

    result = run("--help")

    assert result.returncode == 0
    assert "Say hello." in result.stdout
    assert "completion" in result.stdout


def test_wt_alone_shows_the_help(run):
    assert run().stdout == run("--help").stdout


def test_a_command_gets_the_console(run, offer):
    offer(HELLO)

    assert run("demo").stdout == "hello\n"


def test_a_broken_command_does_not_disturb_the_others(run, offer):
    offer("import no_such_module", command="broken")
    offer(HELLO)

    assert run("demo").stdout == "hello\n"
    listed = run("--help")
    assert listed.returncode == 0
    assert "Say hello." in listed.stdout
    assert "cannot be loaded" in listed.stdout


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("raise RuntimeError('half\\ninstalled')", "RuntimeError: half installed"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("", "has no attribute 'command'"),
        ("command = 3", "is no click command"),
    ],
)
def test_a_broken_command_says_why_and_which_package_it_belongs_to(run, offer, source, reason):
    offer(source)

    result = run("demo", "--some", "arguments", "--help")

    assert result.returncode == 1
    assert result.stderr.startswith("error[WT513]: the command 'demo' of wt-demo-plugin cannot be loaded: ")
    assert reason in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_command_is_refused_with_the_near_miss(run):
    result = run("completoin")

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "error[WT512]: there is no command 'completoin'\n  hint: did you mean 'wt completion'?\n"


def test_an_unknown_command_that_resembles_none_points_to_the_help(run):
    assert "'wt --help' lists the commands" in run("qqqqqq").stderr


@pytest.mark.parametrize("args", [["--nope"], ["completion"], ["completion", "tcsh"], ["completion", "--nope"]])
def test_wrong_usage_exits_2_and_points_to_the_help(run, args):
    result = run(*args)

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT512]: ")
    assert "--help' explains the usage" in result.stderr


def test_a_group_without_a_command_shows_its_help(run, offer):
    offer(
        "import click\n@click.group()\ndef command():\n    'Look after them.'\n"
        "@command.command()\ndef inner():\n    pass\n"
    )
    result = run("demo")

    assert result.returncode == 2
    assert result.stderr.startswith("Usage: wt demo [OPTIONS] COMMAND")


def test_what_is_no_number_is_told_in_plain_words(run, offer):
    offer(
        "import click\n@click.command()\n@click.option('--size', type=click.FloatRange(min=0))\n"
        "def command(size):\n    pass\n"
    )
    result = run("demo", "--size", "x")

    assert result.stderr.startswith("error[WT512]: invalid value for '--size': 'x' is no number\n")


def test_version_lists_the_installed_wt_packages(run, offer):
    offer(HELLO)

    lines = run("--version").stdout.splitlines()

    packages = [line.split()[0] for line in lines]
    assert packages == sorted(packages)
    assert {"wt-cli", "wt-contracts", "wt-demo-plugin"} <= set(packages)
    assert "wt-demo-plugin  1.0" in lines


def test_version_is_json_for_machines(run):
    assert "wt-cli" in json.loads(run("--json", "--version").stdout)
    assert "wt-cli" in json.loads(run("--version", "--json").stdout)


def test_all_mistakes_are_shown_with_their_place_and_hint(run, offer):
    offer(MISTAKE)

    result = run("demo")

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "error[WT121]: there is no task 'laod'",
        "  --> spec.yaml:3:9",
        " 3 |     task: laod",
        "   |         ^",
        "  hint: did you mean load?",
        "error[WT120]: the id 'x' stands twice",
    ]


def test_mistakes_are_one_json_document_on_stdout_for_machines(run, offer):
    offer(MISTAKE)

    result = run("--json", "demo")

    assert result.returncode == 2
    assert [found["code"] for found in json.loads(result.stdout)["diagnostics"]] == ["WT121", "WT120"]
    assert result.stderr == ""


def test_an_answer_that_was_begun_stays_one_json_document(run, offer):
    offer(MISTAKE.replace("raise", "console.answer('{}'); raise"))

    result = run("--json", "demo")

    assert result.stdout == "{}\n"
    assert [found["code"] for found in json.loads(result.stderr)["diagnostics"]] == ["WT121", "WT120"]


def test_a_mistake_carries_its_exit_code(run, offer):
    offer(MISTAKE.replace("exit_code=2", "exit_code=1"))

    assert run("demo").returncode == 1


def test_wrong_usage_is_json_for_machines_too(run):
    result = run("--json", "completion", "tcsh")

    assert result.returncode == 2
    assert json.loads(result.stdout)["diagnostics"][0]["code"] == "WT512"


@pytest.mark.parametrize(
    ("statement", "code"),
    [("return 3", 3), ("click.get_current_context().exit(1)", 1), ("raise SystemExit(4)", 4), ("return 'text'", 0)],
)
def test_a_command_chooses_its_exit_code(run, offer, statement, code):
    offer(raising(statement))

    assert run("demo").returncode == code


def test_a_bug_of_ours_is_one_line_that_says_so(run, offer):
    offer(raising("raise TypeError('not\\na list')"))

    result = run("demo")

    assert result.returncode == 70
    assert result.stderr.startswith("this is a bug in wt: TypeError: not a list in wt_demo_plugin.py:6")
    assert result.stderr.count("\n") == 1
    assert "WT_DEBUG=1" in result.stderr


def test_wt_debug_shows_the_traceback_of_a_bug(run, offer):
    offer(raising("raise TypeError('not a list')"))

    result = run("demo", WT_DEBUG="1")

    assert result.returncode == 70
    assert "Traceback (most recent call last)" in result.stderr
    assert result.stderr.endswith("this is a bug in wt: TypeError: not a list in wt_demo_plugin.py:6\n")


@pytest.mark.parametrize("name", ["ENOSPC", "EACCES", "EROFS"])
def test_a_disk_that_cannot_be_written_is_no_bug(run, offer, name):
    offer(raising(f"import errno; raise OSError(errno.{name}, 'no luck', 'out/file')"))

    result = run("demo")

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT140]: out/file cannot be used: no luck")


def test_stdout_on_a_full_disk_is_told_in_one_line(environ):
    full = Path("/dev/full")
    if not full.exists():
        pytest.fail("this test needs /dev/full, which every Linux has")
    with full.open("w") as stdout:
        result = subprocess.run(
            [sys.executable, "-m", "wt_cli", "--version"], env=environ, stdout=stdout, stderr=subprocess.PIPE, text=True
        )

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT140]: the output cannot be used: No space left on device")
    assert "Exception ignored" not in result.stderr


def test_a_reader_that_goes_away_is_no_error(environ, offer):
    offer(HELLO.replace('console.answer("hello")', "[console.answer('hello' * 100) for _ in range(10_000)]"))
    process = subprocess.Popen(
        [sys.executable, "-m", "wt_cli", "demo"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()

    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


def test_ctrl_c_ends_with_one_line_and_130(environ, offer):
    offer(raising("console.answer('started'); import threading; threading.Event().wait(60)"))
    process = subprocess.Popen(
        [sys.executable, "-m", "wt_cli", "demo"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 130
    assert stderr == b"interrupted\n"


def test_a_stream_that_knows_no_umlauts_is_no_error(run, offer):
    offer(HELLO.replace("hello", "größer"))

    result = run("demo", PYTHONIOENCODING="ascii")

    assert result.returncode == 0
    assert result.stdout == "gr\\xf6\\xdfer\n"


def test_help_imports_neither_pydantic_nor_rich_nor_importlib_metadata(environ, offer, tmp_path):
    offer(HELLO)
    program = "import sys; from wt_cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)

    assert {"click", "wt_cli.group"} <= set(result.stderr.split())
    assert not {"pydantic", "rich", "importlib.metadata", "difflib"} & set(result.stderr.split())


def test_python_m_names_itself_wt(run):
    assert run("--help").stdout.startswith("Usage: wt ")


def test_every_entry_point_of_the_package_can_be_loaded(run):
    for command in ("init", "completion"):
        assert run(command, "--help").returncode == 0
    assert os.access(Path(sys.executable).parent / "wt", os.X_OK)
