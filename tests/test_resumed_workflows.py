"""A compiled run that is killed goes on where it was, and gives what an undisturbed one gives."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from wt_contracts.provenance import RunProvenance

LIBRARY = '''
from __future__ import annotations

import os
import time

from wt_registry import register


def note(text: str) -> None:
    """Leave a line that outlives the process."""
    descriptor = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\\n".encode())
    os.fsync(descriptor)
    os.close(descriptor)


@register()
def numbers(count: int = 8) -> list[int]:
    """Count."""
    note("numbers")
    if "WAIT" in os.environ:
        time.sleep(60)
    return list(range(count))


@register()
def square(number: int) -> int:
    """Square."""
    note(f"square {number}")
    time.sleep(0.005)
    return number**2


@register()
def keyed(values: list[int]) -> dict[str, int]:
    """Give each a key."""
    note("keyed")
    return {f"k{value}": value for value in values}


@register()
def more(value: int, by: int) -> int:
    """Add."""
    note(f"more {value} {by}")
    time.sleep(0.005)
    if os.environ.get("BREAK") == str(value):
        raise RuntimeError(f"no {value}")
    return value + by


@register()
def total(pairs: list[tuple[str, int]], others: list[int], large: bytes) -> dict[str, int]:
    """Sum up."""
    note("total")
    return {"pairs": sum(value for _, value in pairs), "others": sum(others), "large": len(large)}


@register()
def blob(size: int = 50_000) -> bytes:
    """Make something large."""
    note("blob")
    return b"x" * size
'''
SPEC = """
id: notes
requirements: []
workflow:
  - {id: counted, task: numbers}
  - {id: large, task: blob}
  - id: squares
    task: square
    map: {argnames: number, argvalues: '${{ workflow.counted.return }}'}
  - {id: named, task: keyed, partial: {values: '${{ workflow.squares.return }}'}}
  - id: raised
    task: more
    partial: {by: 1}
    mapvalues: {argnames: value, argvalues: '${{ workflow.named.return }}'}
  - id: summed
    task: total
    partial:
      pairs: ${{ workflow.raised.return }}
      others: ${{ workflow.squares.return }}
      large: ${{ workflow.large.return }}
"""
RESULT = {"pairs": 148, "others": 140, "large": 50_000}
CALLS = 20
BRANCHES = """
id: notes
requirements: []
workflow:
  - {id: counted, task: numbers}
  - type: switch
    id: way
    cases:
      - when: ${{ len(workflow.counted.return) > 3 }}
        tasks:
          - id: grown
            task: more
            loop: {start: 0, until: '${{ loop.last > 12 }}', max: 20}
            partial: {value: '${{ loop.last }}', by: 2}
          - {id: squared, task: square, partial: {number: '${{ workflow.grown.return }}'}}
    default:
      tasks:
        - {id: plain, task: square, partial: {number: 1}}
  - id: extra
    task: more
    when: ${{ workflow.way.return > 1000 }}
    partial: {value: 1, by: 1}
outputs:
  way: ${{ workflow.way.return }}
  extra: ${{ default(workflow.extra.return, "none") }}
"""
"""A branch with a loop in it: seven rounds, one after the other."""


class Notes:
    """A compiled workflow whose tasks leave a line each time they are called."""

    def __init__(self, workspace: Path, library: Path, place: Path) -> None:
        self.results = place / "results"
        self.notes = place / "notes"
        self._environ = os.environ | {
            "PYTHONPATH": f"{workspace}:{library}",
            "WT_RESULTS": str(self.results),
            "NOTES": str(self.notes),
        }

    @property
    def lines(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    @property
    def result(self) -> dict[str, object]:
        return json.loads((self.results / "result.json").read_text())

    @property
    def provenance(self) -> RunProvenance:
        return msgspec.json.decode((self.results / "run.json").read_text(), type=RunProvenance)

    def start(self, *options: str, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "wt_notes_workflow.cli", "run", *options]
        return subprocess.Popen(command, env=self._environ | variables, stderr=subprocess.PIPE, text=True)

    def run(self, *options: str, **variables: str) -> tuple[int, str]:
        with self.start(*options, **variables) as process:
            _, said = process.communicate(timeout=120)
        return process.returncode, said

    def kill_after(self, lines: int, *options: str) -> None:
        """Start, and kill the process once so many lines were left."""
        with self.start(*options) as process:
            while len(self.lines) < lines and process.poll() is None:
                os.sched_yield()
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)


@pytest.fixture(scope="module")
def compiled(wt, tmp_path_factory) -> tuple[Path, Path]:
    """The workspace and its library."""
    return compile_notes(wt, tmp_path_factory.mktemp("notes"), SPEC)


@pytest.fixture(scope="module")
def branched(wt, tmp_path_factory) -> tuple[Path, Path]:
    """The same for a workflow with a branch, a loop and a condition."""
    return compile_notes(wt, tmp_path_factory.mktemp("branches"), BRANCHES)


def compile_notes(wt, place: Path, text: str) -> tuple[Path, Path]:
    library, spec = place / "library", place / "spec.yaml"
    about = library / "notes_tasks-1.0.dist-info"
    about.mkdir(parents=True)
    (library / "notes_tasks.py").write_text(LIBRARY)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: notes-tasks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[wt_registry]\nnotes_tasks = notes_tasks\n")
    spec.write_text(text)
    done = wt("compile", spec, "--env", "current", "--no-graph", cwd=place, PYTHONPATH=str(library))
    assert done.returncode == 0, done.stderr
    return place / "wt-notes-workflow", library


@pytest.fixture
def notes(compiled, tmp_path) -> Notes:
    return Notes(*compiled, tmp_path)


def test_a_run_that_was_killed_goes_on_with_what_it_had(notes):
    notes.kill_after(12, "--config-json", "{}")
    before = Counter(notes.lines)

    code, said = notes.run("--resume", "")

    assert (code, said) == (0, "")
    assert notes.result["result"] == RESULT
    assert sum(before.values()) < CALLS
    # A call that had begun and not ended runs again; everything else ran once.
    assert all(count <= 2 for count in Counter(notes.lines).values())
    assert len(set(notes.lines)) == CALLS


def test_a_run_that_went_on_tells_of_all_its_steps_and_of_both_its_processes(notes):
    notes.kill_after(12, "--config-json", "{}")

    notes.run("--resume", "")

    run = notes.provenance
    assert [(step.id, step.status) for step in run.steps] == [
        (name, "ok") for name in ("counted", "large", "squares", "named", "raised", "summed")
    ]
    assert {step.calls for step in run.steps if step.method != "call"} == {8}
    assert [session.status for session in run.sessions] == ["interrupted", "succeeded"]
    assert run.status == "succeeded"
    assert run.params == {}
    assert run.steps[0].task == "notes_tasks.numbers"


@pytest.mark.parametrize("seed", range(10))
def test_wherever_a_run_is_killed_it_gives_the_undisturbed_result(notes, seed):
    chance = random.Random(seed)
    notes.kill_after(chance.randrange(1, CALLS), "--config-json", "{}")
    while not (notes.results / ".wt").is_dir() or not list((notes.results / ".wt").glob("params-*.json")):
        notes.kill_after(chance.randrange(1, CALLS), "--config-json", "{}")
    for _ in range(chance.randrange(3)):
        notes.kill_after(len(notes.lines) + chance.randrange(1, 4), "--resume", "")

    code, said = notes.run("--resume", "")

    assert (code, said) == (0, "")
    assert notes.result["result"] == RESULT
    assert len(set(notes.lines)) == CALLS


@pytest.mark.parametrize("lines", range(1, 9))
def test_a_branch_and_a_loop_that_were_killed_go_on_where_they_were(branched, tmp_path, lines):
    notes = Notes(*branched, tmp_path)
    notes.kill_after(lines, "--config-json", "{}")

    code, said = notes.run("--resume", "")

    assert (code, said) == (0, "")
    assert notes.result["result"] == {"way": 196, "extra": "none"}
    calls = Counter(notes.lines)
    assert set(calls) == {"numbers", *(f"more {value} 2" for value in range(0, 14, 2)), "square 14"}
    # Only the call in which it was killed was made again
    assert sum(calls.values()) <= len(calls) + 1


def test_a_failed_run_goes_on_after_the_cause_is_gone(notes):
    code, _ = notes.run("--config-json", '{"counted": {"count": 8}}', BREAK="9")
    assert code == 1
    assert "key 'k9'" in notes.result["error"]
    before = Counter(notes.lines)

    code, said = notes.run("--resume", "")

    assert (code, said) == (0, "")
    assert notes.result["result"] == RESULT
    again = Counter(notes.lines) - before
    assert again == {"more 9 1": 1, "total": 1}


def test_a_run_that_has_ended_gives_its_result_again_and_calls_nothing(notes):
    assert notes.run("--config-json", "{}")[0] == 0
    before = notes.lines

    assert notes.run("--resume", "") == (0, "")

    assert notes.result["result"] == RESULT
    assert notes.lines == before


def test_a_run_that_was_killed_between_its_last_step_and_its_result_writes_it(notes):
    assert notes.run("--config-json", "{}")[0] == 0
    before = notes.lines
    (notes.results / "result.json").unlink()

    assert notes.run("--resume", "") == (0, "")

    assert notes.result["result"] == RESULT
    assert notes.lines == before
    assert {step.status for step in notes.provenance.steps} == {"ok"}


@pytest.mark.parametrize("way", [["--resume", "nothing"], ["--resume", "", "--execution-mode", "sequential"]])
def test_a_resume_that_is_refused_leaves_the_result_and_the_account(notes, way):
    assert notes.run("--config-json", "{}")[0] == 0
    before = {name: (notes.results / name).read_bytes() for name in ("result.json", "run.json")}

    assert notes.run(*way)[0] == 2

    assert {name: (notes.results / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--resume", "nothing"], "there is no recorded run 'nothing'"),
        (["--resume", "", "--execution-mode", "sequential"], "a sequential run keeps no record"),
        (["--resume", "", "--config-json", "{}"], "not allowed with argument"),
    ],
)
def test_what_cannot_be_resumed_is_refused(notes, options, words):
    code, said = notes.run(*options)

    assert code == 2
    assert words in said
    assert "Traceback" not in said


def test_a_run_that_somebody_else_runs_or_has_run_is_left_alone(notes, compiled):
    with notes.start("--config-json", "{}", WT_RUN_ID="r1", WAIT="1") as first:
        while "numbers" not in notes.lines:
            os.sched_yield()
        code, said = notes.run("--resume", "r1")
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=60)

    assert code == 2
    assert said.startswith(f"error[WT537]: Run 'r1' is still running, in process {first.pid} on ")
    assert notes.run("--resume", "r1") == (0, "")
    again, said = notes.run("--config-json", "{}", WT_RUN_ID="r1")
    assert (again, said.splitlines()[0]) == (2, "error[WT537]: Run 'r1' is recorded already")


def test_a_run_without_a_record_leaves_none(notes):
    assert notes.run("--config-json", "{}", "--no-record")[0] == 0
    assert sorted(path.name for path in notes.results.iterdir()) == ["result.json", "run.json"]


def test_both_modes_give_the_same(notes):
    assert notes.run("--config-json", "{}")[0] == 0
    concurrent, calls = notes.result, sorted(notes.lines)
    notes.notes.unlink()

    assert notes.run("--config-json", "{}", "--execution-mode", "sequential")[0] == 0

    assert notes.result == concurrent
    assert sorted(notes.lines) == calls


@pytest.mark.parametrize("value", ["0", "4", "49"])
def test_both_modes_give_the_same_error(notes, value):
    assert notes.run("--config-json", "{}", BREAK=value)[0] == 1
    concurrent = notes.result

    assert notes.run("--config-json", "{}", "--execution-mode", "sequential", BREAK=value)[0] == 1

    assert notes.result["error"] == concurrent["error"]
