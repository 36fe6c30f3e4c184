from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from wt_cli.init import write
from wt_contracts.diagnostics import DiagnosticError


def test_it_writes_a_library_a_spec_and_parameters(run, tmp_path):
    result = run("init", "rain", "--author", 'Ada "L" Müller')

    assert result.returncode == 0
    assert "wt run rain/spec.yaml" in result.stdout
    written = {str(path.relative_to(tmp_path / "rain")) for path in (tmp_path / "rain").rglob("*") if path.is_file()}
    assert {"spec.yaml", "params.yaml", "README.md", "rain-tasks/src/rain_tasks/tasks.py"} <= written
    project = tomllib.loads((tmp_path / "rain/rain-tasks/pyproject.toml").read_text())["project"]
    assert project["name"] == "rain-tasks"
    assert project["authors"] == [{"name": 'Ada "L" Müller'}]
    assert project["entry-points"]["wt_registry"] == {"rain_tasks": "rain_tasks"}


def test_the_commands_that_it_names_can_be_pasted(run):
    result = run("init", "my rain", "--no-input")

    assert "To run it:  wt run 'my rain/spec.yaml' --params 'my rain/params.yaml'" in result.stdout
    assert "To test it: python -m pytest 'my rain/my-rain-tasks'" in result.stdout


def test_without_an_author_nobody_is_named(run, tmp_path):
    assert run("init", "rain").returncode == 0

    assert "authors" not in tomllib.loads((tmp_path / "rain/rain-tasks/pyproject.toml").read_text())["project"]


@pytest.mark.parametrize(("example", "passed"), [("temperatures", "5 passed"), ("hello", "2 passed")])
def test_the_librarys_tests_pass_at_once(run, tmp_path, example, passed):
    run("init", "deep/down/rain-fall", "--no-input", "--example", example)

    library = tmp_path / "deep/down/rain-fall/rain-fall-tasks"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(library)]
    result = subprocess.run(command, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout
    assert passed in result.stdout


@pytest.mark.parametrize(
    ("example", "name"), [("temperatures", "rain"), ("hello", "the-rain-in-spain-stays-mainly-in-the-plain-and")]
)
def test_what_it_writes_is_formatted_linted_and_typed(run, tmp_path, example, name):
    run("init", "rain", "--example", example, "--name", name)
    library = tmp_path / f"rain/{name}-tasks"

    for command in (
        ["ruff", "check", "--isolated", "--no-cache", "--select", "E,F,I,UP,B,SIM,D1", "src"],
        ["ruff", "format", "--isolated", "--no-cache", "--check", "."],
        ["mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "src"],
    ):
        result = subprocess.run([sys.executable, "-m", *command], cwd=library, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_no_file_is_overwritten_and_nothing_is_written_beside_it(run, tmp_path):
    (tmp_path / "rain").mkdir()
    (tmp_path / "rain/spec.yaml").write_text("mine")

    result = run("init", "rain")

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT141]: rain/spec.yaml exists already")
    assert [path.name for path in (tmp_path / "rain").iterdir()] == ["spec.yaml"]
    assert (tmp_path / "rain/spec.yaml").read_text() == "mine"


def test_a_project_that_is_there_already_is_one_mistake(run, tmp_path):
    assert run("init", "rain").returncode == 0
    written = sorted(tmp_path.rglob("*"))

    result = run("init", "rain")

    assert result.returncode == 2
    assert re.fullmatch(
        r"error\[WT141\]: rain/README.md exists already, and so do \d+ more of its files\n  hint: .*\n", result.stderr
    )
    assert sorted(tmp_path.rglob("*")) == written


def test_a_directory_with_other_files_is_welcome(run, tmp_path):
    (tmp_path / "rain").mkdir()
    (tmp_path / "rain/notes.txt").write_text("mine")

    assert run("init", "rain").returncode == 0
    assert (tmp_path / "rain/notes.txt").read_text() == "mine"


def test_a_link_to_nowhere_is_not_written_through(run, tmp_path):
    (tmp_path / "rain").mkdir()
    (tmp_path / "rain/spec.yaml").symlink_to(tmp_path / "elsewhere")

    assert run("init", "rain").returncode == 2
    assert not (tmp_path / "elsewhere").exists()


def test_the_name_comes_from_the_directory(run, tmp_path):
    assert run("init", "Rain & Fall 2").returncode == 0

    assert (tmp_path / "Rain & Fall 2/spec.yaml").read_text().splitlines()[1] == "id: rain_fall_2"


@pytest.mark.parametrize(
    "name", ["9lives", "Rain", "a--b", "list", "class", "páramo", "page", "x" * 51, "", "a/b", "../a"]
)
def test_a_name_that_cannot_be_a_packages_is_refused(run, tmp_path, name):
    result = run("init", "rain", "--name", name)

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT114]: ")
    assert "--name" in result.stderr
    assert not (tmp_path / "rain").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--license", "WTFPL"), ("--back-end", "docker"), ("--example", "nothing")]
)
def test_an_answer_that_is_none_of_the_choices_is_refused_with_what_there_is(run, tmp_path, option, value):
    result = run("init", "rain", option, value)

    assert result.returncode == 2
    assert f"{option}: {value!r} is none of " in result.stderr
    assert not (tmp_path / "rain").exists()


def test_the_examples_are_listed(run, tmp_path):
    assert run("init", "rain", "--example", "?").stdout.splitlines()[0].startswith("hello         A greeting")
    assert list(json.loads(run("init", "rain", "--example", "?", "--json").stdout)) == ["hello", "temperatures"]
    assert not (tmp_path / "rain").exists()


def test_a_licence_whose_text_is_not_there_is_left_to_the_author(run, tmp_path):
    said = run("init", "rain", "--license", "Apache-2.0").stdout

    assert "Put the text of the licence Apache-2.0 into rain/LICENSE." in said
    assert not (tmp_path / "rain/LICENSE").exists()


def offer_template(place: Path, code: str) -> dict[str, str]:
    """Install a package that offers the template `own`."""
    about = place / "their_templates-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: their-templates\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[wt.templates]\nown = their_templates:begin\n")
    (place / "their_templates.py").write_text(code)
    return {"PYTHONPATH": str(place)}


def test_another_package_can_offer_a_template(run, tmp_path):
    code = 'def begin(project):\n    """Ours."""\n    return {"a/notes.txt": f"{project.id} {project.licence}"}\n'
    env = offer_template(tmp_path / "theirs", code)

    assert "own           Ours." in run("init", "x", "--example", "?", **env).stdout
    result = run("init", "rain-fall", "--example", "own", "--license", "none", **env)

    assert (result.returncode, result.stdout) == (0, "  rain-fall/a/notes.txt\n")
    assert (tmp_path / "rain-fall/a/notes.txt").read_text() == "rain_fall None"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("begin = None", "TypeError"),
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("raise SystemExit(0)", "SystemExit"),
        ("def begin(project):\n    raise SystemExit(0)", "SystemExit"),
        ("def begin(project):\n    return None", "no mapping of paths to texts, but None"),
        ("def begin(project):\n    return ['a']", "no mapping of paths to texts"),
        ("def begin(project):\n    return {}", "no mapping of paths to texts"),
        ("def begin(project):\n    return {'../x': ''}", "no place inside of the directory"),
        ("def begin(project):\n    return {'/x': ''}", "no place inside of the directory"),
        ("def begin(project):\n    return {'..\\\\x': ''}", "no place inside of the directory"),
        ("def begin(project):\n    return {'x\\0': ''}", "no place inside of the directory"),
        ("def begin(project):\n    return {3: ''}", "no place inside of the directory"),
        ("def begin(project):\n    return {'x': b''}", "is no text: b''"),
        ("def begin(project):\n    return {'x': '\\ud800'}", "is no text"),
        ("def begin(project):\n    return {'x/y': '', 'x': ''}", "'x/y' and to a file at or above"),
        ("def begin(project):\n    return {'x': '', './x': ''}", "'x' and to a file at or above"),
    ],
)
def test_a_template_that_is_broken_is_named_with_its_package(run, tmp_path, code, words):
    result = run("init", "rain", "--example", "own", **offer_template(tmp_path / "theirs", code))

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT513]: the template 'own' of their-templates is broken: ")
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "rain").exists()


def test_a_broken_template_does_not_hide_the_others(run, tmp_path):
    listed = run("init", "x", "--example", "?", **offer_template(tmp_path / "theirs", "import nowhere_at_all"))

    assert listed.returncode == 0
    assert "own           the template 'own' of their-templates is broken: ModuleNotFoundError" in listed.stdout
    assert "temperatures  A year" in listed.stdout


def test_an_author_of_two_lines_is_refused(run, tmp_path):
    result = run("init", "rain", "--author", "a\nb")

    assert result.returncode == 2
    assert "--author" in result.stderr


def test_on_a_terminal_it_asks_until_the_answer_is_right(run_on_terminal, tmp_path):
    answers = {
        "The name [rain]: ": "9x",
        "letter first\r\nThe name [rain]: ": "wind",
        "The author []: ": "Ada",
        "[BSD-3-Clause]: ": "mit",
        "The back-end (uv, conda) [uv]: ": "maybe",
        "none of uv, conda\r\nThe back-end (uv, conda) [uv]: ": "conda",
        "The example (hello, temperatures) [temperatures]: ": "hello",
    }

    code, shown = run_on_terminal("init", "rain", answers=answers)

    assert code == 0, shown
    assert (tmp_path / "rain/wind-tasks").is_dir()
    project = (tmp_path / "rain/wind-tasks/pyproject.toml").read_text()
    assert '{ name = "Ada" }' in project
    assert 'license = "MIT"' in project
    assert "channel: conda-forge" in (tmp_path / "rain/spec.yaml").read_text()
    assert "task: greet" in (tmp_path / "rain/spec.yaml").read_text()


def test_no_input_asks_nothing_on_a_terminal(run_on_terminal, tmp_path):
    assert run_on_terminal("init", "rain", "--no-input")[0] == 0


def test_it_answers_with_json_for_machines(run):
    for args in (["--json", "init", "a"], ["init", "b", "--json"]):
        answer = json.loads(run(*args).stdout)
        assert "spec.yaml" in answer["files"]


def test_a_place_that_cannot_be_written_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")

    result = run("init", "file/rain")

    assert result.returncode == 2
    assert result.stderr.startswith("error[WT140]: ")


def test_a_failure_half_way_leaves_nothing_behind(tmp_path):
    contents = {"a.txt": "a", "deep/b.txt": "b", "x" * (os.pathconf(tmp_path, "PC_NAME_MAX") + 1): "too long a name"}

    with pytest.raises(DiagnosticError) as raised:
        write(tmp_path / "new", contents)

    assert raised.value.diagnostics[0].code == "WT140"
    assert not (tmp_path / "new").exists()
