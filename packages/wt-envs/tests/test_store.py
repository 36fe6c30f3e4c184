from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.store import discard, entries, obtain, sweep

BUILD_SLOWLY = """
import sys, pathlib, threading
from wt_envs.store import obtain

def build(staging):
    (staging / "entry").mkdir()
    (staging / "entry" / "half").write_text("half")
    print(staging, flush=True)
    threading.Event().wait()

obtain("things", "key", build)
"""


def build(staging: Path) -> None:
    (staging / "entry").mkdir()
    (staging / "entry" / "content").write_text("whole")
    (staging / "scratch").write_text("not kept")


def never(staging: Path) -> None:
    raise AssertionError("built again")


def left_over(cache: Path) -> list[str]:
    return [path.name for part in (".staging", ".mutexes") for path in (cache / "things" / part).iterdir()]


def test_an_entry_is_built_once(empty_cache):
    first = obtain("things", "key", build)

    assert obtain("things", "key", never) == first
    assert [path.name for path in first.iterdir()] == ["content"]
    assert left_over(empty_cache) == []


def test_an_entry_can_be_built_anew(empty_cache):
    def build_other(staging: Path) -> None:
        (staging / "entry").mkdir()
        (staging / "entry" / "other").touch()

    obtain("things", "key", build)
    entry = obtain("things", "key", build_other, replace=True)

    assert [path.name for path in entry.iterdir()] == ["other"]


def test_an_entry_that_is_broken_is_built_anew(empty_cache):
    entry = obtain("things", "key", build)
    (entry / "content").unlink()

    obtain("things", "key", build, intact=lambda path: (path / "content").exists())

    assert (entry / "content").read_text() == "whole"


def test_a_build_that_fails_leaves_nothing(empty_cache):
    def fail(staging: Path) -> None:
        (staging / "entry").mkdir()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        obtain("things", "key", fail)

    assert entries("things") == []
    assert left_over(empty_cache) == []


def test_a_killed_build_leaves_no_entry_and_the_next_cleans_up(empty_cache, start):
    process = start(BUILD_SLOWLY)
    staging = Path(process.stdout.readline().strip())
    assert (staging / "entry" / "half").exists()
    process.kill()
    process.wait()
    assert entries("things") == []

    obtain("things", "another", build)

    assert not staging.exists()
    assert [path.name for path in entries("things")] == ["another"]


def test_the_staging_of_a_build_that_runs_is_not_swept(empty_cache, start):
    process = start(BUILD_SLOWLY)
    staging = Path(process.stdout.readline().strip())

    obtain("things", "another", build)
    sweep(empty_cache / "things")

    assert (staging / "entry" / "half").exists()


def test_processes_that_ask_at_once_build_once(empty_cache, start, tmp_path):
    code = """
    import sys, os, pathlib
    from wt_envs.store import obtain

    def build(staging):
        (staging / "entry").mkdir()
        (staging / "entry" / "by").write_text(str(os.getpid()))
        (pathlib.Path(sys.argv[1]) / f"built-{os.getpid()}").touch()

    print((obtain("things", "key", build) / "by").read_text())
    """
    processes = [start(code, tmp_path) for _ in range(4)]
    answers = {process.communicate(timeout=60)[0] for process in processes}

    assert len(answers) == 1
    assert len(list(tmp_path.glob("built-*"))) == 1


def test_an_entry_is_discarded_whole(empty_cache):
    entry = obtain("things", "key", build)

    assert discard(entry)
    assert entries("things") == []
    assert left_over(empty_cache) == []


def test_an_entry_that_is_being_built_is_not_discarded(empty_cache, start):
    start(BUILD_SLOWLY).stdout.readline()

    assert not discard(empty_cache / "things" / "key")


def test_use_is_noted(empty_cache):
    entry = obtain("things", "key", build)
    os.utime(entry, (0, 0))

    obtain("things", "key", never)

    assert entry.stat().st_mtime > 0


def test_a_full_disk_is_said_clearly_and_leaves_nothing(empty_cache):
    def fill(staging: Path) -> None:
        (staging / "entry").mkdir()
        if sys.platform == "linux":
            Path("/dev/full").write_text("more than there is room for")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiagnosticError) as caught:
        obtain("things", "key", fill)

    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == Code.CACHE_NOT_WRITABLE
    assert "disk is full" in diagnostic.message
    assert caught.value.exit_code == 1
    assert entries("things") == []
    assert left_over(empty_cache) == []


def test_a_cache_that_is_a_file_is_said_clearly(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "file"))

    with pytest.raises(DiagnosticError) as caught:
        obtain("things", "key", build)

    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [Code.CACHE_NOT_WRITABLE]


def test_a_read_only_cache_is_said_clearly_and_what_it_holds_can_be_used(empty_cache):
    entry = obtain("things", "key", build)
    for path in (empty_cache, *empty_cache.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    with unprivileged(empty_cache):
        assert obtain("things", "key", never) == entry
        with pytest.raises(DiagnosticError) as caught:
            obtain("things", "another", build)

    for path in (empty_cache, *empty_cache.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == Code.CACHE_NOT_WRITABLE
    assert "WT_CACHE_DIR" in diagnostic.hint


class unprivileged:  # noqa: N801 - reads as the statement that it is
    """For root, to whom every file is writable: be nobody for a while."""

    def __init__(self, reachable: Path) -> None:
        self.reachable = reachable
        self.user = os.geteuid()

    def __enter__(self) -> None:
        if self.user == 0:
            for parent in self.reachable.parents:
                if parent.stat().st_uid == 0 and parent.stat().st_mode & 0o077 == 0:
                    parent.chmod(parent.stat().st_mode | 0o011)
            os.seteuid(65534)

    def __exit__(self, *_: object) -> None:
        os.seteuid(self.user)
