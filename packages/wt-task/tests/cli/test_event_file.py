from __future__ import annotations

import os
import subprocess

import msgspec
from wt_contracts.events import WorkflowEvent
from wt_task.cli.event_file import EventFile
from wt_task.events import StepEvent

TASKS = """\
from wt_task import task


def double(x):
    return 2 * x


def main(params):
    return task(double).set_task_instance_id("a").handle_errors().partial(x=1).call()
"""


def events_of(path):
    return [msgspec.json.decode(line, type=WorkflowEvent) for line in path.read_text().splitlines()]


def test_a_run_writes_its_events(demo, tmp_path):
    demo.write_run(TASKS)
    path = tmp_path / "events.jsonl"

    demo.run(WT_EVENTS_FILE=str(path), WT_RUN_ID="r1")

    events = events_of(path)
    assert [event.kind for event in events] == ["START", "STEP_START", "STEP_END", "FINISH"]
    assert [event.step for event in events] == [None, "a", "a", None]
    assert {event.run_id for event in events} == {"r1"}
    assert events[0].steps == 2
    assert events[-1].duration > 0
    assert events[-1].error is None


def test_a_failed_run_says_so_in_its_events(demo, tmp_path):
    demo.write_run(TASKS.replace("return 2 * x", "raise ValueError('no rain')"))
    path = tmp_path / "events.jsonl"

    demo.run(WT_EVENTS_FILE=str(path))

    events = events_of(path)
    assert [event.kind for event in events] == ["START", "STEP_START", "STEP_ERROR", "FINISH"]
    assert "no rain" in events[-1].error


def test_a_run_without_a_reader_of_its_fifo_runs_all_the_same(demo, tmp_path):
    os.mkfifo(tmp_path / "events")

    done = demo.run(WT_EVENTS_FILE=str(tmp_path / "events"))

    assert done.returncode == 0
    assert "no events" in done.stderr


def test_a_reader_that_goes_away_ends_the_stream_and_not_the_run(demo, tmp_path):
    fifo = tmp_path / "events"
    os.mkfifo(fifo)
    demo.write_run(
        f"""\
        import os

        def main(params):
            open({str(tmp_path / "gate")!r}).close()
            return "done"
        """
    )
    os.mkfifo(tmp_path / "gate")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    argv = demo.argv("run", "--config-json", '{"load": {"path": "x"}}')
    with subprocess.Popen(argv, env=demo.environ(WT_EVENTS_FILE=str(fifo))):
        gate = os.open(tmp_path / "gate", os.O_WRONLY)
        os.close(reader)
        os.close(gate)

    assert demo.result["result"] == "done"


def test_the_running_step_is_the_last_that_started_and_has_not_ended():
    events = EventFile(None, None)
    for kind, step in [("STEP_START", "a"), ("STEP_START", "b"), ("STEP_END", "b")]:
        events.observe(StepEvent(kind, 0.0, step, "call"))

    assert events.step == "a"
