"""Steps that tests run in other processes: they must be found by their name there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wt_engine import Stop


@dataclass
class Basket:
    fruit: list[str] = field(default_factory=list)
    owner: str = "nobody"


class AwkwardError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")


def whoami(state: dict[str, Any]) -> int:
    state["seen"] = os.getpid()
    return os.getpid()


def fill(state: Basket) -> Basket:
    state.fruit.append("pear")
    return state


async def awaited(state: dict[str, Any]) -> Any:
    state["awaited"] = True
    return Stop


def square(item: int) -> int:
    return item * item


def pid_of(item: int) -> int:
    return os.getpid()


def three() -> Any:
    yield from (1, 2, 3)


def exits(state: Any) -> None:
    sys.exit("enough")


def vanishes() -> None:
    os._exit(7)


def crashes() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def raises() -> None:
    raise AwkwardError(3, "bad")


def divides() -> float:
    return 1 / 0


def gives_a_lock() -> Any:
    return threading.Lock()


def writes_a_lock(state: dict[str, Any]) -> None:
    state["lock"] = threading.Lock()


def forgets_to_await() -> Any:
    return awaited({})


def hoards() -> int:
    return len(bytearray(2_000_000_000))


def blocks(state: dict[str, str]) -> None:
    """Say who runs, with a child, and stay for ever."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    place = Path(state["pids"])
    place.with_suffix(".new").write_text(f"{os.getpid()} {child.pid}")
    place.with_suffix(".new").rename(place)
    threading.Event().wait()


def fails_once(state: dict[str, str]) -> None:
    place = Path(state["mark"])
    if not place.exists():
        place.touch()
        os._exit(1)


def noted(function: Any, context: Any) -> Any:
    async def around(**arguments: Any) -> Any:
        return f"{context.name} in {os.getpid()}: {function(**arguments)}", os.getpid()

    return around


def write_often(path: Path, number: int) -> None:
    from wt_engine.yaml_files import write_yaml

    for _ in range(20):
        write_yaml(path, {"writer": number, "items": [number] * 500})


def reserves() -> int:
    """Reserve address space, and touch none of it."""
    import mmap

    with mmap.mmap(-1, 4_000_000_000) as space:
        return len(space)


def has_a_child_hoard() -> int:
    """Let another process take memory, as a command that a step starts may."""
    return subprocess.run([sys.executable, "-c", "bytearray(b'1') * 1_000_000_000"], check=False).returncode


def takes_half_a_gigabyte() -> int:
    """Take memory, and touch it."""
    return len(bytearray(b"1") * 500_000_000)
