from __future__ import annotations

import json
from dataclasses import replace

from wt_cli.console import TerminalConsole, colour
from wt_contracts.codes import Code
from wt_contracts.console import Console
from wt_contracts.diagnostics import Diagnostic, format_text

WARNING = Diagnostic(code=Code.DEPRECATED_TASK, severity="warning", message="the task is old", hint="use the new one")

STEPS = """
import click
@click.command(short_help="Work.")
@click.pass_obj
def command(console):
    console.progress("solving [bold]")
    console.progress("building")
    console.answer("done")
"""

WARN = """
import click
@click.command(short_help="Warn.")
@click.pass_obj
def command(console):
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic
    console.progress("looking")
    console.diagnose([])
    console.diagnose([Diagnostic(code=Code.DEPRECATED_TASK, severity="warning", message="it is old", hint="renew")])
    console.answer("{}")
"""

ASKED = """
import click
@click.command(short_help="Ask.")
@click.pass_obj
def command(console):
    console.answer(f"interactive: {console.interactive}")
"""


def test_it_is_the_console_that_the_contract_describes():
    console: Console = TerminalConsole({})

    assert console.json is False


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines_on_stderr(run, offer):
    offer(STEPS)

    result = run("demo")

    assert result.stdout == "done\n"
    assert result.stderr == "solving [bold]\nbuilding\n"


def test_for_a_machine_there_is_no_progress(run, offer):
    offer(STEPS)

    assert run("--json", "demo").stderr == ""


def test_on_a_terminal_progress_is_replaced(run_on_terminal, offer):
    offer(STEPS)

    code, shown = run_on_terminal("demo")

    assert code == 0
    assert "\x1b[2K" in shown
    assert shown.rstrip().endswith("done")


def test_on_a_dumb_terminal_progress_is_plain_lines(run_on_terminal, offer):
    offer(STEPS)

    _, shown = run_on_terminal("demo", TERM="dumb")

    assert shown == "solving [bold]\r\nbuilding\r\ndone\r\n"


def test_warnings_go_to_stderr_and_do_not_end_the_command(run, offer):
    offer(WARN)

    result = run("demo")

    assert result.returncode == 0
    assert result.stdout == "{}\n"
    assert result.stderr == "looking\nwarning[WT130]: it is old\n  hint: renew\n"


def test_warnings_are_json_on_stderr_for_machines(run, offer):
    offer(WARN)

    result = run("--json", "demo")

    assert result.stdout == "{}\n"
    assert json.loads(result.stderr)["diagnostics"][0]["severity"] == "warning"


def test_warnings_are_coloured_on_a_terminal_only(run_on_terminal, run, offer):
    offer(WARN)

    assert "\x1b[33m\x1b[1mwarning[WT130]" in run_on_terminal("demo")[1]
    assert "\x1b[" not in run("demo").stderr


def test_no_color_is_respected(run_on_terminal, offer):
    offer(WARN)

    shown = run_on_terminal("demo", NO_COLOR="1")[1]

    assert "warning[WT130]: it is old" in shown
    assert "\x1b[33m" not in shown
    assert "\x1b[32m" not in shown


def test_a_person_is_asked_on_a_terminal_only(run_on_terminal, run, offer):
    offer(ASKED)

    assert "interactive: True" in run_on_terminal("demo")[1]
    assert "interactive: False" in run_on_terminal("demo", CI="true")[1]
    assert "interactive: False" in run_on_terminal("--json", "demo")[1]
    assert "interactive: False" in run("demo").stdout


def test_colours_change_nothing_but_the_looks():
    diagnostic = replace(WARNING, file="spec.yaml", line=2, column=1, source="x: y")
    text = format_text(diagnostic)

    coloured = colour(text, "warning")

    assert coloured != text
    assert __import__("click").unstyle(coloured) == text
