"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from wt_dev.installed_list import with_list

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 40
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
SILENCED = re.compile(
    r"# (?:noqa(?:: (?P<codes>[A-Z]+[0-9]+))?|type: ignore(?:\[[a-z, -]+\])?|pragma: no cover)"
    r"(?P<reason>\s+(?:[-—#] ?)?[\w(].*)?"
)
ROOT = Path(__file__).parents[1]
PACKAGES = sorted(path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*packages/*/pyproject.toml"))
SHIPPED = ("packages", "src")
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".jinja", ".j2", ".template", ".txt", ".cfg", ".svg", ""}


@pytest.fixture(scope="session")
def sources(root: Path, tracked: list[Path]) -> list[Path]:
    """The modules that are shipped."""
    return [path for path in tracked if path.suffix == ".py" and path.relative_to(root).parts[::2][:2] == SHIPPED]


@pytest.fixture(scope="session")
def tests(root: Path, tracked: list[Path]) -> list[Path]:
    """The modules that test."""
    return [path for path in tracked if path.suffix == ".py" and "tests" in path.relative_to(root).parts]


def lines_that(pattern: str, paths: list[Path], root: Path) -> list[str]:
    matcher = re.compile(pattern)
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if matcher.search(line)
    ]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """The calls that a function makes itself, those of functions inside it left out."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, its docstring left out."""
    assert function.end_lineno is not None
    first = function.body[0]
    total = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        assert first.end_lineno is not None
        total -= first.end_lineno - first.lineno + 1
    return total


def test_a_file_holds_one_concept(sources, root):
    lengths = {str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}

    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_a_function_does_one_thing(sources, root):
    long = [
        f"{path.relative_to(root)}:{function.lineno} {function.name}: {length(function)} lines"
        for path in sources
        for function in functions(path)
        if length(function) > MOST_LINES_OF_A_FUNCTION
    ]

    assert long == []


def test_a_module_is_named_by_its_noun(tracked, root):
    named = [path.relative_to(root) for path in tracked if path.suffix == ".py"]

    assert [str(path) for path in named if NAMES_THAT_SAY_NOTHING & {*path.with_suffix("").parts}] == []
    assert [str(path) for path in named if "_and_" in path.stem and not path.stem.startswith("test_")] == []


def test_annotations_are_not_evaluated(sources, tests, root):
    without = [
        str(path.relative_to(root))
        for path in sources + tests
        if "import annotations" not in (text := path.read_text(encoding="utf-8"))
        and any(isinstance(node, ast.FunctionDef | ast.AnnAssign) for node in ast.walk(ast.parse(text)))
    ]

    assert without == []


def test_nothing_is_left_for_later(tracked, root):
    text = [path for path in tracked if path.suffix == ".py" and path != Path(__file__)]

    assert lines_that(r"\b(TODO|FIXME|XXX|HACK)\b|for now\b", text, root) == []


def test_a_silenced_check_says_why(sources, root):
    """A reason stands behind the code; in one file, one reason is enough for the codes of one family."""
    unexplained = []
    for path in sources:
        explained: set[str] = set()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := SILENCED.search(line):
                family = re.sub(r"\d+", "", match["codes"] or "")
                if match["reason"]:
                    explained.add(family)
                elif family not in explained:
                    unexplained.append(f"{path.relative_to(root)}:{number}: {line.strip()}")

    assert unexplained == []


def test_nothing_is_skipped_or_mocked(tests, root):
    ours = [path for path in tests if path != Path(__file__)]

    assert lines_that(r"pytest\.(skip|mark\.skip|importorskip)|unittest\.mock|MagicMock\(", ours, root) == []


def test_no_test_sleeps_to_wait(tests, root):
    """A program that a test starts may sleep for ever: it stands in a string, or in a function that runs elsewhere."""
    sleeping = [
        f"{path.relative_to(root)}:{call.lineno}"
        for path in tests
        for function in functions(path)
        if function.name.startswith("test_")
        for call in calls(function)
        if ast.unparse(call.func) in ("time.sleep", "sleep", "asyncio.sleep") and ast.unparse(call.args[0]) != "0"
    ]

    assert sleeping == []


def test_no_file_knows_this_machine_or_an_index(tracked, root):
    text = [path for path in tracked if path.suffix in TEXT and path.name not in ("uv.lock", "test_quality.py")]
    readable = [path for path in text if b"\0" not in path.read_bytes()]

    assert lines_that(r"/work/(main|shared)\b|/root/|/home/[a-z]+/|pypi\.org|pythonhosted", readable, root) == []


@pytest.mark.parametrize("place", PACKAGES)
def test_every_package_looks_the_same(root, projects, place):
    package = root / place
    module = package / "src" / package.name.replace("-", "_")
    expected = [package / part for part in ("README.md", "CHANGELOG.md", "LICENSE")]
    expected += [module / "py.typed", module / "__init__.py"]
    expected += [package / "tests"] if place.startswith("packages/") else []

    assert [str(path.relative_to(root)) for path in expected if not path.exists()] == []
    assert projects[package.name]["project"]["name"] == package.name
    assert (package / "LICENSE").read_bytes() == (root / "LICENSE").read_bytes()


@pytest.mark.parametrize("place", PACKAGES)
def test_a_readme_says_why_its_package_needs_each_dependency(root, projects, place):
    readme = with_list((root / place / "README.md").read_text(encoding="utf-8").lower(), "")
    table = projects[Path(place).name]["project"]
    extras = table.get("optional-dependencies", {}).values()
    requirements = [*table["dependencies"], *(requirement for extra in extras for requirement in extra)]
    dependencies = {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in requirements}

    assert {dependency for dependency in dependencies if dependency not in readme} == set()


def test_a_metapackage_has_no_code(root):
    modules = sorted(root.glob("metapackages/*/src/**/*.py"))

    assert [path.name for path in modules] == ["__init__.py"] * len(list(root.glob("metapackages/*")))
    assert all(len(ast.parse(path.read_text(encoding="utf-8")).body) == 1 for path in modules)


def test_test_directories_are_no_packages(tests):
    assert [path for path in tests if path.name == "__init__.py" and path.parent.name == "tests"] == []


def test_what_is_run_can_be_run(root):
    for script in (".ci/run", "scripts/check"):
        assert (root / script).stat().st_mode & stat.S_IXUSR
        assert os.access(root / script, os.X_OK)


def test_ci_runs_the_readmes_test_command(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.endswith("uv run pytest")]

    assert commands == ["python3 -m pip install uv && python3 -m uv run pytest"]
    assert "grep -m 1 'uv run pytest$' README.md" in (root / ".ci/run").read_text(encoding="utf-8")
    assert ".ci/run" in (root / ".github/workflows/ci.yml").read_text(encoding="utf-8")
