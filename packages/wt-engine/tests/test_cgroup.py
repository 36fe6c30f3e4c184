"""Steps in processes whose memory the kernel limits, where a group of their own can be made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import process_steps as steps
import pytest
from wt_engine import Pipe
from wt_engine.cgroup import memory_group, place
from wt_engine.testing import TestResult

Collect = Callable[..., TestResult]
MB = 1_000_000
pytestmark = pytest.mark.cgroup


@pytest.fixture(scope="module")
def groups() -> Path:
    found = place()
    assert found is not None
    return found.directory


def made_here(groups: Path) -> list[str]:
    return [path.name for path in groups.glob(f"wt-engine-{os.getpid()}-*")]


def test_what_is_reserved_and_not_touched_does_not_count(groups: Path, collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step(executor="process", memory=100 * MB)(steps.reserves)
    assert collect(pipe, {}).end.errors == ()
    assert made_here(groups) == []


def test_what_a_step_starts_counts(groups: Path, collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    pipe.step(executor="process", memory=150 * MB, to="after")(steps.has_a_child_hoard)

    @pipe.step
    async def after(has_a_child_hoard: int, state: Any) -> None:
        state["code"] = has_a_child_hoard

    result = collect(pipe, {})
    # The kernel ends the child that took it, or all that is in the group.
    told = [failure.error for failure in result.end.errors] or result.final_state["code"]
    assert told in (-9, ["it took more than its 150,000,000 bytes of memory"])
    assert made_here(groups) == []


def test_a_worker_is_free_again_after_its_step(groups: Path, collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step("small", executor="process", memory=100 * MB, to="large")(steps.whoami)
    pipe.step("large", executor="process")(steps.takes_half_a_gigabyte)
    assert collect(pipe, {}).end.errors == ()


def test_a_process_in_a_group_is_killed_and_the_group_knows_it(groups: Path) -> None:
    hoard = "import sys; sys.stdin.readline(); bytearray(b'1') * 1_000_000_000"
    with subprocess.Popen([sys.executable, "-c", hoard], stdin=subprocess.PIPE) as process:
        with memory_group(process.pid, 50 * MB) as group:
            assert group is not None
            assert not group.exceeded
            process.communicate(b"go\n", timeout=60)
            assert group.exceeded
        assert process.returncode == -9
    assert made_here(groups) == []


def test_the_group_of_a_process_that_was_killed_is_swept(groups: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = groups / f"wt-engine-{ended.pid}-7"
    left.mkdir()
    subprocess.run([sys.executable, "-c", "from wt_engine.cgroup import place; place()"], check=True)
    assert not left.exists()


def test_without_groups_the_process_limits_itself(groups: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import asyncio, sys; sys.path.insert(0, {str(Path(steps.__file__).parent)!r})\n"
        "import process_steps\n"
        "from wt_engine import Pipe\n"
        "from wt_engine.cgroup import place\n"
        "async def main():\n"
        "    pipe = Pipe()\n"
        "    pipe.step(executor='process', memory=200_000_000)(process_steps.hoards)\n"
        "    async for event in pipe.run({}):\n"
        "        last = event\n"
        "    print(place(), [failure.error for failure in last.payload.errors])\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    hidden = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", hidden, "sh", sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "None ['it took more than its 200,000,000 bytes of memory']\n", done.stderr
