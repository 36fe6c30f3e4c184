"""A release, as the workflow makes it: in a clone, with an index and a channel that are directories."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest
import trove_classifiers
import yaml
from wt_dev.command import wt_dev
from wt_dev.member import read_members

BIN = Path(sys.executable).parent
RELEASED = [name for name, member in read_members(Path(__file__).parents[1]).items() if member.is_released]
WORKFLOWS = sorted((Path(__file__).parents[1] / ".github/workflows").glob("*.yml"))

BROKEN = {"module": "import wt_no\n", "command": "def main(): raise SystemExit(3)\n"}
BROKEN_PROJECT = """
[project]
name = "wt-broken"
version = "1"
readme = "README.md"

[project.scripts]
wt-broken = "wt_broken.main:main"
"""


class Clone:
    """A clone of this checkout, as it is now."""

    def __init__(self, root: Path, directory: Path) -> None:
        self.directory = directory
        subprocess.run(["git", "clone", "--quiet", root, directory], check=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            text=True,
        ).stdout
        for name in filter(None, listed.split("\0")):
            if (root / name).is_file():
                (directory / name).parent.mkdir(parents=True, exist_ok=True)
                (directory / name).write_bytes((root / name).read_bytes())
        self.commit("as it is")

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=self.directory, check=True, capture_output=True)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def wt_dev(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([BIN / "wt-dev", *arguments], cwd=self.directory, capture_output=True, text=True)

    def succeed(self, *arguments: str) -> str:
        result = self.wt_dev(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@pytest.fixture(scope="module")
def clone(root, tmp_path_factory) -> Clone:
    clone = Clone(root, tmp_path_factory.mktemp("release") / "clone")
    clone.succeed("changelog", "wt-contracts", "7.0.0")
    clone.commit("Release wt-contracts 7.0.0")
    clone.git("tag", "wt-contracts/v7.0.0")
    return clone


@pytest.fixture(scope="module")
def built(clone) -> Clone:
    clone.succeed("release", "build", "wt-contracts/v7.0.0", "--source", "https://git.example.org/wt")
    return clone


def test_the_fragments_become_the_section_of_the_version(clone):
    changelog = (clone.directory / "packages/wt-contracts/CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(
        r"<!-- changes -->\n\n## 7\.0\.0 \(\d{4}-\d\d-\d\d\)\n\n### Added\n\n- First version\.\n", changelog
    )
    assert not list((clone.directory / ".changelog/wt-contracts").glob("[0-9]*"))
    assert list((clone.directory / ".changelog/wt-task").glob("[0-9]*"))


def test_the_notes_of_a_release_are_that_section(clone):
    notes = clone.succeed("release", "notes", "wt-contracts/v7.0.0")

    assert notes.startswith("### Added\n\n- First version.\n")
    missing = clone.wt_dev("release", "notes", "wt-contracts/v8.0.0")
    assert missing.returncode == 1
    assert missing.stderr == "Error: the changelog of wt-contracts has no section for 8.0.0\n"


def test_exactly_the_tagged_package_is_built_with_the_version_of_the_tag(built):
    files = sorted(path.name for path in (built.directory / "dist").glob("*.*"))

    assert files == ["wt_contracts-7.0.0-py3-none-any.whl", "wt_contracts-7.0.0.tar.gz"]


def test_what_is_built_says_where_its_source_is(built):
    with zipfile.ZipFile(next((built.directory / "dist").glob("*.whl"))) as wheel:
        metadata = wheel.read("wt_contracts-7.0.0.dist-info/METADATA").decode()

    assert "\nProject-URL: Source, https://git.example.org/wt\n" in metadata


def test_what_is_built_is_checked_and_tried_outside_the_checkout(built):
    assert "its commands answer" in built.succeed("release", "check")


def test_what_is_published_can_be_installed_and_is_never_replaced(built, tmp_path):
    index = tmp_path / "index"
    built.succeed("release", "publish", "--index", index.as_uri())
    again = built.wt_dev("release", "publish", "--index", index.as_uri())
    venv = tmp_path / "venv"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", venv], check=True)
    install = ["pip", "install", "--quiet", "--python", venv, "--find-links", index, "wt-contracts==7.0.0"]
    subprocess.run([*uv, *install], check=True)

    assert subprocess.run([venv / "bin/python", "-I", "-c", "import wt_contracts.diagnostics"]).returncode == 0
    assert again.returncode == 1
    assert again.stderr.startswith("Error: published already: wt_contracts-7.0.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("v1.0", "v1.0 is no tag of a release: <package>/v<version>, such as wt-task/v0.2.0"),
        ("wt-nothing/v1.0", "wt-nothing/v1.0 names no package that is released"),
        ("wt-dev/v1.0", "wt-dev/v1.0 names no package that is released"),
        ("wt-task/v99.0", "wt-task/v99.0: the checkout gives wt-task the version"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(clone, tag, said):
    result = clone.wt_dev("release", "build", tag)

    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {said}")


@pytest.mark.parametrize("broken", BROKEN)
def test_a_wheel_that_does_not_work_is_not_released(tmp_path, broken):
    package = tmp_path / "wt-broken"
    (package / "src/wt_broken").mkdir(parents=True)
    (package / "src/wt_broken/__init__.py").write_text("")
    (package / "src/wt_broken/main.py").write_text(BROKEN[broken])
    (package / "pyproject.toml").write_text(BROKEN_PROJECT)
    (package / "README.md").write_text("# Broken\n")
    uv = [sys.executable, "-m", "uv", "build", "--quiet", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*uv, "--out-dir", tmp_path / "dist", package], check=True)

    command = [BIN / "wt-dev", "release", "check", "--out", tmp_path / "dist"]
    result = subprocess.run(command, capture_output=True, text=True)

    assert result.returncode == 1
    assert "failed outside the checkout" in result.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_meets_the_schema_of_workflows(workflow):
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow]
    result = subprocess.run(command, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_gives_away_no_secret(workflow, root):
    command = [BIN / "zizmor", "--offline", "--config", root / ".github/zizmor.yml", workflow]
    result = subprocess.run(command, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_commands_that_are_there(workflow):
    """Every step of ours is a command that these tests run too; its options are options of it."""
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    steps = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])

    for called in re.findall(r"wt-dev ((?:[a-z]+ ?)+)(.*)", steps):
        command: click.Command = wt_dev
        for name in called[0].split():
            if isinstance(command, click.Group):
                command = command.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", called[1])) <= known


def test_a_package_is_tested_where_it_is_said_to_work(root):
    jobs = yaml.safe_load((root / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    matrix = jobs["packages"]["strategy"]["matrix"]

    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert matrix["system"] == ["ubuntu-latest", "macos-latest"]


@pytest.mark.parametrize("name", RELEASED)
def test_a_package_says_where_it_is_tested(root, projects, name):
    matrix = yaml.safe_load((root / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]["packages"]
    pythons = {f"Programming Language :: Python :: {version}" for version in matrix["strategy"]["matrix"]["python"]}
    classifiers = {*projects[name]["project"]["classifiers"]}

    assert {each for each in classifiers if each.startswith("Programming Language")} == pythons
    assert classifiers <= trove_classifiers.classifiers
