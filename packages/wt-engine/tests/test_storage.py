"""Stores: what goes in comes out, whoever reads or writes meanwhile; and what is wrong with a file is said clearly."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import wt_engine
from wt_engine.events import NodeKind
from wt_engine.storage import (
    AlertRecord,
    ArtifactRecord,
    CheckpointRecord,
    InMemoryBackend,
    MetricRecord,
    Outcome,
    RunNotFoundError,
    RunRecord,
    RunStatus,
    SQLite,
    SQLiteBackend,
    StorageBackend,
    StoredEvent,
    StoreError,
    Wsqlite,
    default_path,
)
from wt_engine.storage.connections import Connections
from wt_engine.storage.facts import Facts
from wt_engine.storage.models import EventRow, NewRun, PlanFacts, RunEnd, StepRow
from wt_engine.storage.processes import is_alive, this_process
from wt_engine.storage.schema import APPLICATION, FIRST, MIGRATIONS, VERSION, migrate

PLAN = PlanFacts("k", "h", "[]")


def other_program(path: Path) -> closing[sqlite3.Connection]:
    """A connection that is none of the store's."""
    return closing(sqlite3.connect(path, isolation_level=None))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[SQLiteBackend]:
    found = SQLiteBackend(path) if request.param == "file" else InMemoryBackend()
    yield found
    found.close()


def run(run_id: str = "r1", at: float = 1.0, status: RunStatus = RunStatus.SUCCESS, **more: Any) -> RunRecord:
    return RunRecord(run_id, "pipe", status, at, **more)


def step(root: int, record: int, node: str = "a", **changes: Any) -> StepRow:
    first = 2 * record
    facts = Facts(root, record, 0, 0, -1, 1, first, first + 1, 1.0, 2.0, 0.5, NodeKind.STEP, Outcome.ENDED)
    packed = {name: changes.pop(name) for name in Facts._fields if name in changes}
    return StepRow(root * FIRST + record, node, facts._replace(**packed).packed(), **changes)


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


# --- files that are not what they should be ---------------------------------------------------------------------------


def test_a_store_that_does_not_exist_is_not_made_by_a_reader(path: Path) -> None:
    with pytest.raises(StoreError, match=rf"There is no store: {re.escape(str(path))}\. Check the path"):
        SQLiteBackend(path, create=False).list_runs()
    assert not path.exists()


def test_an_empty_file_is_no_store_to_a_reader(path: Path) -> None:
    path.touch()

    with pytest.raises(StoreError, match="empty and no store"):
        SQLiteBackend(path, create=False).list_runs()


def test_a_truncated_store_says_so(path: Path) -> None:
    store = SQLiteBackend(path)
    for number in range(50):
        store.save_run(run(f"r{number}", meta={"text": "x" * 2000}))
    store.close()
    path.write_bytes(path.read_bytes()[:6000])

    with pytest.raises(StoreError, match="damaged"):
        SQLiteBackend(path).list_runs()


def test_something_else_is_no_store(path: Path) -> None:
    path.write_text("a letter to a friend, long enough to be taken for something" * 20)

    with pytest.raises(StoreError, match="This is no store"):
        SQLiteBackend(path).list_runs()


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    with other_program(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(StoreError, match="another program"):
        SQLiteBackend(path).list_runs()
    with other_program(path) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    assert len(before) == len(path.read_bytes())


def test_a_store_of_a_newer_schema_is_not_touched(path: Path) -> None:
    SQLiteBackend(path).save_run(run())
    with other_program(path) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(StoreError, match=f"schema version {VERSION + 1}.*knows {VERSION}.*Upgrade wt-engine"):
        SQLiteBackend(path).list_runs()


def test_a_directory_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        SQLiteBackend(tmp_path).list_runs()


def without_rights(work: Callable[[], None]) -> int | None:
    """Do something in a child process that may not write what it does not own; returns its exit code."""

    def child() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        work()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("closed", [True, False])
def test_a_store_that_may_only_be_read_can_be_read(tmp_path_factory: Any, closed: bool) -> None:
    folder = tmp_path_factory.getbasetemp() / f"readonly-{closed}"
    for parent in (folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    folder.mkdir()
    path = folder / "runs.db"
    owner = SQLiteBackend(path)
    owner.save_run(run(status=RunStatus.RUNNING))
    if closed:
        owner.close()
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)

    def read() -> None:
        assert [found.status for found in SQLiteBackend(path).list_runs()] == [RunStatus.INTERRUPTED]
        with pytest.raises(StoreError, match="may only be read"):
            SQLiteBackend(path).save_run(run("r2"))

    try:
        assert without_rights(read) == 0
    finally:
        folder.chmod(0o755)


# --- the schema -------------------------------------------------------------------------------------------------------


def test_a_store_of_the_first_schema_is_brought_up_to_date_with_what_it_holds(path: Path) -> None:
    with other_program(path) as old:
        migrate(old, path, MIGRATIONS[:1])
        old.execute("INSERT INTO runs (run_id, name, status, started_at) VALUES ('r1', 'pipe', 'success', 1.0)")
        old.execute("UPDATE runs SET root = id")

    store = SQLiteBackend(path)
    store.record_metrics([MetricRecord("cpu", 1.0, run_id="r1")])

    assert [found.run_id for found in store.list_runs()] == ["r1"]
    assert [metric.value for metric in store.metrics("r1")] == [1.0]
    with other_program(path) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert other.execute("PRAGMA application_id").fetchone() == (APPLICATION,)


def test_the_calls_of_an_older_store_are_read_as_before(path: Path) -> None:
    old = sqlite3.connect(path, isolation_level=None)
    migrate(old, path, MIGRATIONS[:3])
    old.executescript(
        """
        INSERT INTO runs (run_id, root, name, status, started_at) VALUES ('r1', 1, 'pipe', 'failed', 1.0);
        INSERT INTO steps VALUES
            (1, 1, 1, 1, 0, 'm', 'map', 0, -1, 1, 2, NULL, 1.5, NULL, 0.25, 'opened', NULL, '[5]', NULL, NULL, NULL),
            (1, 2, 1, 2, 1, 'w', 'step', 1, 0, 3, 4, 5, 2.5, 3.5, 0.5, 'failed', 'on', NULL, '{}', 'no', '{"a": 1}');
        """
    )
    old.close()

    opened, failed = SQLiteBackend(path).get_steps("r1")
    assert (opened.node, opened.kind, opened.outcome, opened.value) == ("m", "map", Outcome.OPENED, "[5]")
    assert (opened.started_at, opened.ended_at, opened.position, opened.record) == (1.5, None, -1, 1)
    assert (failed.owner, failed.position, failed.attempt, failed.target) == (1, 0, 3, "on")
    assert (failed.delta, failed.error, failed.meta, failed.duration_s) == ("{}", "no", {"a": 1}, 1.0)
    told = SQLiteBackend(path).get_events("r1")
    assert [(event.seq, event.type) for event in told] == [(2, "step_start"), (4, "step_start"), (5, "step_error")]


def test_rows_of_several_writers_in_turn_are_all_kept(path: Path) -> None:
    stores = [SQLiteBackend(path) for _ in range(3)]
    writers = [store.writer("power" if place == 2 else "step") for place, store in enumerate(stores)]
    roots = [writer.begin(NewRun(f"r{place}", "pipe", 1.0)) for place, writer in enumerate(writers)]
    for record in range(1, 200):
        for writer, root in zip(writers, roots, strict=True):
            # Some write several rows in a row, and so hold their place in the log while another one writes.
            if record % (root + 2) < 4:
                writer.write([step(root, record)], [])

    for place, root in enumerate(roots):
        expected = [record for record in range(1, 200) if record % (root + 2) < 4]
        assert [found.record for found in SQLiteBackend(path).get_steps(f"r{place}")] == expected


def test_the_log_of_a_store_stays_small_while_one_process_writes(path: Path) -> None:
    store = SQLiteBackend(path)
    writer = store.writer()
    root = writer.begin(NewRun("r1", "pipe", 1.0))
    for record in range(1, 12_000):
        writer.write([step(root, record)], [])

    assert path.with_name(f"{path.name}-wal").stat().st_size < 6_000_000


def test_who_rests_holds_up_no_other_log(path: Path) -> None:
    store = SQLiteBackend(path)
    writer = store.writer()
    root = writer.begin(NewRun("r1", "pipe", 1.0))
    for record in range(1, 5):
        writer.write([step(root, record)], [])
    with other_program(path) as other:
        held = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        writer.rest()
        free = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    assert (held[0], free) == (1, (0, 0, 0))
    writer.write([step(root, 9)], [])
    assert len(store.get_steps("r1")) == 5


def test_a_migration_that_fails_leaves_the_store_as_it_was(path: Path) -> None:
    with other_program(path) as connection:
        migrate(connection, path, MIGRATIONS[:1])
        with pytest.raises(StoreError):
            migrate(connection, path, (MIGRATIONS[0], "CREATE TABLE extra (x); CREATE TABLE runs (x)"))

        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (0,)


def test_several_processes_make_one_store(path: Path) -> None:
    program = (
        "import sys; from wt_engine.storage import SQLiteBackend, RunRecord, RunStatus\n"
        "SQLiteBackend(sys.argv[1]).save_run(RunRecord(sys.argv[2], 'p', RunStatus.SUCCESS, 1.0))"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(path), f"r{n}"]) for n in range(4)]

    assert [child.wait() for child in children] == [0] * 4
    assert len(SQLiteBackend(path).list_runs()) == 4


def test_a_commit_survives_what_its_durability_says(path: Path) -> None:
    connections = Connections(path)
    write_ahead, normal, full = "wal", 1, 2  # as SQLite tells them

    assert connections.writer().execute("PRAGMA journal_mode").fetchone() == (write_ahead,)
    assert connections.writer().execute("PRAGMA synchronous").fetchone() == (normal,)
    assert connections.writer("FULL").execute("PRAGMA synchronous").fetchone() == (full,)
    connections.close()


def test_no_sql_stands_outside_the_store() -> None:
    sources = Path(wt_engine.__file__).parent
    sql = re.compile(r"import sqlite3|from sqlite3|[\"']\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA) ")
    found = {file for file in sources.rglob("*.py") if sql.search(file.read_text(encoding="utf-8"))}

    assert found
    assert {file.relative_to(sources).parts[0] for file in found} == {"storage"}


def test_common_questions_are_answered_by_an_index(path: Path) -> None:
    SQLiteBackend(path).save_run(run())
    connections = Connections(path)
    questions = [
        "SELECT * FROM runs WHERE run_id = 'x'",
        "SELECT * FROM runs WHERE parent IS NULL ORDER BY started_at DESC, id DESC LIMIT 10",
        "SELECT * FROM runs WHERE parent IS NULL AND status = 'failed' ORDER BY started_at DESC, id DESC LIMIT 10",
        "SELECT * FROM calls WHERE id >= 1 AND id < 2 ORDER BY id",
        "SELECT * FROM events WHERE root = 1 ORDER BY seq",
    ]
    with connections.reader() as connection:
        for question in questions:
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}"))
            assert "USING" in plan, plan
            assert "TEMP B-TREE" not in plan, plan


def test_the_default_place_is_said_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WT_ENGINE_STORAGE", str(tmp_path))
    assert default_path() == tmp_path / "runs.db"
    monkeypatch.setenv("WT_ENGINE_STORAGE", str(tmp_path / "mine.db"))
    assert SQLiteBackend().path == tmp_path / "mine.db"
    monkeypatch.delenv("WT_ENGINE_STORAGE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "wt-engine" / "runs.db"


# --- single records ---------------------------------------------------------------------------------------------------


def test_a_record_is_written_as_it_becomes_known(path: Path) -> None:
    with Wsqlite(db_name=path) as record:
        record.input = {"x": 1}
        assert SQLite(path).read_by_id(record.id).input == {"x": 1}  # type: ignore[union-attr]
        record.output = {"y": [2]}
        record.details = "well"

    found = SQLite(path).read_by_id(record.id)
    assert found is not None
    assert (found.input, found.output, found.details, found.error) == ({"x": 1}, {"y": [2]}, "well", None)


def test_what_leaves_the_block_is_the_records_error(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Wsqlite(path) as record:
        record.output = 1 // 0

    assert [found.error for found in SQLite(path).get_all()] == [
        "ZeroDivisionError: integer division or modulo by zero"
    ]


def test_a_record_can_be_gone_on_with(path: Path) -> None:
    with Wsqlite(path) as first:
        first.input = 1
    with Wsqlite(path, first.id) as again:
        again.output = 2

    assert (again.id, SQLite(path).count_records()) == (first.id, 1)
    with pytest.raises(LookupError, match="no record 99"), Wsqlite(path, 99):
        pass
    with pytest.raises(RuntimeError, match="'with' block"):
        _ = Wsqlite(path).id


def test_an_update_leaves_what_it_does_not_name(path: Path) -> None:
    with SQLite(path) as records:
        number = records.write(input_data={"a": 1}, details="kept")
        records.write(output=2, record_id=number)
        records.update(number, error="bad", details=None)

        found = records.read_by_id(number)
        assert found is not None
        assert (found.input, found.output, found.details, found.error) == ({"a": 1}, 2, None, "bad")
        with pytest.raises(LookupError, match="no record 7"):
            records.update(7, error="x")
        with pytest.raises(TypeError, match="no colour"):
            records.update(number, colour=1)
        with pytest.raises(TypeError, match="'output' cannot be recorded"):
            records.write(output=object())


def test_records_are_read_in_pages(path: Path) -> None:
    with SQLite(path) as records:
        for number in range(5):
            records.write(input_data=number)

        assert [found.input for found in records.get_all(limit=2, offset=1)] == [1, 2]
        assert len(records.get_all()) == 5
        assert records.read_by_id(99) is None
