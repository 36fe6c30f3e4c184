from __future__ import annotations

from wt_envs.mutex import mutex, mutex_if_free

WAIT_FOREVER = """
import sys, pathlib, threading
from wt_envs.mutex import mutex

with mutex(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    threading.Event().wait()
"""


def test_what_another_process_holds_is_not_free(start, tmp_path):
    process = start(WAIT_FOREVER, tmp_path / "lock")
    assert process.stdout.readline() == "held\n"

    with mutex_if_free(tmp_path / "lock") as held:
        assert not held


def test_a_killed_process_holds_nothing(start, tmp_path):
    process = start(WAIT_FOREVER, tmp_path / "lock")
    assert process.stdout.readline() == "held\n"
    process.kill()

    with mutex(tmp_path / "lock"), mutex_if_free(tmp_path / "lock") as twice:
        assert not twice


def test_waiting_is_announced_once_and_ends_when_the_lock_is_free(start, tmp_path):
    process = start(WAIT_FOREVER, tmp_path / "lock")
    assert process.stdout.readline() == "held\n"
    announced = []

    def announce() -> None:
        announced.append("waiting")
        process.kill()

    with mutex(tmp_path / "lock", on_wait=announce):
        assert announced == ["waiting"]


def test_no_lock_file_is_left(tmp_path):
    with mutex(tmp_path / "lock"):
        assert (tmp_path / "lock").exists()

    assert list(tmp_path.iterdir()) == []


def test_processes_take_turns(start, tmp_path):
    count = """
    import sys, pathlib
    from wt_envs.mutex import mutex

    directory = pathlib.Path(sys.argv[1])
    for _ in range(100):
        with mutex(directory / "lock"):
            counter = directory / "counter"
            counter.write_text(str(int(counter.read_text()) + 1))
    """
    (tmp_path / "counter").write_text("0")
    processes = [start(count, tmp_path) for _ in range(3)]
    for process in processes:
        assert process.wait(timeout=60) == 0

    assert (tmp_path / "counter").read_text() == "300"
