"""One directory in the place of another."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest
from wt_compiler import exchange
from wt_compiler.exchange import recover, swap


def directory(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "file").write_text(content)
    return path


@pytest.fixture(params=["in one step", "in two"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's exchange, and as if it had none."""
    if request.param == "in two":
        monkeypatch.setattr(exchange, "_exchange", lambda: None)


@pytest.mark.usefixtures("either_way")
def test_the_new_directory_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    new, target = directory(tmp_path / "new", "new"), directory(tmp_path / "target", "old")
    old = swap(new, target, tmp_path / "aside")
    assert old is not None
    assert (target / "file").read_text() == "new"
    assert (old / "file").read_text() == "old"


@pytest.mark.usefixtures("either_way")
def test_nothing_has_to_be_there_before(tmp_path: Path) -> None:
    assert swap(directory(tmp_path / "new", "new"), tmp_path / "target", tmp_path / "aside") is None
    assert (tmp_path / "target" / "file").read_text() == "new"


@pytest.mark.usefixtures("either_way")
def test_a_failure_leaves_the_old_one(tmp_path: Path) -> None:
    target = directory(tmp_path / "target", "old")
    with pytest.raises(OSError, match="No such file"):
        swap(tmp_path / "never made", target, tmp_path / "aside")
    assert (target / "file").read_text() == "old"


def test_a_file_system_that_cannot_exchange_gets_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(one: bytes, other: bytes) -> None:
        raise OSError(errno.EINVAL, "not here")

    monkeypatch.setattr(exchange, "_exchange", lambda: unsupported)
    target = directory(tmp_path / "target", "old")
    assert swap(directory(tmp_path / "new", "new"), target, tmp_path / "aside") == tmp_path / "aside"
    assert (target / "file").read_text() == "new"


def test_what_was_moved_aside_by_a_process_that_died_comes_back(tmp_path: Path) -> None:
    aside = directory(tmp_path / "aside", "old")
    recover(tmp_path / "target", aside)
    assert (tmp_path / "target" / "file").read_text() == "old"
    recover(tmp_path / "target", aside)
    recover(tmp_path / "target", directory(tmp_path / "another", "other"))
    assert (tmp_path / "target" / "file").read_text() == "old"


def test_the_name_stands_for_a_whole_directory_at_every_moment(tmp_path: Path) -> None:
    target = directory(tmp_path / "target", "0")
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add((target / "file").read_text())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(1, 50):
        swap(directory(tmp_path / f"new{number}", str(number)), target, tmp_path / f"aside{number}")
    done.set()
    watcher.join()
    assert seen <= {str(number) for number in range(50)}
    assert (target / "file").read_text() == "49"
