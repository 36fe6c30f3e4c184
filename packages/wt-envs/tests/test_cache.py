from __future__ import annotations

import sys
from pathlib import Path

import pytest
from wt_envs.cache import cache_root


def test_the_variable_names_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path))

    assert cache_root() == tmp_path


def test_a_relative_directory_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WT_CACHE_DIR", "here")

    assert cache_root() == tmp_path / "here"


def test_the_home_directory_may_be_written_as_a_tilde(monkeypatch):
    monkeypatch.setenv("WT_CACHE_DIR", "~/elsewhere")

    assert cache_root() == Path.home() / "elsewhere"


@pytest.mark.parametrize("configured", [None, "relative"])
def test_else_it_is_in_the_platforms_cache_directory(monkeypatch, configured):
    monkeypatch.delenv("WT_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if configured:
        monkeypatch.setenv("XDG_CACHE_HOME", configured)
    expected = {"darwin": "Library/Caches/wt", "win32": "AppData/Local/wt"}.get(sys.platform, ".cache/wt")

    assert cache_root() == Path.home() / expected
