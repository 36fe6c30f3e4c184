"""The way of a newcomer: begin a workflow, run it, change it, compile it, move it."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FAILING = '''

@register(title="Fail")
def fail(values: list[float]) -> float:
    """Fail, whatever the values are."""
    raise RuntimeError("the gauge is broken")
'''


@pytest.fixture(scope="module")
def begun(wt, tmp_path_factory) -> Path:
    """What `wt init` writes, compiled once."""
    directory = tmp_path_factory.mktemp("newcomer")
    result = wt("init", "rain", cwd=directory)
    assert result.returncode == 0, result.stderr
    result = wt("compile", "rain/spec.yaml", cwd=directory)
    assert result.returncode == 0, result.stderr
    return directory / "rain"


def test_the_smallest_example_passes_its_cases(wt, tmp_path):
    assert wt("init", "hello", "--example", "hello", cwd=tmp_path).returncode == 0

    result = wt("test", "hello/spec.yaml", cwd=tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith("2 of 2 cases passed\n")


def test_an_example_with_conda_packages_is_right(wt, tmp_path):
    wt("init", "hello", "--example", "hello", "--back-end", "conda", cwd=tmp_path)
    command = [sys.executable, "-m", "wt_registry", "--package", "hello_tasks", "--format", "json"]
    library = tmp_path / "hello/hello-tasks/src"
    described = subprocess.run(command, cwd=library, env={"PYTHONPATH": str(library)}, capture_output=True, text=True)
    (tmp_path / "registry.json").write_text(described.stdout)

    result = wt("check", "hello/spec.yaml", "--registry", "registry.json", cwd=tmp_path)

    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture
def rain(begun, tmp_path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(begun, tmp_path / "rain"))


@pytest.fixture(scope="module")
def weather(root, wt, tmp_path_factory) -> Path:
    """The example, compiled to a directory of its own."""
    workspace = tmp_path_factory.mktemp("weather") / "compiled"
    result = wt("compile", "examples/weather/spec.yaml", "-o", workspace, cwd=root)
    assert result.returncode == 0, result.stderr
    return workspace


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of a workspace by its path, but for what running it leaves behind."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_what_init_writes_has_test_cases_that_pass_and_fail_once_the_spec_means_something_else(wt, rain):
    result = wt("test", "spec.yaml", "--junit", "junit.xml", cwd=rain)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith("2 of 2 cases passed\n")
    assert (rain / "junit.xml").exists()

    cases = rain / "test-cases.yaml"
    cases.write_text(cases.read_text().replace("<results>/page.html", "<results>/rain.html"))
    result = wt("test", "spec.yaml", "--case", "a-*", "--junit", ".", cwd=rain)
    assert result.returncode == 2
    assert ". cannot be written" in result.stderr
    assert result.stdout.endswith("1 of 1 case failed\n")
    result = wt("test", "spec.yaml", "--case", "a-month", cwd=rain)
    assert result.returncode == 1
    assert 'result: expected "<results>/rain.html", got "<results>/page.html"' in result.stdout
    assert result.stdout.endswith("1 of 1 case failed\n")

    cases.write_text(cases.read_text().replace("result: <results>/rain.html", "snapshot: true"))
    assert "there is no snapshot yet" in wt("test", "spec.yaml", cwd=rain).stdout
    assert wt("test", "spec.yaml", "--update-snapshots", cwd=rain).returncode == 0
    assert wt("test", next(rain.glob("*-workflow")), cwd=rain).returncode == 0

    cases.write_text(cases.read_text().replace("days: 30", "days: many"))
    result = wt("check", "spec.yaml", cwd=rain)
    assert result.returncode == 2
    assert "test-cases.yaml:4:26" in result.stderr


def test_what_init_writes_runs_at_once(wt, rain):
    result = wt("run", "spec.yaml", "--params", "params.yaml", "--json", cwd=rain)

    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    page = Path(answer["result"].removeprefix("file://"))
    assert "A year of temperatures" in page.read_text(encoding="utf-8")
    assert [step["status"] for step in answer["steps"]] == ["ok"] * 4
    stored = json.loads((page.parent / "result.json").read_text())
    assert stored == {"result": answer["result"], "error": None, "trace": None}


def test_the_second_run_builds_nothing(wt, rain):
    wt("run", "spec.yaml", cwd=rain)

    result = wt("run", "spec.yaml", cwd=rain)

    assert result.returncode == 0, result.stderr
    assert [line for line in result.stderr.splitlines() if not line.startswith("[")] == []


def test_a_parameter_that_is_set_reaches_its_task(wt, rain):
    result = wt("run", "spec.yaml", "--set", "page.title=Of my own", "--json", cwd=rain)

    page = Path(json.loads(result.stdout)["result"].removeprefix("file://"))
    assert "<h1>Of my own</h1>" in page.read_text(encoding="utf-8")


def test_a_task_that_is_changed_takes_effect(wt, rain):
    assert wt("run", "spec.yaml", cwd=rain).returncode == 0
    tasks = rain / "rain-tasks/src/rain_tasks/tasks.py"
    tasks.write_text(tasks.read_text().replace("<!doctype html>", "<!doctype html><!-- changed -->"))

    result = wt("run", "spec.yaml", "--json", cwd=rain)

    assert result.returncode == 0, result.stderr
    page = Path(json.loads(result.stdout)["result"].removeprefix("file://"))
    assert "<!-- changed -->" in page.read_text(encoding="utf-8")


def test_a_task_that_fails_exits_1_and_says_so_in_the_result(wt, rain):
    tasks = rain / "rain-tasks/src/rain_tasks/tasks.py"
    tasks.write_text(tasks.read_text() + FAILING)
    spec = rain / "spec.yaml"
    addition = "\n  - id: broken\n    task: fail\n    partial:\n      values: ${{ workflow.smoothed.return }}\n"
    spec.write_text(spec.read_text() + addition)

    result = wt("run", "spec.yaml", "--results", "out", cwd=rain)

    assert result.returncode == 1
    stored = json.loads((rain / "out/result.json").read_text())
    assert "the gauge is broken" in stored["error"]
    assert "broken" in stored["error"]
    assert stored["result"] is None
    assert "RuntimeError" in stored["trace"]


@pytest.mark.parametrize(
    ("assignment", "code"),
    [("temperatures.days=many", "WT502"), ("temperatures.dayz=3", "WT502"), ("temperature.days=3", "WT502")],
)
def test_wrong_parameters_are_refused_before_anything_runs(wt, rain, assignment, code):
    result = wt("run", "spec.yaml", "--set", assignment, "--results", "out", cwd=rain)

    assert result.returncode == 2
    assert f"error[{code}]" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (rain / "out/page.html").exists()


def test_the_workspaces_own_tests_pass(rain):
    workspace = rain / "wt-rain-workflow"
    command = [sys.executable, "-m", "uv", "run", "--frozen", "--group", "test", "pytest", "-q"]
    result = subprocess.run(command, cwd=workspace, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout + result.stderr
    assert " passed" in result.stdout


def test_a_workspace_that_is_moved_runs_without_its_spec(wt, rain, tmp_path):
    moved = tmp_path / "elsewhere" / "moved"
    moved.parent.mkdir()
    shutil.move(rain / "wt-rain-workflow", moved)
    shutil.rmtree(rain)

    result = wt("run", moved, "--json", cwd=tmp_path)

    assert result.returncode == 0, result.stderr


def test_wt_task_and_its_like_come_from_the_checkout(root, rain):
    from wt_envs.lock import Lock
    from wt_envs.realise import realise

    program = (
        "import wt_task, wt_registry, wt_contracts as c; print(*(m.__path__[0] for m in (wt_task, wt_registry, c)))"
    )
    environment = realise(Lock.read(rain / "wt-rain-workflow"))
    shown = environment.run([str(environment.python), "-c", program]).stdout
    installed = [Path(path) for path in shown.split()]

    for directory in installed:
        assert directory.is_relative_to(environment.prefix)
        source = root / "packages" / directory.name.replace("_", "-") / "src" / directory.name
        ours = {str(path.relative_to(source)): path.read_bytes() for path in source.rglob("*.py")}
        theirs = {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*.py")}
        assert theirs == ours, f"{directory.name} is not the one of the checkout"


def test_the_compiled_package_imports_only_what_travels_with_it(rain):
    allowed = {
        *sys.stdlib_module_names,
        "wt_task",
        "wt_engine",
        "wt_contracts",
        "rain_tasks",
        "wt_rain_workflow",
    }
    imported = set()
    for path in (rain / "wt-rain-workflow/wt_rain_workflow").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).split(".")[0])

    assert imported <= allowed


def test_compiling_again_changes_not_a_byte(wt, rain):
    before = contents(rain / "wt-rain-workflow")

    assert wt("compile", "spec.yaml", cwd=rain).returncode == 0
    assert contents(rain / "wt-rain-workflow") == before
    assert wt("compile", "spec.yaml", "--force", cwd=rain).returncode == 0
    assert contents(rain / "wt-rain-workflow") == before


def test_the_example_is_the_same_wherever_it_is_compiled(wt, root, weather, tmp_path):
    examples = Path(
        shutil.copytree(root / "examples", tmp_path / "copy", ignore=shutil.ignore_patterns("wt-*-workflow"))
    )

    result = wt("compile", "weather/spec.yaml", "-o", tmp_path / "again", cwd=examples)

    assert result.returncode == 0, result.stderr
    assert contents(tmp_path / "again") == contents(weather)


def test_the_example_makes_a_page_of_its_charts(wt, root, weather, tmp_path):
    result = wt("run", weather, "--results", tmp_path / "out", "--json", cwd=root)

    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert len(answer["steps"]) >= 10
    assert list((tmp_path / "out").rglob("*.html"))
    assert list((tmp_path / "out").rglob("*.png"))
