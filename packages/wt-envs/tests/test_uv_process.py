from __future__ import annotations

import os
from pathlib import Path

import pytest
from wt_envs.uv_process import UvError, find_uv, run_uv, uv_configuration, uv_environ


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """No configuration of uv or pip."""
    for name in list(os.environ):
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    return tmp_path / "config"


def test_uv_is_the_one_of_the_wheel_and_never_one_on_the_path(monkeypatch, tmp_path):
    (tmp_path / "uv").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_uv().parent != tmp_path
    run_uv("--version", cwd=tmp_path)


def test_another_uv_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("WT_UV", str(tmp_path / "uv"))

    assert find_uv() == tmp_path / "uv"
    with pytest.raises(UvError, match="cannot be started"):
        run_uv("--version", cwd=tmp_path)


def test_a_failure_holds_what_uv_says(tmp_path):
    with pytest.raises(UvError, match=r"unrecognized|unexpected argument"):
        run_uv("--no-such-option", cwd=tmp_path)


def test_progress_is_told_line_by_line_up_to_the_error(monkeypatch, tmp_path):
    program = tmp_path / "uv"
    program.write_text("#!/bin/sh\necho 'Using CPython 3'\necho Resolved 3 packages >&2\necho error: no >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("WT_UV", str(program))
    lines: list[str] = []

    with pytest.raises(UvError) as caught:
        run_uv("lock", cwd=tmp_path, progress=lines.append)

    assert lines == ["Resolved 3 packages"]
    assert "error: no" in caught.value.output


def test_the_users_index_settings_reach_uv(bare, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")

    assert uv_environ()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"


def test_a_mirror_that_is_set_for_pip_only_is_used(bare, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")

    assert uv_environ()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"


def test_uvs_own_configuration_file_goes_before_pips_variables(bare, monkeypatch):
    (bare / "uv").mkdir(parents=True)
    (bare / "uv/uv.toml").touch()
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")

    assert "UV_DEFAULT_INDEX" not in uv_environ()


def test_the_callers_own_project_does_not_bend_uv(monkeypatch):
    for name in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_FROZEN", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")

    assert {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_FROZEN", "PYTHONPATH"}.isdisjoint(uv_environ())


def test_what_decides_a_solve_is_in_the_configurations_hash(bare, monkeypatch):
    hashes = [uv_configuration()]
    monkeypatch.setenv("UV_CACHE_DIR", "anywhere")
    assert uv_configuration() == hashes[0]
    for name, value in (
        ("UV_DEFAULT_INDEX", "https://a"),
        ("UV_EXCLUDE_NEWER", "2026-01-01"),
        ("UV_PRERELEASE", "allow"),
    ):
        monkeypatch.setenv(name, value)
        hashes.append(uv_configuration())
    (bare / "uv").mkdir(parents=True)
    Path(bare, "uv/uv.toml").write_text("no-index = true\n")
    hashes.append(uv_configuration())

    assert len(set(hashes)) == len(hashes)
