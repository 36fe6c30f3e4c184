"""Stores: what goes in comes out, whoever reads or writes meanwhile."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from wt_engine.events import NodeKind
from wt_engine.storage import (
    AlertRecord,
    ArtifactRecord,
    CheckpointRecord,
    InMemoryBackend,
    MetricRecord,
    Outcome,
    RunNotFoundError,
    RunStatus,
    SQLiteBackend,
    StorageBackend,
    StoredEvent,
    StoreError,
)
from wt_engine.storage.models import EventRow, NewRun, RunEnd
from wt_engine.storage.processes import is_alive, this_process

from .stored import PLAN, run, step


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[SQLiteBackend]:
    found = SQLiteBackend(path) if request.param == "file" else InMemoryBackend()
    yield found
    found.close()


def test_both_stores_are_what_the_protocol_asks_for(store: SQLiteBackend) -> None:
    assert isinstance(store, StorageBackend)


def test_a_run_comes_back_as_it_was_saved(store: SQLiteBackend) -> None:
    saved = run(
        ended_at=2.0, duration_s=1.0, error="no", failed_step="a", reason={"ask": 1}, meta={"x": [1]}, plan_hash="h"
    )
    store.save_run(saved)

    assert store.get_run("r1") == dataclasses.replace(saved, root_run_id="r1")


def test_a_run_that_is_saved_again_is_brought_up_to_date(store: SQLiteBackend) -> None:
    store.save_run(run(status=RunStatus.SUSPENDED))
    store.append_events("r1", [StoredEvent(1, "start", "system", 1.0)])
    store.save_run(run(status=RunStatus.SUCCESS))

    found = store.get_run("r1")
    assert found is not None
    assert found.status is RunStatus.SUCCESS
    assert len(store.get_events("r1")) == 1


def test_an_unknown_run_is_none_and_has_no_events(store: SQLiteBackend) -> None:
    assert store.get_run("nobody") is None
    assert store.get_events("nobody") == []
    assert store.get_steps("nobody") == []
    assert store.delete_run("nobody") is False
    with pytest.raises(RunNotFoundError, match="nobody"):
        store.append_events("nobody", [])
    with pytest.raises(RunNotFoundError, match="nobody"):
        store.recorded("nobody")


def test_runs_are_listed_the_latest_first_by_status_and_in_pages(store: SQLiteBackend) -> None:
    for number in range(6):
        store.save_run(run(f"r{number}", float(number), RunStatus.FAILED if number % 2 else RunStatus.SUCCESS))

    assert [found.run_id for found in store.list_runs()] == ["r5", "r4", "r3", "r2", "r1", "r0"]
    assert [found.run_id for found in store.list_runs("failed")] == ["r5", "r3", "r1"]
    assert [found.run_id for found in store.list_runs(limit=2, offset=1)] == ["r4", "r3"]
    with pytest.raises(ValueError, match="strange"):
        store.list_runs("strange")


def test_runs_are_found_by_the_beginning_of_their_id_whatever_is_in_it(store: SQLiteBackend) -> None:
    for name in ("ab1", "ab2", "b", "a%", "a_c"):
        store.save_run(run(name))

    assert {found.run_id for found in store.find_runs_by_prefix("ab")} == {"ab1", "ab2"}
    assert [found.run_id for found in store.find_runs_by_prefix("a%")] == ["a%"]
    assert [found.run_id for found in store.find_runs_by_prefix("a_")] == ["a_c"]


def test_events_come_back_in_order_and_once(store: SQLiteBackend) -> None:
    store.save_run(run())
    event = StoredEvent(2, "token", "talk", 1.5, {"n": 1}, {"m": 2}, "r1", "r1", None, "step", "r1:3", "r1:1", None, 2)
    store.append_events("r1", [event, StoredEvent(1, "start", "system", 1.0)])
    store.append_events("r1", [StoredEvent(2, "token", "other", 9.0)])

    assert [found.type for found in store.get_events("r1")] == ["start", "token"]
    assert store.get_events("r1", "token") == [event]


def test_a_call_is_one_row_and_two_events(store: SQLiteBackend) -> None:
    writer = store.writer()
    root = writer.begin(NewRun("r1", "pipe", 1.0, state="{}"))
    inner = writer.begin(NewRun("r2", "inner", 1.0, parent=root, parent_call=1, scope='["sub"]'))
    opened = step(root, 1, "m", kind=NodeKind.MAP, outcome=Outcome.OPENED, end_seq=None, ended_at=None)
    worker = step(root, 2, "w", parent=1, owner=1, position=0, outcome=Outcome.FAILED, error="no")
    nested = step(root, 3, "x", run=inner, number=1, meta='{"a": 1}')
    token = EventRow(root, 8, inner, "token", "sub:x", 3.0, 1, None, None, 1, "step", '["sub"]', '"t"', None)
    writer.write([opened, worker], [])
    writer.write([nested], [token])

    events = store.get_events("r1")
    assert [(e.seq, e.type, e.stage) for e in events] == [
        (2, "step_start", "m"),
        (4, "step_start", "w"),
        (5, "step_error", "w"),
        (6, "step_start", "sub:x"),
        (7, "step_end", "sub:x"),
        (8, "token", "sub:x"),
    ]
    assert (events[1].owner_invocation_id, events[1].scope, events[2].payload) == ("r1:1", ("m",), "no")
    assert (events[4].invocation_id, events[4].parent_invocation_id, events[4].meta) == (
        "r2:1",
        "r1:1",
        {"a": 1, "framework": {"duration_s": 0.5, "attempt": 1, "status": "success"}},
    )
    assert store.get_events("r1", "step_error") == [events[2]]
    assert [found.node for found in store.get_steps("r1")] == ["m", "w", "x"]
    assert [found.run_id for found in store.list_runs()] == ["r1"]


def test_a_run_is_resumed_from_everything_that_was_written(store: SQLiteBackend) -> None:
    writer = store.writer()
    root = writer.begin(NewRun("r1", "pipe", 1.0, state="{}"), PLAN)
    writer.begin(NewRun("r2", "inner", 1.0, parent=root, parent_call=1, shared="", scope='["sub"]'))
    late = EventRow(root, 9, root, "token", "a", 3.0, 7, None, None, 1, "step", None, '"t"', None)
    writer.write([step(root, 1)], [late])
    writer.end(root, RunEnd("failed", 2.0, 1.0, "no", "a", None))

    found = store.recorded("r1")
    assert (found.run.status, found.plan, found.last_seq, found.last_numbers) == (RunStatus.FAILED, "[]", 9, {"r1": 7})
    assert [found.parts[name].shared for name in ("r1", "r2")] == [None, ""]
    assert writer.resume("r1", PLAN).keys() == {"r1", "r2"}
    again = store.get_run("r1")
    assert again is not None
    assert (again.status, again.resumed, again.error) == (RunStatus.RUNNING, 1, None)


def test_a_run_that_somebody_runs_cannot_be_taken_over(store: SQLiteBackend) -> None:
    writer = store.writer()
    writer.begin(NewRun("r1", "pipe", 1.0))

    with pytest.raises(StoreError, match="still running"):
        writer.resume("r1", PLAN)
    with pytest.raises(RunNotFoundError):
        writer.resume("r2", PLAN)


def test_a_run_takes_everything_with_it_when_it_is_deleted(store: SQLiteBackend) -> None:
    writer = store.writer()
    root = writer.begin(NewRun("r1", "pipe", 1.0))
    writer.begin(NewRun("r2", "inner", 1.0, parent=root, parent_call=1))
    writer.write([step(root, 1)], [EventRow(root, 9, root, "start", "system", 3.0, *[None] * 8)])
    store.add_artifact("r1", ArtifactRecord("a", "file:///a"))
    store.record_metrics([MetricRecord("cpu", 1.0, run_id="r1"), MetricRecord("cpu", 2.0)])
    store.save_checkpoint("r1", CheckpointRecord("c", "{}"))
    store.add_alert(AlertRecord("m", "> 1", "high", 2.0, "!", "r1"))

    assert store.delete_run("r1")
    assert (store.get_run("r1"), store.get_run("r2"), store.get_events("r1"), store.get_steps("r1")) == (
        None,
        None,
        [],
        [],
    )
    assert (store.artifacts("r1"), store.checkpoints("r1"), store.alerts()) == ([], [], [])
    assert [metric.value for metric in store.metrics()] == [2.0]


def test_what_belongs_to_a_run_comes_back(store: SQLiteBackend) -> None:
    store.save_run(run())
    artifact = ArtifactRecord("a", "file:///a", "step", "text/csv", 3, "sha256:0", 5.0)
    store.add_artifact("r1", artifact)
    store.save_checkpoint("r1", CheckpointRecord("early", '{"a": 1}', "step", 1.0))
    store.save_checkpoint("r1", CheckpointRecord("late", '{"a": 2}', None, 2.0))
    store.record_metrics([MetricRecord("cpu", 1.5, "%", "step", "r1", 3.0)])

    assert store.artifacts("r1") == [artifact]
    assert [found.name for found in store.checkpoints("r1")] == ["early", "late"]
    assert store.checkpoints("r1", "late")[0].state == '{"a": 2}'
    assert store.metrics("r1", "cpu") == [MetricRecord("cpu", 1.5, "%", "step", "r1", 3.0)]
    with pytest.raises(RunNotFoundError):
        store.record_metrics([MetricRecord("cpu", 1.0, run_id="nobody")])


def test_an_alert_is_open_until_somebody_acknowledges_it(store: SQLiteBackend) -> None:
    store.save_run(run())
    number = store.add_alert(AlertRecord("step_duration_ms", "> 10", "high", 12.0, "slow", "r1"))

    assert [alert.alert_id for alert in store.alerts(unacknowledged=True)] == [number]
    assert store.acknowledge_alert(number, "me")
    assert not store.acknowledge_alert(number, "you")
    assert store.alerts(unacknowledged=True) == []
    assert [alert.acknowledged_by for alert in store.alerts("r1")] == ["me"]


def test_a_run_whose_process_died_is_interrupted_for_the_next_reader(path: Path) -> None:
    program = (
        "import os, sys; from wt_engine.storage import SQLiteBackend; from wt_engine.storage.models import NewRun\n"
        "SQLiteBackend(sys.argv[1]).writer().begin(NewRun('r1', 'pipe', 1.0)); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    store = SQLiteBackend(path)
    store.writer().begin(NewRun("r2", "pipe", 2.0))

    assert [(found.run_id, found.status.value) for found in store.list_runs()] == [
        ("r2", "running"),
        ("r1", "interrupted"),
    ]
    assert [found.run_id for found in SQLiteBackend(path).list_runs("interrupted")] == ["r1"]
    assert [found.run_id for found in store.list_runs(RunStatus.RUNNING)] == ["r2"]


def test_interrupted_runs_are_found_by_status_by_whoever_asks_first(path: Path) -> None:
    store = SQLiteBackend(path)
    store.save_run(run(status=RunStatus.RUNNING))

    assert [found.run_id for found in store.list_runs("interrupted")] == ["r1"]


def test_a_process_is_told_from_another_one_with_its_number() -> None:
    mine = json.loads(this_process())
    elsewhere = {**mine, "place": "otherhost boot space"}

    assert is_alive(json.dumps(mine), None, 0.0)
    assert not is_alive(json.dumps({**mine, "started": "1"}), 0.0, 0.0)
    assert not is_alive(None, 0.0, 0.0)
    assert not is_alive("nonsense", 0.0, 0.0)
    assert is_alive(json.dumps(elsewhere), 100.0, 110.0)
    assert not is_alive(json.dumps(elsewhere), 100.0, 1000.0)


def test_readers_never_hold_up_a_writer(path: Path) -> None:
    store = SQLiteBackend(path)
    store.save_run(run())
    with store._connections.reader() as connection:
        connection.execute("SELECT count(*) FROM runs").fetchone()
        store.save_run(run("r2"))
        (seen,) = connection.execute("SELECT count(*) FROM runs").fetchone()

    assert seen == 1
    assert len(store.list_runs()) == 2


def test_many_threads_read_while_one_writes(path: Path) -> None:
    store = SQLiteBackend(path)
    root = store.writer().begin(NewRun("r1", "pipe", 1.0))
    found: list[int] = []

    def read() -> None:
        found.extend(len(store.get_steps("r1")) for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(12)]
    for thread in threads:
        thread.start()
    for record in range(1, 101):
        store.writer().write([step(root, record)], [])
    for thread in threads:
        thread.join()

    assert len(found) == 240
    assert len(store.get_steps("r1")) == 100


def test_a_group_of_rows_is_written_as_a_whole_or_not_at_all(store: SQLiteBackend) -> None:
    writer = store.writer()
    root = writer.begin(NewRun("r1", "pipe", 1.0))
    with pytest.raises(StoreError):
        writer.write([step(root, 1), step(root, 2), step(root, 2)], [])

    assert store.get_steps("r1") == []
    writer.write([step(root, 1)], [])
    assert len(store.get_steps("r1")) == 1


def test_a_child_process_does_not_use_the_connections_of_its_parent(path: Path) -> None:
    store = SQLiteBackend(path)
    store.save_run(run())
    store.list_runs()

    def write() -> None:
        store.save_run(run("r2"))
        os._exit(0 if len(store.list_runs()) == 2 else 1)

    child = multiprocessing.get_context("fork").Process(target=write)
    child.start()
    child.join()

    assert child.exitcode == 0
    assert len(store.list_runs()) == 2
