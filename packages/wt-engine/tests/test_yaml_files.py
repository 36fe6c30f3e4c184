"""YAML files: variables, places of mistakes, and replacing them while others read."""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import process_steps as steps
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine.yaml_files import YamlFileError, escribir_yaml, leer_yaml, read_yaml, write_yaml


def test_what_is_written_is_read(tmp_path: Path) -> None:
    data = {"b": [1, 2.5, None, True], "a": {"ñ": "text\nof lines"}}
    escribir_yaml(tmp_path / "f.yaml", data)
    assert leer_yaml(str(tmp_path / "f.yaml")) == data
    assert list(leer_yaml(tmp_path / "f.yaml")) == ["b", "a"]


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("# nothing\n")
    assert read_yaml(tmp_path / "f.yaml") == {}


def test_variables_are_replaced_before_values_get_their_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8080")
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.delenv("UNSET", raising=False)
    (tmp_path / "f.yaml").write_text(
        "port: ${PORT}\nquoted: '${PORT}'\nhost: ${UNSET:-localhost}:${PORT}\nempty: ${EMPTY}\n"
        "instead: ${EMPTY:-7}\nnothing: ${UNSET:-}\nliteral: $${PORT}\n${PORT}: key\nblock: |\n  echo ${PORT}\n"
    )
    assert read_yaml(tmp_path / "f.yaml") == {
        "port": 8080,
        "quoted": "8080",
        "host": "localhost:8080",
        "empty": None,
        "instead": 7,
        "nothing": None,
        "literal": "${PORT}",
        8080: "key",
        "block": "echo 8080\n",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: ${UNSET}\n", "f.yaml:2:4: the environment variable UNSET is not set"),
        ("a: [1\nb: 2\n", "f.yaml:2:2: "),
        ("a: !!python/object:os.system {}\n", "f.yaml:1:4: could not determine a constructor"),
        ("a: 1\n--- \nb: 1\n", "f.yaml:2:1: "),
        ("a: \x00", "f.yaml: "),
    ],
)
def test_a_mistake_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.delenv("UNSET", raising=False)
    (tmp_path / "f.yaml").write_text(text)
    with pytest.raises(YamlFileError) as caught:
        read_yaml(tmp_path / "f.yaml")
    assert message in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "none.yaml")


def test_what_yaml_cannot_hold_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write_yaml(tmp_path / "f.yaml", {"a": 1})
    with pytest.raises(YamlFileError, match="no plain data"):
        write_yaml(tmp_path / "f.yaml", {"a": object()})
    assert read_yaml(tmp_path / "f.yaml") == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["f.yaml"]


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    write_yaml(tmp_path / "f.yaml", {})
    (tmp_path / "f.yaml").chmod(0o640)
    write_yaml(tmp_path / "f.yaml", {"a": 1})
    assert (tmp_path / "f.yaml").stat().st_mode & 0o777 == 0o640


def test_readers_see_whole_files_while_threads_and_processes_write(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    write_yaml(path, {"writer": 0, "items": [0] * 500})
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        threads = [threading.Thread(target=steps.write_often, args=(path, number)) for number in (1, 2)]
        written = pool.submit(steps.write_often, path, 3)
        for thread in threads:
            thread.start()
        while not written.done():
            found = read_yaml(path)
            assert found["items"] == [found["writer"]] * 500
        for thread in threads:
            thread.join()
        written.result()
    assert [found.name for found in tmp_path.iterdir()] == ["f.yaml"]


@pytest.mark.parametrize("text", ["\x85", "a\u2028b", "\u2029", "a\nb", " a ", "ä", "1", "null"])
def test_a_text_is_read_as_it_was_written(tmp_path: Path, text: str) -> None:
    write_yaml(tmp_path / "f.yaml", {text: [text]})
    assert read_yaml(tmp_path / "f.yaml") == {text: [text]}


@given(data=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    write_yaml(path, {"value": data})
    if "$" not in str(data):
        assert read_yaml(path) == {"value": data}
