"""The examples are what a user copies: their libraries are tested, their specs compile and run."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from wt_cli.console import TerminalConsole
from wt_invokers.target import realise
from wt_invokers.workspace import Workspace


@pytest.fixture(scope="module")
def examples(root, tmp_path_factory) -> Path:
    """A copy of the examples beside the packages, so that nothing is left in the checkout."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("packages", "pyproject.toml"):  # the libraries find the packages of the workspace as they do there
        (checkout / name).symlink_to(root / name)
    left_behind = shutil.ignore_patterns("wt-*-workflow", "results", ".venv", "uv.lock", "*.egg-info", "__pycache__")
    return Path(shutil.copytree(root / "examples", checkout / "examples", ignore=left_behind))


@pytest.mark.parametrize("name", ["weather/weather_tasks", "bulletin/bulletin_tasks"])
def test_a_librarys_own_tests_pass_in_an_environment_of_their_own(examples, name):
    library = examples / name
    command = [sys.executable, "-m", "uv", "run", "--no-progress", "pytest", "-q"]
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}

    result = subprocess.run(
        command, cwd=library, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert " passed" in result.stdout
    assert "skipped" not in result.stdout


@pytest.mark.parametrize("example", ["weather", "bulletin"])
def test_the_registry_that_the_planted_mistakes_are_checked_against_is_the_librarys(root, examples, example):
    command = [sys.executable, "-m", "uv", "run", "--no-progress", "-q", "wt-registry"]
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    described = subprocess.run(
        [*command, "--package", f"{example}_tasks", "--format", "json"],
        cwd=examples / example / f"{example}_tasks",
        env=variables,
        capture_output=True,
        text=True,
        timeout=600,
    )

    stored = json.loads((root / f"tests/mistakes/{example}.registry.json").read_text(encoding="utf-8"))
    entries = json.loads(described.stdout)["entries"]
    own = {name: entry for name, entry in entries.items() if name.startswith(f"{example}_tasks.")}
    assert own == stored["entries"]


def test_an_exception_that_the_environment_does_not_have_is_a_mistake_of_the_spec(wt, examples):
    part = examples / "bulletin/record.yaml"
    text = part.read_text(encoding="utf-8")
    try:
        part.write_text(text.replace("on: OSError", "on: pydantic.ValidationEror"), encoding="utf-8")
        refused = wt("check", "bulletin", cwd=examples)
        part.write_text(text.replace("on: OSError", "on: pydantic.ValidationError"), encoding="utf-8")
        accepted = wt("check", "bulletin", cwd=examples)
    finally:
        part.write_text(text, encoding="utf-8")

    assert refused.returncode == 2
    assert "the module 'pydantic' has no exception 'ValidationEror'" in refused.stderr
    assert accepted.returncode == 0, accepted.stderr


def test_the_hello_example_compiles_and_runs(wt, examples):
    compiled = wt("compile", "hello/spec.yaml", cwd=examples)
    assert compiled.returncode == 0, compiled.stderr
    parameters = ["--set", "greeting.name=Ada", "--set", "emphasis.marks=3"]

    result = wt("run", "hello/wt-hello-workflow", *parameters, "--json", cwd=examples)

    assert result.returncode == 0, result.stderr
    assert "Hello, Ada!!!" in json.loads(result.stdout)["result"]


@pytest.mark.parametrize(("until", "outlook"), [("2014", "No trend can be told"), ("2013", "The record is too short")])
def test_a_bulletin_says_what_the_days_allow(wt, examples, until, outlook):
    days = f'record.period.period={{"start": "2013-01-01", "end": "{until}-12-31"}}'
    waiting = wt("run", "bulletin/spec.yaml", "--set", days, "--json", cwd=examples)
    assert waiting.returncode == 3, waiting.stderr

    result = wt("resume", json.loads(waiting.stdout)["run_id"], "--data", '{"remark": "Read."}', "--json", cwd=examples)

    assert result.returncode == 0, result.stderr
    given = json.loads(result.stdout)["result"]
    *lines, _, remark = Path(given["bulletin"]).read_text(encoding="utf-8").splitlines()
    assert remark == "Read."
    assert lines[0] == "2013: 828 mm of precipitation on 119 wet days, the hottest day (33.9 °C) was 30 June."
    assert lines[-1].startswith(outlook)
    assert given["days"] == 365 * (int(until) - 2012)


def typed(command: list[str], cwd: Path, text: str) -> tuple[int, str]:
    """Run a command on a terminal of its own, on which a text is typed: its exit code, and what stood there."""
    ours, theirs = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name != "CI"}
    with subprocess.Popen(command, cwd=cwd, env=variables, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, text.encode())
        said = b""
        with suppress(OSError):  # that is how Linux says that nobody has the terminal open any more
            while chunk := os.read(ours, 4096):
                said += chunk
    os.close(ours)
    return process.returncode, said.decode()


def test_a_sequential_run_asks_for_approvals_on_the_terminal(examples):
    days = 'record.period.period={"start": "2013-01-01", "end": "2013-12-31"}'
    command = [sys.executable, "-m", "wt_cli", "run", "bulletin", "--set", days, "--execution-mode", "sequential"]

    code, said = typed(command, examples, "Read by hand.\ny\n")

    assert code == 0, said
    assert "let 'published' run? [y/N] " in said
    written = re.findall(r"results: (\S+)", said)[0]
    assert "Read by hand." in (examples / written / "bulletin.txt").read_text(encoding="utf-8")


EXAMPLES = sorted(spec.parent.name for spec in (Path(__file__).parents[1] / "examples").glob("*/spec.yaml"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_cases_of_every_example_pass(wt, examples, example):
    assert (examples / example / "test-cases.yaml").exists()

    result = wt("test", f"{example}/spec.yaml", cwd=examples)

    assert result.returncode == 0, result.stdout + result.stderr


def modes(workspace: Workspace, results: Path, mode: str) -> tuple[object, list[str]]:
    """Run the first case of a workspace by its own command, on a terminal where everything is approved.

    Returns:
        What it returned, and the files that it left, without the places of this run in them.
    """
    cases = json.loads((workspace.directory / "tests/cases.json").read_text())["cases"]
    params = next(case["params"] for case in cases.values() if not case["fails"])
    python = str(realise(workspace, TerminalConsole()).python)
    start = [python, "-m", f"{workspace.package}.cli", "run", "--execution-mode", mode]
    environ = os.environ | {"WT_RESULTS": results.as_uri(), "PYTHONPATH": str(workspace.directory), "WT_RUN_ID": "r1"}
    ours, theirs = pty.openpty()
    os.write(ours, b"\ny\n")
    done = subprocess.run([*start, "--config-json", json.dumps(params)], env=environ, stdin=theirs, capture_output=True)
    if done.returncode == 3:
        done = subprocess.run([*start, "--resume", "r1", "--approve"], env=environ, stdin=theirs, capture_output=True)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stderr.decode()
    result = (results / "result.json").read_text().replace(results.as_uri(), "").replace(str(results), "")
    files = [path for path in results.iterdir() if path.is_file() and path.name not in ("result.json", "run.json")]
    return json.loads(result), sorted(f"{file.name} {file.stat().st_size}" for file in files)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_gives_the_same_in_both_modes(wt, examples, tmp_path, example):
    compiled = wt("compile", f"{example}/spec.yaml", cwd=examples)
    assert compiled.returncode == 0, compiled.stderr
    workspace = Workspace.read(next((examples / example).glob("wt-*-workflow")))

    concurrent, sequential = (modes(workspace, tmp_path / mode, mode) for mode in ("concurrent", "sequential"))

    assert concurrent == sequential
    assert concurrent[0]["result"]


def test_every_example_says_how_to_run_it(examples):
    specs = sorted(examples.glob("*/spec.yaml"))

    assert specs
    for spec in specs:
        assert f"wt run examples/{spec.parent.name}/spec.yaml" in (spec.parent / "README.md").read_text(
            encoding="utf-8"
        )
