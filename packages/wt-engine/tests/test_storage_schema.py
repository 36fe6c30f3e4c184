"""What a store is like on disk: its versions, its log, who makes it, and what a commit survives."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import wt_engine
from wt_engine.storage import (
    MetricRecord,
    Outcome,
    SQLiteBackend,
    StoreError,
    default_path,
)
from wt_engine.storage.connections import Connections
from wt_engine.storage.models import NewRun
from wt_engine.storage.schema import APPLICATION, MIGRATIONS, VERSION, migrate

from .stored import other_program, run, step


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


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


def test_a_store_that_another_process_just_makes_is_waited_for(path: Path) -> None:
    failed: list[StoreError] = []

    def make() -> None:
        try:
            SQLiteBackend(path).save_run(run("r1"))
        except StoreError as error:
            failed.append(error)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        maker = threading.Thread(target=make)
        maker.start()
        maker.join(0.2)
        assert maker.is_alive(), failed
        other.execute("ROLLBACK")
    maker.join(30)

    assert failed == []
    assert [run.run_id for run in SQLiteBackend(path).list_runs()] == ["r1"]


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
