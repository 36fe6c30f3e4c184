from __future__ import annotations

import json
import os
import threading

import pytest
from wt_contracts.events import EventKind
from wt_invokers.events import EventStream, parse_events
from wt_invokers.steps import Steps


def line(kind: str, **fields) -> bytes:
    return json.dumps({"version": "1.0", "kind": kind, "time": 1.0, **fields}).encode() + b"\n"


def test_lines_that_are_no_events_are_left_out():
    lines = [line("START"), b'{"kind": "STEP_', b"", line("FINISH", version="2.0"), line("FINISH")]

    assert [event.kind for event in parse_events(lines)] == [EventKind.START, EventKind.FINISH]


def test_events_are_seen_as_they_are_written(tmp_path):
    seen: list[str | None] = []
    arrived = threading.Semaphore(0)

    def observe(event):
        seen.append(event.step)
        arrived.release()

    stream = EventStream(tmp_path / "events", observe)
    with (tmp_path / "events").open("wb", buffering=0) as writer:
        for name in ("a", "b"):
            writer.write(line("STEP_START", step=name))
            assert arrived.acquire(timeout=20)
    stream.close()
    assert seen == ["a", "b"]


def test_closing_hands_over_all_that_was_written_even_if_a_writer_stays(tmp_path):
    seen = []
    stream = EventStream(tmp_path / "events", seen.append)
    writer = os.open(tmp_path / "events", os.O_WRONLY)
    try:
        os.write(writer, line("STEP_START", step="a") * 50 + b'{"cut')
        stream.close()
    finally:
        os.close(writer)
    assert len(seen) == 50
    assert not (tmp_path / "events").exists()


def test_an_observer_that_fails_does_not_stop_the_stream_and_is_reported(tmp_path):
    seen = []

    def fail(event):
        seen.append(event)
        raise RuntimeError("the observer")

    stream = EventStream(tmp_path / "events", fail)
    with (tmp_path / "events").open("wb") as writer:
        writer.write(line("START") + line("FINISH"))
    with pytest.raises(RuntimeError, match="the observer"):
        stream.close()
    assert len(seen) == 2


def test_steps_know_what_became_of_them():
    steps = Steps()
    lines = [
        line("START", steps=4),
        line("STEP_START", step="a", calls=3, method="map"),
        line("STEP_END", step="a", duration=0.5),
        line("STEP_START", step="b"),
        line("STEP_SKIPPED", step="b", duration=0.0),
        line("STEP_START", step="c"),
        line("STEP_ERROR", step="c", duration=0.1, error="no rain"),
        line("STEP_START", step="d"),
    ]
    for event in parse_events(lines):
        steps.observe(event)

    assert steps.total == 4
    assert steps.running == "d"
    assert [(step["id"], step["status"], step["calls"], step["error"]) for step in steps.as_json()] == [
        ("a", "ok", 3, None),
        ("b", "skipped", None, None),
        ("c", "failed", None, "no rain"),
        ("d", "running", None, None),
    ]
