"""What observers make of runs: logs, timelines, differences, progress, warnings about joins."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
from typing import Any

import pytest
from wt_engine import Event, EventType, Pipe
from wt_engine.observability import (
    BarrierDebugger,
    EventLogger,
    LogRecord,
    ProgressBar,
    StateDiffTracker,
    StreamLogSink,
    TimelineVisualizer,
    compare_runs,
    format_comparison,
)


class Kept:
    def __init__(self) -> None:
        self.records: list[Any] = []

    def emit(self, record: Any) -> None:
        self.records.append(record)


def example(*, fail: bool = False) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(name="example", on_failure="continue")

    @pipe.map(each="work", to="after")
    async def numbers():
        return range(3)

    @pipe.step
    async def work(number):
        return number

    @pipe.step
    async def after(state):
        if fail:
            raise ValueError("no | good")
        state["sum"] = 3

    return pipe


# Logs


def test_events_are_logged_from_a_level_on(collect):
    sink = Kept()
    pipe = example(fail=True)
    pipe.add_observer(EventLogger("INFO", sink))
    result = collect(pipe, {})
    records: list[LogRecord] = sink.records
    assert [record.type for record in records] == [
        event.type for event in result.events if event.type is not EventType.MAP_WORKER
    ]
    [failure] = [record for record in records if record.type is EventType.STEP_ERROR]
    assert (failure.level, failure.stage, failure.pipe_name) == (logging.ERROR, "after", "example")
    assert re.search(r"^STEP_ERROR after after \d+\.\d{3} s no \| good$", failure.message)
    assert records[-1].message.startswith("FINISH system failed after ")
    with pytest.raises(ValueError, match="no log level 'LOUD'"):
        EventLogger("LOUD")


@pytest.mark.parametrize("colours", [True, False])
def test_a_stream_gets_lines(collect, colours):
    stream = io.StringIO()
    pipe = example()
    pipe.add_observer(EventLogger("DEBUG", StreamLogSink(stream, use_colors=colours)))
    collect(pipe, {})
    lines = stream.getvalue().splitlines()
    assert len(lines) == len(collect(example(), {}).events)
    assert ("\033[" in lines[0]) is colours
    assert re.match(r"\d\d:\d\d:\d\d\.\d{3} .*INFO.* example START system$", lines[0])


@pytest.mark.parametrize("how", ["argument", "variable", "neither"])
def test_debugging_logs_to_stderr(how):
    program = (
        "import asyncio\nfrom wt_engine import Pipe\n"
        f"pipe = Pipe(name='p', debug={True if how == 'argument' else None})\n"
        "@pipe.step\nasync def work(): ...\n"
        "async def main():\n    async for _ in pipe.run({}): pass\nasyncio.run(main())"
    )
    environ = os.environ | ({"WT_ENGINE_DEBUG": "yes"} if how == "variable" else {})
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
    assert ("STEP_END work" in done.stderr) is (how != "neither")


# Timelines


def test_a_timeline_shows_every_call_and_the_slowest(collect):
    timeline = TimelineVisualizer()
    pipe = example(fail=True)
    pipe.add_observer(timeline)
    result = collect(pipe, {})
    text = timeline.render_ascii(width=80)
    lines = text.splitlines()
    assert lines[0].startswith("example: 5 calls in ")
    assert lines[0].endswith(", 1 failed")
    assert [line.split(" ", 1)[0] for line in lines[1:]] == ["numbers", "work", "work", "work", "after"]
    assert "x" in lines[-1].partition("|")[2]
    assert text.count("<- slowest") == 1
    assert "<- slowest" not in lines[1]
    assert max(map(len, lines)) <= 80 + len(" <- slowest")
    assert timeline.bottleneck is not None
    assert len(json.loads(timeline.render_json())) == 5
    assert TimelineVisualizer.of(result.events, "example").render_ascii(80) == text


def test_a_map_is_never_the_slowest_whatever_else_starts_meanwhile(collect):
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)

    @pipe.map(each="work")
    async def numbers():
        return range(2)

    @pipe.step
    async def work(number):
        await asyncio.sleep(0.01)

    pipe.step("beside")(nothing)
    timeline = TimelineVisualizer()
    pipe.add_observer(timeline)
    collect(pipe, {})
    assert timeline.bottleneck is not None
    assert timeline.bottleneck.stage == "work"


async def nothing() -> None: ...


def test_a_timeline_cannot_be_broken_by_names(collect):
    pipe: Pipe[Any, Any] = Pipe(name='<script>alert("x")</script>')

    @pipe.step('a:b, "c"\n<b>&;#')
    async def work():
        raise ValueError('<img src="x">')

    timeline = TimelineVisualizer()
    pipe.add_observer(timeline)
    collect(pipe, {})
    page = timeline.render_html()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<img" not in page
    chart = timeline.render_mermaid().splitlines()
    assert chart[0] == "gantt"
    assert [line for line in chart if ":crit, c0, " in line] == [chart[-1]]
    assert re.fullmatch(r"    [\w ()._-]+ :crit, c0, \d+, \d+", chart[-1])


def test_a_timeline_of_nothing_and_of_very_much():
    assert "nothing ran" in TimelineVisualizer().render_ascii()
    both = (EventType.STEP_START, EventType.STEP_END)
    events = [_told(kind, f"s{number}", float(number), f"r:{number}") for number in range(1_000) for kind in both]
    timeline = TimelineVisualizer.of(events, most=50)
    assert len(timeline.render_ascii().splitlines()) == 51


def test_a_call_at_the_very_end_of_a_timeline_has_a_bar():
    started, ended = EventType.STEP_START, EventType.STEP_END
    times = [(started, "long", 0.0), (ended, "long", 100.0), (started, "last", 100.0), (ended, "last", 100.0)]
    timeline = TimelineVisualizer.of([_told(kind, stage, at, stage) for kind, stage, at in times])
    assert all("#" in line for line in timeline.render_ascii().splitlines()[1:])


def _told(kind: EventType, stage: str, at: float, call: str) -> Any:
    from wt_engine.storage import StoredEvent

    return StoredEvent(1, kind, stage, at, invocation_id=call)


# Comparisons


def test_runs_are_compared_by_what_they_did(collect):
    first, again = collect(example(), {}).events, collect(example(), {}).events
    failed = collect(example(fail=True), {}).events
    same = compare_runs(first, again)
    assert same.same
    assert "the runs did the same" in format_comparison(same)

    different = compare_runs(first, failed, ("good", "bad"))
    assert not different.same
    assert different.status == ("success", "failed")
    assert [(step.stage, step.failures) for step in different.steps if not step.same] == [("after", (0, 1))]
    assert different.events == {"step_end": (5, 4), "step_error": (0, 1)}
    text = format_comparison(different)
    assert re.search(r"after +1x .* 1x .* 1 failed  differs", text)
    assert "the runs differ" in text

    shorter = compare_runs(first, [event for event in first if event.stage != "after"])
    assert shorter.only_first == ("after",)


# Differences of the state


def test_each_step_is_told_by_what_it_changed(collect, tmp_path):
    tracker = StateDiffTracker()
    pipe: Pipe[Any, Any] = Pipe()
    pipe.add_observer(tracker)

    @pipe.step(to="second")
    async def first(state):
        state["rows"].append(4)
        state["password"] = "hunter2"

    @pipe.step(to="third")
    def second(state):
        del state["old"]

    @pipe.step
    async def third(state): ...

    collect(pipe, {"rows": [1, 2, 3], "old": "x", "huge": list(range(100_000))})
    changes = {change.step: change for change in tracker.changes}
    assert changes["first"].changed == {"rows": ([1, 2, 3], [1, 2, 3, 4])}
    assert changes["first"].added == {"password": "***"}
    assert changes["second"].removed == {"old": "x"}
    assert not changes["third"]
    assert tracker.summary()["first"] == {"calls": 1, "added": 1, "changed": 1, "removed": 0}
    assert tracker.diff("second") == [changes["second"]]
    text = tracker.export_json(tmp_path / "changes.json")
    assert (tmp_path / "changes.json").read_text() == text
    assert [change["step"] for change in json.loads(text)] == ["first", "second", "third"]


def test_concurrent_steps_do_not_smear_the_state(collect):
    """The observer runs later than the steps; what it saw is what there was when the step ended."""
    tracker = StateDiffTracker()
    pipe: Pipe[Any, Any] = Pipe()
    pipe.add_observer(tracker)

    def make(number):
        async def body(state):
            state[f"k{number}"] = number

        return body

    for number in range(100):
        pipe.step(f"s{number}", to=f"s{number + 1}" if number < 99 else None)(make(number))
    collect(pipe, {})
    assert [list(change.added) for change in tracker.changes] == [[f"k{number}"] for number in range(100)]


# Joins


def join(*, parents: int = 2, fail: bool = False, **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True, **options)
    for number in range(parents):

        async def body(number=number):
            if number and fail:
                raise ValueError("bad")
            if number:
                await asyncio.sleep(0.01)

        pipe.step(f"p{number}", to="join")(body)

    @pipe.step("join", barrier_timeout=0.02 if fail else 10)
    async def joined(): ...

    return pipe


def debugged(collect: Any, pipe: Pipe[Any, Any], seconds_a_look: float) -> list[tuple[str, str, tuple[str, ...]]]:
    clock = iter(range(10_000))
    sink = Kept()
    pipe.add_observer(BarrierDebugger(1.5, lambda: next(clock) * seconds_a_look, sink))
    collect(pipe)
    return [(record.kind, record.step, record.waiting_for) for record in sink.records]


def test_joins_that_wait_too_long_are_told(collect):
    assert debugged(collect, join(), 0.0) == []
    assert debugged(collect, join(), 1.0)[-1] == ("slow", "join", ("p1",))


def test_joins_that_never_start_are_told(collect):
    failed, itself = debugged(collect, join(fail=True), 0.0)
    assert failed == itself == ("error_state", "join", ("p1",))
    cut_short = debugged(collect, join(fail=True, on_failure="stop"), 0.0)
    assert cut_short == [("error_state", "join", ("p1",)), ("unresolved", "join", ("p1",))]


def test_joins_that_hang_are_told_once(collect):
    found = debugged(collect, join(parents=6), 2.0)
    assert found.count(("hang", "join", ("p1", "p2", "p3", "p4", "p5"))) == 1


# Progress


def test_progress_is_lines_where_there_is_no_terminal(collect):
    stream = io.StringIO()
    clock = iter(range(1_000))
    pipe = example(fail=True)
    pipe.add_observer(ProgressBar(stream, interval=2, clock=lambda: float(next(clock))))
    collect(pipe, {})
    lines = stream.getvalue().splitlines()
    assert all(line.startswith("example: ") for line in lines)
    assert any(re.search(r"\d/5 steps, ", line) for line in lines)
    assert lines[-1] == "example: failed: no | good (5 steps, 1 failed)"


def test_progress_is_a_bar_on_a_terminal(collect):
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        pipe = example()
        pipe.add_observer(ProgressBar(stream))
        collect(pipe, {})
        stream.flush()
        shown = ""
        while "ended after" not in shown:
            shown += os.read(master, 100_000).decode(errors="replace")
    os.close(master)
    assert "5/5" in shown
    assert "example: ended after" in shown


def test_a_raising_witness_harms_nobody(collect, caplog):
    class Bad(TimelineVisualizer):
        def witness(self, event: Event) -> None:
            raise ValueError("bad witness")

    pipe = example()
    pipe.add_observer(Bad())
    assert collect(pipe, {}).end.status.value == "success"
    assert "bad witness" in caplog.text
