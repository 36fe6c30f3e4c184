"""Compiled templates: kept, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from wt_compiler.emit.template_cache import TemplateCache


def rendered(text: str) -> str:
    environment = Environment(loader=DictLoader({"greeting": text}), bytecode_cache=TemplateCache())
    return environment.get_template("greeting").render(name="Ada")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_compiled_template_is_kept_and_gives_the_same_text(cache: Path) -> None:
    assert rendered("Hello {{ name }}") == "Hello Ada"
    (kept,) = (path for path in cache.rglob("*") if path.is_file())
    written = kept.stat().st_mtime_ns
    assert rendered("Hello {{ name }}") == "Hello Ada"
    assert kept.stat().st_mtime_ns == written


def test_a_changed_template_is_compiled_again(cache: Path) -> None:
    assert rendered("Hello {{ name }}") == "Hello Ada"
    assert rendered("Bye {{ name }}") == "Bye Ada"
    assert len([path for path in cache.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("length", [0, 3, 60, -1])
def test_a_damaged_one_is_made_again(cache: Path, length: int) -> None:
    rendered("Hello {{ name }}")
    (kept,) = (path for path in cache.rglob("*") if path.is_file())
    whole = kept.read_bytes()
    kept.write_bytes(whole[:length])
    assert rendered("Hello {{ name }}") == "Hello Ada"
    assert kept.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_obstacle(cache: Path) -> None:
    cache.write_text("a file")
    assert rendered("Hello {{ name }}") == "Hello Ada"
