from __future__ import annotations

import asyncio
import inspect
import sys
import typing

import pytest
from fieldkit.tasks._io import Count, fetch_counts
from wt_task import AsyncTask, SyncTask, TaskInstanceError, task
from wt_task.testing import create_func_magicmock, create_task_magicmock

ANCHOR = "fieldkit.tasks"
RECORDED = [{"site": "north", "animals": 3}, {"site": "south", "animals": 4}]


def test_a_mock_returns_the_recorded_example():
    assert create_func_magicmock(ANCHOR, "fetch_counts")(since="2020-01-01") == RECORDED


def test_the_module_that_defines_the_function_is_an_anchor_too():
    assert create_func_magicmock("fieldkit.tasks._io", "fetch_counts")(since="x") == RECORDED


def test_each_call_returns_a_copy_of_its_own():
    mock = create_func_magicmock(ANCHOR, "fetch_counts")
    mock(since="x").clear()
    assert mock(since="x") == RECORDED


def test_a_mock_has_the_functions_signature_and_hints():
    mock = create_func_magicmock(ANCHOR, "fetch_counts")
    assert inspect.signature(mock) == inspect.signature(fetch_counts)
    assert typing.get_type_hints(mock) == typing.get_type_hints(fetch_counts)
    assert (mock.__name__, mock.__module__) == ("fetch_counts", "fieldkit.tasks._io")
    with pytest.raises(TypeError, match="since"):
        mock()


def test_a_mock_remembers_its_calls():
    mock = create_func_magicmock(ANCHOR, "fetch_counts")
    task(mock).validate().call(since="x", limit="3")
    mock.assert_called_once_with(since="x", limit=3)


def test_a_validated_mock_converts_what_was_recorded():
    mock = create_func_magicmock(ANCHOR, "fetch_counts")
    counts = task(mock).validate().set_task_instance_id("counts").handle_errors().partial(since="x").call()
    assert counts == [Count(site="north", animals=3), Count(site="south", animals=4)]
    with pytest.raises(TaskInstanceError, match="argument 'limit'"):
        task(mock).validate().set_task_instance_id("counts").handle_errors().partial(since="x", limit=0).call()


def test_the_mock_of_a_coroutine_function_is_awaited():
    step = task(create_func_magicmock(ANCHOR, "read_table")).validate()
    assert isinstance(step, AsyncTask)
    assert asyncio.run(step.call(name="a")) == {"rows": 2}
    assert asyncio.run(step.map("name", ["a", "b"])) == [{"rows": 2}] * 2
    step.func.assert_awaited()
    assert step.func.mock.await_count == 3


def test_the_older_name_gives_a_task():
    mock = create_task_magicmock(ANCHOR, "fetch_counts")
    assert isinstance(mock, SyncTask)
    assert task(mock).validate().call(since="x")[0].site == "north"
    mock.func.assert_called_once_with(since="x", limit=100)


def test_a_missing_example_is_one_error_that_names_function_package_and_file():
    with pytest.raises(FileNotFoundError) as caught:
        create_func_magicmock(ANCHOR, "summarise")
    said = str(caught.value)
    assert said.startswith("fieldkit.tasks.summarise has no recorded example")
    assert "summarise.example-return.json" in said
    assert "in the package fieldkit.tasks" in said
    assert "WT_TASK_MOCK_IO__FIELDKIT_TASKS_SUMMARISE" in said


def test_a_variable_names_another_example(tmp_path, monkeypatch):
    (tmp_path / "mine.json").write_text("[]")
    monkeypatch.setenv("WT_TASK_MOCK_IO__FIELDKIT_TASKS_FETCH_COUNTS", str(tmp_path / "mine.json"))
    assert create_func_magicmock(ANCHOR, "fetch_counts")(since="x") == []


def test_a_variable_that_names_no_file_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("WT_TASK_MOCK_IO__FIELDKIT_TASKS_FETCH_COUNTS", str(tmp_path / "absent.json"))
    with pytest.raises(FileNotFoundError, match=r"FETCH_COUNTS is set to .*absent\.json, which is no file"):
        create_func_magicmock(ANCHOR, "fetch_counts")


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A package `recorded` with a task and no example, and a distribution that offers a loader for `.csv`."""
    package = tmp_path / "recorded"
    package.mkdir()
    (package / "__init__.py").write_text("from recorded.io import get_rows\n")
    (package / "io.py").write_text("def get_rows() -> list[str]: ...\n")
    (tmp_path / "csv_loader.py").write_text("def load(path): return path.read_text().split(',')\n")
    information = tmp_path / "csv_loader-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: csv-loader\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[wt_task.mock_loaders]\ncsv = csv_loader:load\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in ("recorded", "recorded.io", "csv_loader"):
        sys.modules.pop(name, None)


def test_other_packages_offer_loaders_by_extension(library):
    (library / "get-rows.example-return.csv").write_text("a,b")
    assert create_func_magicmock("recorded", "get_rows")() == ["a", "b"]


def test_an_extension_without_a_loader_is_an_error_that_names_those_there_are(library):
    (library / "get-rows.example-return.parquet").touch()
    with pytest.raises(ValueError, match=r"nothing can load get-rows.example-return.parquet.*\.csv, \.json"):
        create_func_magicmock("recorded", "get_rows")


def test_two_examples_are_an_error_that_names_them(library):
    (library / "get-rows.example-return.csv").touch()
    (library / "get-rows.example-return.json").touch()
    with pytest.raises(ValueError, match=r"more than one .*get-rows.example-return.csv, get-rows.example-return.json"):
        create_func_magicmock("recorded", "get_rows")


def test_an_example_that_cannot_be_read_is_an_error_that_names_the_file(library):
    (library / "get-rows.example-return.json").write_text("{")
    with pytest.raises(ValueError, match=r"get-rows\.example-return\.json cannot be loaded"):
        create_func_magicmock("recorded", "get_rows")


def test_an_example_beside_a_module_outside_of_any_package_is_found(tmp_path, monkeypatch):
    (tmp_path / "lonely.py").write_text("def get_row() -> int: ...\n")
    (tmp_path / "get-row.example-return.json").write_text("7")
    monkeypatch.syspath_prepend(tmp_path)
    assert create_func_magicmock("lonely", "get_row")() == 7
    del sys.modules["lonely"]


def test_an_unknown_function_or_module_is_an_error():
    with pytest.raises(AttributeError, match="fetch_nothing"):
        create_func_magicmock(ANCHOR, "fetch_nothing")
    with pytest.raises(ImportError, match="nowhere"):
        create_func_magicmock("nowhere", "f")
