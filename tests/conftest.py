from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from wt_dev.distribution import build_all
from wt_dev.installation import write_constraints
from wt_dev.member import Member, read_members

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@cache
def named_tests(path: Path) -> frozenset[str]:
    """The names of the test functions of a module, as pytest collects them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@pytest.fixture(scope="session")
def missing(root: Path) -> Callable[[Iterable[str]], list[str]]:
    """Those of some node ids that name no test."""

    def find(tests: Iterable[str]) -> list[str]:
        named = [(test, *test.split("::")) for test in tests]
        return [test for test, file, name in named if name not in named_tests(root / file)]

    return find


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file that belongs to the repository: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="session")
def projects(root: Path) -> dict[str, dict[str, Any]]:
    """The `pyproject.toml` of every package and metapackage, by its name."""
    return {
        path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(root.glob("*packages/*/pyproject.toml"))
    }


@pytest.fixture(scope="session")
def members(root: Path) -> dict[str, Member]:
    """The packages and metapackages that are released, by name."""
    return {name: member for name, member in read_members(root).items() if member.is_released}


@pytest.fixture(scope="session")
def distributions(members: dict[str, Member], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the wheel and the source distribution of each, built once a test run."""
    directory = tmp_path_factory.mktemp("dist")
    build_all(members.values(), directory)
    return directory


@pytest.fixture(scope="session")
def constraints(root: Path, distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own packages are those wheels, all others are as in the lock."""
    return write_constraints(root, distributions, tmp_path_factory.mktemp("constraints") / "constraints.txt")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache that only these tests use, so that they begin where a newcomer begins."""
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setenv("WT_CACHE_DIR", str(cache))
        yield cache


@pytest.fixture(scope="session")
def wt() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `wt` as a process of its own, without a terminal."""

    def run(*args: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / "wt"), *map(str, args)],
            cwd=cwd,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run
