from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.command import run


def test_help_names_every_option(console):
    answer = CliRunner().invoke(run, ["--help"], obj=console)

    assert answer.exit_code == 0
    for option in ("--params", "--set", "--results", "--timeout", "--mock-io", "--open", "--json", "--no-input"):
        assert option in answer.output


def test_wrong_parameters_are_refused_before_an_environment_is_built(demo, console):
    answer = CliRunner().invoke(run, [str(demo.directory), "--set", "load.limit=0"], obj=console)

    assert isinstance(answer.exception, DiagnosticError)
    assert answer.exception.exit_code == 2
    assert console.messages == []


def test_a_run_that_is_refused_leaves_no_older_result_in_the_directory_it_was_given(demo, console):
    demo.results.mkdir()
    (demo.results / "result.json").write_text('{"result": "old", "error": null, "trace": null}')

    CliRunner().invoke(run, [str(demo.directory), "--results", str(demo.results)], obj=console)

    assert demo.result["result"] is None
    assert "load.path is missing" in demo.result["error"]


def test_results_that_cannot_be_written_do_not_hide_why_a_run_is_refused(demo, console, tmp_path):
    (tmp_path / "file").write_text("")

    answer = CliRunner().invoke(run, [str(demo.directory), "--results", str(tmp_path / "file")], obj=console)

    assert "load.path is missing" in str(answer.exception)


@pytest.mark.parametrize("seconds", ["0", "-1", "soon"])
def test_a_timeout_is_a_number_of_seconds(demo, console, seconds):
    assert CliRunner().invoke(run, [str(demo.directory), "--timeout", seconds], obj=console).exit_code == 2


def test_the_command_is_imported_without_what_only_a_run_needs():
    code = (
        "import sys; before = set(sys.modules); import wt_invokers.command;"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before} & "
        "{'pydantic', 'yaml', 'obstore', 'jsonschema_rs', 'wt_envs', 'wt_contracts'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
