"""Compiles to one directory, one after the other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from wt_compiler.environment import TaskSource
from wt_compiler.turn import turn
from wt_compiler.workspace import Compiled, Options, compile_spec

SPEC = """
id: demo
requirements: [{name: acme, version: '1.0', channel: conda-forge}]
workflow: [{id: source, task: load}]
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "cache"))


def test_a_compile_waits_for_the_one_before_and_finds_what_it_wrote(tmp_path: Path, stored: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    options = Options(source=TaskSource(registry=stored), lock=False, graph=False)
    waits, compiled = threading.Event(), list[Compiled]()

    def compile_meanwhile() -> None:
        compiled.append(compile_spec(spec, options, lambda said: waits.set() if "waiting" in said else None))

    with turn(tmp_path / "wt-demo-workflow", lambda _: None):
        thread = threading.Thread(target=compile_meanwhile)
        thread.start()
        assert waits.wait(30)
        assert not (tmp_path / "wt-demo-workflow").exists()
    thread.join(30)

    assert compiled[0].written
    assert not compile_spec(spec, options).written


def test_other_directories_do_not_wait(tmp_path: Path) -> None:
    said: list[str] = []
    with turn(tmp_path / "one", said.append), turn(tmp_path / "two", said.append):
        assert said == []


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with turn(tmp_path / "one", lambda _: None), turn(tmp_path / "one", lambda _: None):
        assert (tmp_path / "cache").is_file()
