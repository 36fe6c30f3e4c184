"""Compiling a spec end to end, without an environment of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wt_compiler import manifest
from wt_compiler.environment import TaskSource
from wt_compiler.workspace import Compiled, Options, compile_spec
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.registry import RegistryOutput

REAL = Path(__file__).parents[4] / "shared" / "real" / "events"

HEAD = "id: demo\nrequirements: [{name: acme, version: '1.0', channel: conda-forge}]\nworkflow:\n"
WORKFLOW = """
  - {id: source, name: The source, task: load}
  - id: cleaned
    task: clean
    partial: {frame: '${{ workflow.source.return }}'}
"""

Compile = Callable[..., Compiled]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "specs" / "spec.yaml"
    path.parent.mkdir()
    path.write_text(HEAD + WORKFLOW)
    return path


@pytest.fixture
def compile_(spec: Path, stored: Path) -> Compile:
    """Compiles the spec with the stored registry; without a picture unless one is wanted."""

    def run(**changes: Any) -> Compiled:
        options = Options(source=TaskSource(registry=stored), **{"lock": False, "graph": False, **changes})
        return compile_spec(spec, options)

    return run


def refused(compile_: Compile, **changes: Any) -> list[str]:
    with pytest.raises(DiagnosticError) as raised:
        compile_(**changes)
    return [f"{diagnostic.code}: {diagnostic.message}" for diagnostic in raised.value.diagnostics]


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_a_workspace_stands_beside_its_spec(compile_: Compile, spec: Path) -> None:
    compiled = compile_(graph=True)
    assert compiled.directory == spec.parent / "wt-demo-workflow"
    assert sorted(contents(compiled.directory)) == sorted(
        [
            ".dockerignore",
            ".wt-manifest.json",
            "Dockerfile",
            "README.md",
            "VERSION.yaml",
            "graph.dot",
            "graph.mmd",
            "graph.png",
            "graph.svg",
            "pixi.toml",
            "pyproject.toml",
            "tests/test_workspace.py",
            *(
                f"wt_demo_workflow/{name}.py"
                for name in ("__init__", "cli", "metadata", "notebook", "run", "run_sequential")
            ),
            *(f"wt_demo_workflow/{name}.json" for name in ("params", "rjsf", "layout")),
            "wt_demo_workflow/py.typed",
        ]
    )
    assert compiled.written
    assert compiled.steps == 2
    assert [warning.code for warning in compiled.warnings] == ["WT143"]
    assert [path.name for path in spec.parent.iterdir() if path.name.startswith(".")] == []


def test_a_workspace_tells_others_what_it_is(compile_: Compile) -> None:
    compiled = compile_(prefix="eco", results_env_var="ECO_RESULTS", output=None)
    assert compiled.directory.name == "eco-demo-workflow"
    told = tomllib.loads((compiled.directory / "pyproject.toml").read_text())["tool"]["wt"]
    assert told.pop("compiler")
    assert told == {"id": "demo", "package": "eco_demo_workflow", "results-env-var": "ECO_RESULTS"}


def test_compiling_again_writes_nothing(compile_: Compile) -> None:
    first = compile_()
    before = (first.directory / "README.md").stat()
    again = compile_()
    assert not again.written
    assert again.stamp == first.stamp
    assert (first.directory / "README.md").stat().st_mtime_ns == before.st_mtime_ns
    assert (first.directory / "README.md").stat().st_ino == before.st_ino


def test_the_same_inputs_give_the_same_bytes(compile_: Compile, tmp_path: Path) -> None:
    one = compile_(output=tmp_path / "one", graph=True)
    other = compile_(output=tmp_path / "deep" / "other", graph=True)
    assert contents(one.directory) == contents(other.directory)
    assert contents(compile_(output=tmp_path / "one", graph=True, force=True).directory) == contents(other.directory)


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_the_same_inputs_give_the_same_bytes_in_another_process(
    compile_: Compile, spec: Path, stored: Path, tmp_path: Path, seed: str
) -> None:
    here = compile_(output=tmp_path / "here").directory
    script = """
import sys
from pathlib import Path
from wt_compiler.environment import TaskSource
from wt_compiler.workspace import Options, compile_spec
spec, registry, output = map(Path, sys.argv[1:])
compile_spec(spec, Options(output=output, source=TaskSource(registry=registry), lock=False, graph=False))
"""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", script, str(spec), str(stored), str(tmp_path / "there")]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    assert contents(here) == contents(tmp_path / "there")


def test_no_path_of_the_machine_is_in_the_output(compile_: Compile, tmp_path: Path) -> None:
    for name, content in contents(compile_(graph=True).directory).items():
        assert str(tmp_path).encode() not in content, name
        assert str(Path.home()).encode() + b"/" not in content, name


@pytest.mark.parametrize(
    ("old", "new", "version"),
    [
        ("name: The source", "name: Another title", "0.1.1"),
        ("workflow:\n", "# a comment\nworkflow:\n", "0.1.1"),
        ("task: load}", "task: load, partial: {limit: 3}}", "0.2.0"),
        ("id: cleaned", "id: tidied", "0.2.0"),
        ("version: '1.0'", "version: '2.0'", "0.2.0"),
    ],
)
def test_the_version_says_what_changed(compile_: Compile, spec: Path, old: str, new: str, version: str) -> None:
    assert compile_().stamp.text == "0.1.0"
    spec.write_text(spec.read_text().replace(old, new))
    assert compile_().stamp.text == version
    assert compile_().stamp.text == version


def test_a_version_set_by_hand_is_gone_on_from(compile_: Compile, spec: Path) -> None:
    file = compile_().directory / "VERSION.yaml"
    file.write_text(file.read_text().replace("0.1.0", "1.0.0"))
    assert compile_().stamp.text == "1.0.0"
    assert "Version 1.0.0." in (file.parent / "README.md").read_text()
    spec.write_text(spec.read_text().replace("id: cleaned", "id: tidied"))
    assert compile_().stamp.text == "2.0.0"


def test_a_broken_version_file_is_not_taken_for_a_fresh_start(compile_: Compile) -> None:
    file = compile_().directory / "VERSION.yaml"
    file.write_text("one")
    assert refused(compile_, force=True) == ["WT141: VERSION.yaml holds no version"]


def test_a_missing_generated_file_comes_back(compile_: Compile) -> None:
    directory = compile_().directory
    (directory / "README.md").unlink()
    assert compile_().written
    assert (directory / "README.md").exists()


def test_a_generated_file_that_was_changed_by_hand_is_not_lost(compile_: Compile, spec: Path) -> None:
    directory = compile_().directory
    (directory / "Dockerfile").write_text("FROM mine\n")
    spec.write_text(spec.read_text().replace("The source", "Another"))
    assert refused(compile_) == ["WT141: generated files were changed by hand: Dockerfile"]
    assert (directory / "Dockerfile").read_text() == "FROM mine\n"
    assert compile_(force=True).written
    assert (directory / "Dockerfile").read_text() != "FROM mine\n"


def test_files_that_the_user_added_stay(compile_: Compile, spec: Path) -> None:
    directory = compile_().directory
    (directory / "params.yaml").write_text("mine")
    (directory / "results").mkdir()
    (directory / "results" / "result.json").write_text("{}")
    spec.write_text(spec.read_text().replace("The source", "Another"))
    compile_()
    assert (directory / "params.yaml").read_text() == "mine"
    assert (directory / "results" / "result.json").read_text() == "{}"


def test_files_of_an_older_compile_go(compile_: Compile, spec: Path) -> None:
    cases = spec.parent / "test-cases.yaml"
    cases.write_text("one: {raises: true}")
    spec.write_text(spec.read_text().replace("task: load}", "task: fetch}"))
    stored = spec.parents[1] / "registry.json"
    registry = msgspec.json.decode(stored.read_bytes(), type=RegistryOutput)
    load = next(entry for entry in registry.entries.values() if entry.function_name == "load")
    metadata = replace(load.metadata, tags=["io"])
    registry.entries["acme.fetch"] = replace(load, function_name="fetch", metadata=metadata)
    stored.write_text(msgspec.json.encode(registry).decode())
    directory = compile_().directory
    assert list(json.loads((directory / "tests" / "cases.json").read_text())["cases"]) == ["one"]
    assert (directory / "tests" / "test_cases.py").exists()
    cases.unlink()
    compile_()
    assert not (directory / "tests" / "cases.json").exists()
    assert not (directory / "tests" / "test_cases.py").exists()


def test_a_file_of_the_users_is_not_replaced_by_a_new_generated_one(compile_: Compile) -> None:
    directory = compile_().directory
    (directory / "graph.svg").write_text("mine")
    assert refused(compile_, graph=True) == [
        "WT141: files that no compile wrote stand where generated ones go: graph.svg"
    ]
    assert (directory / "graph.svg").read_text() == "mine"


@pytest.mark.parametrize("force", [False, True])
def test_a_directory_that_is_no_workspace_is_never_replaced(compile_: Compile, tmp_path: Path, force: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("years")
    (message,) = refused(compile_, output=home, force=force)
    assert message.startswith("WT141")
    assert [path.name for path in home.iterdir()] == ["thesis.txt"]
    (message,) = refused(compile_, output=home / "thesis.txt", force=force)
    assert message.startswith("WT141")
    assert (home / "thesis.txt").read_text() == "years"


def test_an_empty_directory_is_as_good_as_none(compile_: Compile, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert (compile_(output=tmp_path / "empty").directory / "README.md").exists()


def test_the_output_may_be_a_link_to_a_directory(compile_: Compile, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    compile_(output=tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "README.md").exists()


@pytest.mark.parametrize(("option", "value"), [("prefix", "1a"), ("prefix", 'a"b'), ("results_env_var", "A-B")])
def test_names_that_cannot_be_are_refused(compile_: Compile, spec: Path, option: str, value: str) -> None:
    (message,) = refused(compile_, **{option: value})
    assert message.startswith("WT512")
    assert [path.name for path in spec.parent.iterdir()] == ["spec.yaml"]


def test_a_spec_with_mistakes_leaves_the_old_workspace(compile_: Compile, spec: Path) -> None:
    directory = compile_().directory
    before = contents(directory)
    spec.write_text(spec.read_text().replace("task: clean", "task: claen").replace("id: demo", "id: class"))
    codes = [message.split(":")[0] for message in refused(compile_)]
    assert codes == ["WT114", "WT121"], "all that is wrong is said at once"
    assert contents(directory) == before


def test_an_output_that_cannot_be_written_is_an_error_and_nothing_is_lost(compile_: Compile, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (message,) = refused(compile_, output=tmp_path / "file" / "out")
    assert message.startswith("WT140: the workspace cannot be written")


FULL = """
import resource, sys
from pathlib import Path
from wt_compiler.environment import TaskSource
from wt_compiler.workspace import Options, compile_spec
from wt_contracts.diagnostics import DiagnosticError
spec, registry = map(Path, sys.argv[1:3])
options = Options(source=TaskSource(registry=registry), lock=False, graph=False, force=True)
compile_spec(spec, options)
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    compile_spec(spec, options)
except DiagnosticError as error:
    print([diagnostic.code.value for diagnostic in error.diagnostics])
"""


@pytest.mark.parametrize("limit", [10, 700, 1500, 2500])
def test_a_full_disk_is_an_error_and_the_old_workspace_stays(
    compile_: Compile, spec: Path, stored: Path, limit: int
) -> None:
    before = contents(compile_().directory)
    command = [sys.executable, "-c", FULL, str(spec), str(stored), str(limit)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "['WT140']\n", done.stderr
    assert contents(spec.parent / "wt-demo-workflow") == before
    assert sorted(path.name for path in spec.parent.iterdir()) == ["spec.yaml", "wt-demo-workflow"]


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from wt_compiler import staging
from wt_compiler.environment import TaskSource
from wt_compiler.workspace import Options, compile_spec
spec, registry = map(Path, sys.argv[1:3])
staging.Staging.put_in_place = lambda self: os.kill(os.getpid(), int(sys.argv[3]))
compile_spec(spec, Options(source=TaskSource(registry=registry), lock=False, graph=False, force=True))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_compile_leaves_the_old_workspace(
    compile_: Compile, spec: Path, stored: Path, number: signal.Signals
) -> None:
    before = contents(compile_().directory)
    command = [sys.executable, "-c", INTERRUPTED, str(spec), str(stored), str(int(number))]
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0
    assert contents(spec.parent / "wt-demo-workflow") == before
    assert not compile_().written
    compile_(force=True)
    assert sorted(path.name for path in spec.parent.iterdir()) == ["spec.yaml", "wt-demo-workflow"]


def test_a_graph_that_cannot_be_drawn_is_a_warning_and_is_tried_again(
    compile_: Compile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/bin/false")
        compiled = compile_(graph=True)
    assert [warning.code for warning in compiled.warnings] == ["WT142", "WT143"]
    assert "graph.svg" not in (compiled.directory / "README.md").read_text()
    assert not (compiled.directory / "graph.svg").exists()
    again = compile_(graph=True)
    assert again.written
    assert (again.directory / "graph.svg").exists()
    assert "graph.svg" in (again.directory / "README.md").read_text()
    assert again.stamp == compiled.stamp


def test_a_picture_that_no_process_can_draw_is_one_warning(compile_: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    compiled = compile_(graph=True)
    assert [warning.code for warning in compiled.warnings] == ["WT142", "WT143"]


def test_a_large_graph_is_left_to_be_drawn_on_demand(compile_: Compile, spec: Path) -> None:
    steps = "".join(f"  - {{id: s{number}, task: load}}\n" for number in range(301))
    spec.write_text(HEAD + steps)
    compiled = compile_(graph=True)
    assert not compiled.drawn
    assert [warning.code for warning in compiled.warnings] == ["WT143"]
    assert (compiled.directory / "graph.mmd").exists()
    assert not (compiled.directory / "graph.svg").exists()
    assert not compile_(graph=True).written


def test_what_the_check_warns_of_is_said_also_when_nothing_changed(compile_: Compile, spec: Path) -> None:
    spec.write_text(HEAD + "  - {id: source, task: old}\n")
    first = [warning.code for warning in compile_().warnings]
    assert first == [warning.code for warning in compile_().warnings] == ["WT143", "WT130"]


def test_a_change_of_the_registry_is_a_change(compile_: Compile, stored: Path) -> None:
    compile_()
    content = json.loads(stored.read_text())
    load = next(entry for entry in content["entries"].values() if entry["function_name"] == "load")
    load["json_schema"]["properties"]["limit"]["default"] = 99
    stored.write_text(json.dumps(content))
    assert compile_().stamp.text == "0.1.1"


def test_the_order_of_the_registry_is_no_change(compile_: Compile, stored: Path) -> None:
    compile_()
    content = json.loads(stored.read_text())
    content["entries"] = dict(reversed(content["entries"].items()))
    stored.write_text(json.dumps(content))
    assert not compile_().written


if REAL.is_dir():

    def test_a_published_spec_compiles_unchanged(tmp_path: Path) -> None:
        source = TaskSource(registry=REAL / "registry.json")
        compiled = compile_spec(REAL / "spec.yaml", Options(output=tmp_path / "out", source=source, lock=False))
        package = compiled.directory / "wt_events_workflow"
        for name in ("params", "rjsf"):
            expected = json.loads((REAL / f"expected-{name}.json").read_text())
            assert json.loads((package / f"{name}.json").read_text()) == expected
        assert (compiled.directory / "graph.png").stat().st_size > 50_000
        pixi = tomllib.loads((compiled.directory / "pixi.toml").read_text())
        assert pixi["dependencies"]["pydeck"] == {"version": "0.9.2", "channel": "conda-forge"}
        assert (compiled.directory / "tests" / "test_cases.py").exists()


def test_manifest_and_tree_agree(compile_: Compile) -> None:
    directory = compile_().directory
    written = manifest.read(directory)
    assert written is not None
    assert sorted([*written.files, manifest.FILE]) == sorted(contents(directory))


def test_text_of_the_readme_cannot_break_its_tables(compile_: Compile, spec: Path) -> None:
    title = '"a | b <script> `c` **d**"'
    spec.write_text(HEAD + f"  - {{id: source, name: {title}, task: load}}\n")
    readme = (compile_().directory / "README.md").read_text()
    row = next(line for line in readme.splitlines() if line.startswith("| `source` |"))
    assert row == "| `source` | a \\| b \\<script\\> \\`c\\` \\*\\*d\\*\\* | `acme.tasks.load` | once |"
