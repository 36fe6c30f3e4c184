"""Stores in files that are not what they should be: each is left as it is, and said clearly."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wt_engine.storage import (
    RunStatus,
    SQLiteBackend,
    StoreError,
)
from wt_engine.storage.schema import VERSION

from .stored import other_program, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


def test_a_store_that_does_not_exist_is_not_made_by_a_reader(path: Path) -> None:
    with pytest.raises(StoreError, match=rf"There is no store: {re.escape(str(path))}\. Check the path"):
        SQLiteBackend(path, create=False).list_runs()
    assert not path.exists()


def test_an_empty_file_is_no_store_to_a_reader(path: Path) -> None:
    path.touch()

    with pytest.raises(StoreError, match="empty and no store"):
        SQLiteBackend(path, create=False).list_runs()


def test_a_truncated_store_says_so(path: Path) -> None:
    store = SQLiteBackend(path)
    for number in range(50):
        store.save_run(run(f"r{number}", meta={"text": "x" * 2000}))
    store.close()
    path.write_bytes(path.read_bytes()[:6000])

    with pytest.raises(StoreError, match="damaged"):
        SQLiteBackend(path).list_runs()


def test_something_else_is_no_store(path: Path) -> None:
    path.write_text("a letter to a friend, long enough to be taken for something" * 20)

    with pytest.raises(StoreError, match="This is no store"):
        SQLiteBackend(path).list_runs()


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    with other_program(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(StoreError, match="another program"):
        SQLiteBackend(path).list_runs()
    with other_program(path) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    assert len(before) == len(path.read_bytes())


def test_a_store_of_a_newer_schema_is_not_touched(path: Path) -> None:
    SQLiteBackend(path).save_run(run())
    with other_program(path) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(StoreError, match=f"schema version {VERSION + 1}.*knows {VERSION}.*Upgrade wt-engine"):
        SQLiteBackend(path).list_runs()


def test_a_directory_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        SQLiteBackend(tmp_path).list_runs()


def without_rights(work: Callable[[], None]) -> int | None:
    """Do something in a child process that may not write what it does not own; returns its exit code."""

    def child() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        work()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("closed", [True, False])
def test_a_store_that_may_only_be_read_can_be_read(tmp_path_factory: Any, closed: bool) -> None:
    folder = tmp_path_factory.getbasetemp() / f"readonly-{closed}"
    for parent in (folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    folder.mkdir()
    path = folder / "runs.db"
    owner = SQLiteBackend(path)
    owner.save_run(run(status=RunStatus.RUNNING))
    if closed:
        owner.close()
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)

    def read() -> None:
        assert [found.status for found in SQLiteBackend(path).list_runs()] == [RunStatus.INTERRUPTED]
        with pytest.raises(StoreError, match="may only be read"):
            SQLiteBackend(path).save_run(run("r2"))

    try:
        assert without_rights(read) == 0
    finally:
        folder.chmod(0o755)
