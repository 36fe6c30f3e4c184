"""A call of a cached step is made once, as long as nothing changes that decides what it gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

import os
import threading
from typing import Any

from wt_registry import register


def note(text: str) -> None:
    descriptor = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\\n".encode())
    os.close(descriptor)


FACTOR = 2


@register()
def numbers(count: int = 4) -> list[int]:
    """Count."""
    return list(range(count))


@register()
def double(number: int) -> dict[str, int]:
    """Double."""
    note(f"double {number}")
    return {"value": FACTOR * number}


@register()
async def total(parts: list[dict[str, int]], token: str = "") -> int:
    """Sum up."""
    note("total")
    return sum(part["value"] for part in parts)


@register()
def lock(number: int) -> Any:
    """Return what cannot be pickled."""
    note("lock")
    return threading.Lock()


@register()
def held(lock: Any) -> bool:
    """Take what cannot be pickled."""
    note("held")
    return lock.locked()


@register()
def fail(number: int) -> int:
    """Fail unless told otherwise."""
    note("fail")
    if os.environ.get("FAIL"):
        raise RuntimeError("no")
    return number


@register()
def echo(token: str) -> str:
    """Say it again."""
    note("echo")
    return f"<{token}>"
'''
SPEC = """
id: cached
requirements: []
workflow:
  - {id: counted, task: numbers}
  - id: doubled
    task: double
    cache: true
    map: {argnames: number, argvalues: '${{ workflow.counted.return }}'}
  - id: summed
    task: total
    cache: true
    partial: {parts: '${{ workflow.doubled.return }}'}
"""
MADE = ["double 0", "double 1", "double 2", "double 3", "total"]


@pytest.fixture
def workflow(tmp_path: Path) -> RunningWorkflow:
    return RunningWorkflow(tmp_path, "cached_tasks", LIBRARY, SPEC)


def spec_of(task: str, argument: str) -> str:
    partial = f"{{{argument}}}"
    return f"id: cached\nrequirements: []\nworkflow:\n  - {{id: one, task: {task}, cache: true, partial: {partial}}}\n"


def why(workflow: RunningWorkflow, step: str) -> dict[str, object]:
    command = [sys.executable, "-m", "wt_cli", "why", step, str(workflow.directory / "results"), "--json"]
    done = subprocess.run(command, env=workflow.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("modes", [("concurrent", "concurrent"), ("concurrent", "sequential"), ("sequential",) * 2])
def test_what_was_called_before_is_not_called_again(workflow: RunningWorkflow, modes: tuple[str, str]) -> None:
    workflow.run("--execution-mode", modes[0])
    assert sorted(workflow.notes) == MADE
    assert "task(double)" in (workflow.directory / workflow.package / "run.py").read_text()
    workflow.run("--execution-mode", modes[1])
    assert len(workflow.notes) == len(MADE)
    assert workflow.outcome["result"] == 12
    ended = [event for event in workflow.events if event["kind"] == "STEP_END"]
    assert [(event["step"], event.get("cached")) for event in ended] == [
        *(("counted", None), ("doubled", 0), ("summed", 0)),
        *(("counted", None), ("doubled", 4), ("summed", 1)),
    ]


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_where_every_call_is_found_no_type_hints_are_read(workflow: RunningWorkflow, mode: str) -> None:
    workflow.compile(spec_of("echo", "token: short"))
    workflow.run("--execution-mode", mode)
    workflow.forget()
    imported = workflow.run("--execution-mode", mode, PYTHONPROFILEIMPORTTIME="1")
    assert workflow.notes == []
    assert "wt_task.call_cache" in imported
    assert "pydantic" not in imported


def test_each_call_of_a_map_is_looked_up_alone(workflow: RunningWorkflow) -> None:
    workflow.run()
    workflow.forget()
    workflow.run("--config-json", '{"counted": {"count": 6}}')
    assert sorted(workflow.notes) == ["double 4", "double 5", "total"]
    assert why(workflow, "doubled")["made"] == {
        reason: 2 for reason in why(workflow, "doubled")["made"] if "the argument 'number' has changed since" in reason
    }
    assert "the argument 'parts' has changed" in next(iter(why(workflow, "summed")["made"]))


def test_no_cache_calls_everything(workflow: RunningWorkflow) -> None:
    workflow.run()
    workflow.forget()
    workflow.run("--no-cache")
    assert sorted(workflow.notes) == MADE


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"value": FACTOR * number', '"value": number * FACTOR', "the source of the function has changed"),
        ("FACTOR = 2", "FACTOR = 3", "the code of its package has changed"),
    ],
)
def test_a_change_of_the_code_is_noticed_and_named(workflow: RunningWorkflow, old: str, new: str, reason: str) -> None:
    workflow.run()
    workflow.forget()
    workflow.library.write_text(workflow.library.read_text().replace(old, new))
    workflow.run()
    assert len(workflow.notes) == len(MADE)
    assert reason in next(iter(why(workflow, "doubled")["made"]))


def test_another_lock_is_another_environment(workflow: RunningWorkflow) -> None:
    workflow.run()
    workflow.forget()
    cli = workflow.directory / workflow.package / "cli.py"
    cli.write_text(cli.read_text().replace("caches=True,", 'caches=True,\n    lock="abc",'))
    workflow.run()
    assert sorted(workflow.notes) == MADE
    assert "the lock of the environment has changed" in next(iter(why(workflow, "summed")["made"]))


def test_calls_in_other_processes_use_the_same_cache(workflow: RunningWorkflow) -> None:
    workflow.compile(SPEC.replace("task: double\n", "task: double\n    resources: {executor: process}\n"))
    workflow.run()
    workflow.forget()
    workflow.run()
    assert workflow.notes == []
    assert [event.get("cached") for event in workflow.events if event["kind"] == "STEP_END"] == [None, 4, 1]


def test_two_runs_at_once_fill_one_cache(workflow: RunningWorkflow) -> None:
    places = [{"WT_RESULTS": str(workflow.directory / name), "WT_EVENTS_FILE": ""} for name in "abc"]
    started = [workflow.start(**place) for place in places]
    for process in started:
        with process:
            _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    workflow.forget()
    workflow.run()
    assert workflow.notes == []
    kept = [path for path in (workflow.directory / "cache/calls").rglob("*") if path.is_file()]
    assert len([path for path in kept if not path.name.startswith(".")]) == 5
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


def test_a_failure_is_not_kept(workflow: RunningWorkflow) -> None:
    workflow.compile(spec_of("fail", "number: 1"))
    workflow.run(code=1, FAIL="1")
    workflow.run()
    workflow.run()
    assert workflow.notes == ["fail", "fail"]


def test_what_cannot_be_kept_is_said_and_the_run_goes_on(workflow: RunningWorkflow) -> None:
    taken = "  - {id: two, task: held, cache: true, partial: {lock: '${{ workflow.one.return }}'}}\n"
    workflow.compile(spec_of("lock", "number: 1") + taken)
    for _ in range(2):
        said = workflow.run()
        assert "warning[WT540]: a call of the step 'one' is not cached: what it returned, a _thread.lock, " in said
        assert "warning[WT540]: a call of the step 'two' is not cached: the argument lock has no stable hash" in said
        assert "Traceback" not in said
    assert workflow.notes == ["lock", "held"] * 2
    assert "cannot be written" in next(iter(why(workflow, "one")["made"]))


def test_a_secret_is_neither_kept_nor_readable_in_a_key(workflow: RunningWorkflow) -> None:
    workflow.compile(spec_of("echo", "token: '${{ secrets.TOKEN }}'"))
    said = workflow.run(TOKEN="hunter22")
    assert "WT540" in said
    assert "holds a secret" in said
    written = [path for path in workflow.directory.rglob("*") if path.is_file() and "results" in str(path)]
    written += [path for path in (workflow.directory / "cache").rglob("*") if path.is_file()]
    assert not [path for path in written if b"hunter22" in path.read_bytes() and path.suffix != ".db"]


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"[1]\n", b"\xff\xfe", None])
def test_a_damaged_entry_is_no_entry(workflow: RunningWorkflow, damage: bytes | None) -> None:
    workflow.run()
    for path in (workflow.directory / "cache/calls").glob("*/*"):
        path.write_bytes(path.read_bytes()[:-3] if damage is None else damage)
    workflow.forget()
    assert workflow.run() == ""
    assert sorted(workflow.notes) == MADE


def test_a_cache_that_cannot_be_written_costs_time_only(workflow: RunningWorkflow) -> None:
    (workflow.directory / "cache").write_text("in the way")
    assert "WT540" in workflow.run()
    assert workflow.outcome["result"] == 12


def test_the_cache_is_listed_and_pruned(workflow: RunningWorkflow) -> None:
    def cache(*arguments: str) -> str:
        command = [sys.executable, "-m", "wt_cli", "cache", *arguments]
        return subprocess.run(command, env=workflow.environ, capture_output=True, text=True, check=True).stdout

    assert "nothing is kept" in cache("list")
    workflow.run()
    assert [line.split()[0] for line in cache("list").splitlines()] == ["4", "1"]
    assert "cached_tasks:double" in cache("list")
    assert "would remove 5 calls" in cache("prune", "--all", "--dry-run")
    assert "removed 0 calls" in cache("prune")
    used = sorted((workflow.directory / "cache/calls").glob("*double/*"))[0]
    os.utime(used, (0, 0))
    assert "removed 1 calls" in cache("prune", "--older-than", "1")
    assert "removed 4 calls" in cache("prune", "--max-size", "0")
    workflow.forget()
    workflow.run()
    assert sorted(workflow.notes) == MADE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sumed", "results"], "did you mean 'summed'?"),
        (["summed", "spec.yaml"], "there is no run in results/cached"),
        (["summed", "spec.yaml", "--run", "x"], "there is no run 'x'"),
        (["summed", "nowhere"], "there is no file or directory nowhere"),
        (["summed", "cache"], "is not a compiled workspace"),
    ],
)
def test_why_says_what_it_does_not_know(workflow: RunningWorkflow, arguments: list[str], words: str) -> None:
    workflow.run()
    command = [sys.executable, "-m", "wt_cli", "why", *arguments]
    done = subprocess.run(command, cwd=workflow.directory, env=workflow.environ, capture_output=True, text=True)
    assert done.returncode == 2
    assert words in done.stderr
