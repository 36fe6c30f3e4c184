"""A new tree beside the old one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from wt_compiler.staging import Staging


def put(target: Path, written: list[str] | None = None, **files: str) -> list[str]:
    with Staging(target) as staging:
        staging.write({name.replace("__", "."): text for name, text in files.items()})
        collisions = staging.carry_over(written or [])
        staging.put_in_place()
    return collisions


def beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if path != target)


def test_a_tree_appears_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "out"
    put(target, one="1", two="2")
    assert {path.name: path.read_text() for path in target.iterdir()} == {"one": "1", "two": "2"}
    assert beside(target) == []


def test_a_tree_that_is_not_put_in_place_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, one="old")
    with Staging(target) as staging:
        staging.write({"one": "new"})
    assert (target / "one").read_text() == "old"
    assert beside(target) == []


def test_a_directory_has_the_permissions_that_new_ones_have(tmp_path: Path) -> None:
    put(tmp_path / "out", one="1")
    (tmp_path / "usual").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_files_of_the_users_are_kept_and_those_of_an_older_compile_are_not(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, old="", both="old")
    (target / "results" / "deep").mkdir(parents=True)
    (target / "results" / "deep" / "data.csv").write_text("mine")
    (target / "empty").mkdir()
    (target / "link").symlink_to("results")
    (target / "__pycache__").mkdir()
    (target / "__pycache__" / "x.pyc").write_text("")
    assert put(target, ["old", "both"], both="new") == []
    assert sorted(path.name for path in target.iterdir()) == ["both", "empty", "link", "results"]
    assert (target / "results" / "deep" / "data.csv").read_text() == "mine"
    assert (target / "link").readlink() == Path("results")
    assert (target / "both").read_text() == "new"


def test_a_file_of_the_users_in_the_place_of_a_generated_one_is_named(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "notes").write_text("mine")
    with Staging(target) as staging:
        staging.write({"notes": "generated"})
        assert staging.carry_over([]) == ["notes"]
    assert (target / "notes").read_text() == "mine"


@pytest.mark.parametrize("name", [".venv", ".pixi"])
def test_environments_move_over(tmp_path: Path, name: str) -> None:
    target = tmp_path / "out"
    put(target, one="1")
    (target / name / "bin").mkdir(parents=True)
    (target / name / "bin" / "python").write_text("")
    put(target, ["one"], one="2")
    assert (target / name / "bin" / "python").exists()


def test_a_pipe_of_the_users_does_not_stop_a_compile(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, one="1")
    os.mkfifo(target / "pipe")
    put(target, ["one"], one="2")
    assert (target / "one").read_text() == "2"


def test_half_a_surrogate_pair_does_not_stop_a_compile(tmp_path: Path) -> None:
    put(tmp_path / "out", one="\ud800")
    assert (tmp_path / "out" / "one").read_text() == "\\ud800"


KILLED = """
import os, sys
from pathlib import Path
from wt_compiler import exchange
from wt_compiler.staging import Staging

target, when = Path(sys.argv[1]), sys.argv[2]
staging = Staging(target)
staging.write({"one": "new", "two": "new"})
staging.carry_over(["one"])
if when == "between":
    exchange._exchange = lambda: None
    real = Path.rename
    def rename(self, other):
        if self.name == "tree":
            os.kill(os.getpid(), 9)
        return real(self, other)
    Path.rename = rename
elif when == "after":
    staging.put_in_place()
    os.kill(os.getpid(), 9)
if when == "before":
    os.kill(os.getpid(), 9)
staging.put_in_place()
"""


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_a_compile_that_is_killed_leaves_a_whole_tree_and_the_next_one_cleans_up(tmp_path: Path, when: str) -> None:
    target = tmp_path / "out"
    put(target, one="old")
    (target / "mine").write_text("mine")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(target), when], check=False)
    assert killed.returncode == -9
    assert beside(target) != []
    if when != "between":
        assert {path.read_text() for path in target.glob("one")} == {"new" if when == "after" else "old"}
        assert (target / "mine").read_text() == "mine"
    with Staging(target) as staging:
        assert (target / "one").read_text() == ("new" if when == "after" else "old")
        assert (target / "mine").read_text() == "mine"
        staging.write({"one": "newest"})
        staging.carry_over(["one", "two"])
        staging.put_in_place()
    assert {path.name: path.read_text() for path in target.iterdir()} == {"one": "newest", "mine": "mine"}
    assert beside(target) == []


def test_a_compile_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with Staging(target) as running:
        running.write({"one": "1"})
        put(target, one="2")
        running.put_in_place()
    assert (target / "one").read_text() == "1"
    assert beside(target) == []


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A directory that cannot be written, not even by root, whom no permission stops: so root steps back."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o555)
        privileged = os.geteuid() == 0
        if privileged:
            os.seteuid(65534)
        try:
            yield path
        finally:
            if privileged:
                os.seteuid(0)
            path.chmod(0o755)


def test_a_directory_that_cannot_be_written_is_an_error(read_only: Path) -> None:
    with pytest.raises(PermissionError):
        Staging(read_only / "out")
    with pytest.raises(PermissionError):
        Staging(read_only / "deep" / "out")


def test_a_full_disk_is_an_error_and_the_old_tree_stays(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, one="old")
    script = """
import resource, sys
from pathlib import Path
from wt_compiler.staging import Staging
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with Staging(Path(sys.argv[1])) as staging:
        staging.write({"one": "x" * 2000})
except OSError as error:
    sys.exit(7)
"""
    assert subprocess.run([sys.executable, "-c", script, str(target)], check=False).returncode == 7
    assert (target / "one").read_text() == "old"
    assert beside(target) == []
