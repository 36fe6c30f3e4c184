"""Single records of what went in and came out."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_engine.storage import (
    SQLite,
    Wsqlite,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


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
