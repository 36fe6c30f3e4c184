"""What every benchmark here shares: whole processes, run in turn and timed.

A benchmark is a module with a function that gives groups of contenders. A contender is a whole process. The contenders
of a group run in turn, round by round and in an order that rotates, so that noise hits all alike; a warm-up round
before it fills bytecode and disk caches and proves that each does its work. What fails there is left out with a
reason.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import report
from environments import Peers, PeerUnavailableError

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = Path(__file__).resolve().parent / "fixtures"
EVENTS = Path(os.environ.get("WT_BENCH_EVENTS") or ROOT.parent / "shared" / "real" / "events")


@dataclass(frozen=True)
class Contender:
    """One whole process to be measured.

    Attributes:
        name: What the table calls it; ours begins with `wt`.
        command: Gives the argument list; gets an empty directory of this run, which is its working directory, and may
            prepare it (that is not measured).
        check: Gets that directory and what was printed, and raises AssertionError if the work was not done.
        env: Further environment variables; `{scratch}` stands for the directory.
        note: What is included, which version.
        rounds: At most that many rounds, for what takes very long.
        limit: Seconds after which a run is given up.
        measured: Whether the last thing that it prints is its figure, in the unit of its group, instead of its seconds.
    """

    name: str
    command: Callable[[Path], Sequence[str | Path]]
    check: Callable[[Path, str], None] | None = None
    env: dict[str, str] = field(default_factory=dict)
    note: str = ""
    rounds: int | None = None
    limit: float = 300.0
    measured: bool = False


@dataclass(frozen=True)
class Target:
    """At most `limit` seconds (or what the unit of the group is), or `limit` times the median of `against`.

    If there is a `floor`, its median is subtracted on both sides, and all three are processor time.
    """

    name: str
    limit: float
    against: str | None = None
    floor: str | None = None


@dataclass(frozen=True)
class Group:
    """Contenders that do the same work."""

    title: str
    contenders: list[Contender]
    targets: list[Target] = field(default_factory=list)
    unit: str = "s"


@dataclass(frozen=True)
class Sample:
    """One run: seconds of wall clock and of processor (children included), and the largest resident set in MB."""

    wall: float
    cpu: float
    peak: float


class RunFailedError(Exception):
    """A contender exited with an error, took too long, or did not do its work."""


class Bench:
    """What a benchmark needs while it names its contenders."""

    def __init__(self, peers: Peers, work: Path, only: Sequence[str]) -> None:
        self.peers = peers
        self.work = work
        self.left_out: dict[str, str] = {}
        self._only = only

    def wanted(self, name: str) -> bool:
        """Whether the command line asks for this contender."""
        return not self._only or any(part in name for part in self._only)

    def optional(self, name: str, make: Callable[[], Iterable[Contender]]) -> list[Contender]:
        """The contenders of a peer; none, and a remembered reason, if it cannot be had here."""
        if not self.wanted(name):
            return []
        try:
            return list(make())
        except (PeerUnavailableError, RunFailedError) as error:
            self.left_out[name] = str(error)
            say(f"{name}: left out: {error}")
            return []


def say(text: str) -> None:
    """Progress, apart from the results."""
    print(text, file=sys.stderr, flush=True)


def start_up(peers: Peers) -> Contender:
    """The floor under everything: an interpreter that does nothing."""
    python = peers.plain_python()
    return Contender("python -c pass", lambda _: [python, "-c", "pass"], note="the floor")


def expect(text: str) -> Callable[[Path, str], None]:
    """A check that the output contains `text`."""

    def check(_: Path, output: str) -> None:
        assert text in output, f"{text!r} is not in the output: {output[-500:]}"

    return check


def environ(more: dict[str, str]) -> dict[str, str]:
    """The environment of a process: as here, without what changes Python (such as writing no bytecode), and `more`."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))} | more


def run_once(contender: Contender, scratch: Path) -> Sample:
    """Run it in an empty directory.

    Raises:
        RunFailedError: It failed, or took longer than its limit.
    """
    directory = Path(tempfile.mkdtemp(dir=scratch))
    try:
        argv = [str(part) for part in contender.command(directory)]
        return _timed(contender, argv, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _timed(contender: Contender, argv: list[str], directory: Path) -> Sample:
    env = environ({name: value.replace("{scratch}", str(directory)) for name, value in contender.env.items()})
    printed = directory.parent / f"{directory.name}.out"
    with printed.open("w+b") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            argv, cwd=directory, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        usage = _wait(process, contender.limit)
        wall = time.perf_counter() - started
        output.seek(0)
        text = output.read().decode(errors="replace")
    printed.unlink()
    if usage is None:
        raise RunFailedError(f"longer than {contender.limit:g} s")
    if process.returncode:
        raise RunFailedError(f"exit code {process.returncode}: {text.strip()[-1500:]}")
    if contender.check:
        try:
            contender.check(directory, text)
        except (AssertionError, OSError) as error:
            raise RunFailedError(f"the work was not done: {error}") from error
    if contender.measured:
        wall = _figure(text)
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _figure(text: str) -> float:
    try:
        return float(text.split()[-1])
    except (IndexError, ValueError) as error:
        raise RunFailedError(f"no figure at the end of the output: {text.strip()[-500:]}") from error


def _wait(process: subprocess.Popen[bytes], limit: float) -> Any:
    """Its resource usage, or None if it had to be killed."""
    expired = threading.Event()

    def end() -> None:
        expired.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(limit, end)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return None if expired.is_set() else usage


def measure(group: Group, rounds: int, scratch: Path, left_out: dict[str, str]) -> dict[str, list[Sample]]:
    """The samples of each contender that passes its warm-up."""
    ready = []
    for contender in group.contenders:
        try:
            first = run_once(contender, scratch)
        except RunFailedError as error:
            left_out[contender.name] = str(error)
            say(f"  {contender.name}: left out: {error}")
            continue
        say(f"  {contender.name}: warm-up {first.wall:.3f} s")
        ready.append(contender)
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in ready}
    for number in range(rounds):
        shift = number % len(ready) if ready else 0
        for contender in ready[shift:] + ready[:shift]:
            if contender.rounds is None or number < contender.rounds:
                samples[contender.name].append(run_once(contender, scratch))
    return samples


def _arguments(title: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--rounds", type=int, default=7, help="measured runs of each contender, beside the warm-up")
    parser.add_argument("--peers", type=Path, default=None, help="where the peers' environments are kept")
    parser.add_argument("--wt-venv", type=Path, help="an environment with wt, instead of one of its own")
    parser.add_argument("--python", default="3.13", help="the Python of all environments")
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="only such names")
    parser.add_argument("--out", type=Path, default=None, help="write <benchmark>.json and .md there")
    return parser.parse_args()


def main(title: str, groups: Callable[[Bench], Iterable[Group]]) -> int:
    """Measure the groups of one benchmark and print the tables. Exit code 1 if a target was missed."""
    arguments = _arguments(title)
    peers = Peers(arguments.peers, python=arguments.python, wt_venv=arguments.wt_venv)
    facts = report.machine()
    with tempfile.TemporaryDirectory(prefix="wt-bench-") as work:
        bench = Bench(peers, Path(work), arguments.only)
        summaries = []
        for group in groups(bench):
            say(f"{group.title}")
            chosen = replace(group, contenders=[c for c in group.contenders if bench.wanted(c.name)])
            summaries.append(
                report.summary(
                    chosen.title,
                    chosen.contenders,
                    chosen.targets,
                    measure(chosen, arguments.rounds, Path(work), bench.left_out),
                    chosen.unit,
                )
            )
    result: dict[str, Any] = {"title": title, "machine": facts, "versions": peers.versions}
    result |= {"groups": summaries, "left_out": bench.left_out}
    print(report.markdown(result))
    if arguments.out:
        report.write(arguments.out, Path(sys.argv[0]).stem, result)
    return int(any(target["met"] is False for group in summaries for target in group["targets"]))
