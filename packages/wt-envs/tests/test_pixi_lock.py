from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.lock import Lock, read_lock
from wt_envs.pixi_lock import PixiLock

MANIFEST = '[workspace]\nname = "rain"\n[dependencies]\njinja2 = { version = ">=3", channel = "conda-forge" }\n'
TEXT = """\
version: 7
platforms:
- name: linux-64
environments:
  default:
    channels:
    - url: https://x.example/
    packages:
      linux-64:
      - conda: https://x.example/noarch/jinja2-3.1.6-py_0.conda
      - pypi: ./wheels/rain-1.0-py3-none-any.whl
packages:
- pypi: ./wheels/rain-1.0-py3-none-any.whl
  name: rain
  version: '1.0'
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels/rain-1.0-py3-none-any.whl").write_bytes(b"wheel")
    (tmp_path / "pixi.toml").write_text(MANIFEST)
    (tmp_path / "pixi.lock").write_text(TEXT)
    return tmp_path


def refusal(directory: Path) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        read_lock(directory)
    (found,) = caught.value.diagnostics
    return found


def test_what_is_written_is_read_back(workspace, tmp_path):
    lock = PixiLock.read(workspace)
    lock.write(tmp_path / "copy")
    copied = PixiLock.read(tmp_path / "copy")

    assert (copied.manifest, copied.text) == (lock.manifest, lock.text)
    assert [wheel.read_bytes() for wheel in copied.wheels] == [b"wheel"]
    assert copied.digest == lock.digest


def test_a_lock_says_what_it_holds_and_its_manifest_what_it_asks_for(workspace, monkeypatch):
    monkeypatch.setattr("wt_envs.pixi_lock.current_platform", lambda: "linux-64")
    lock = read_lock(workspace)

    assert isinstance(lock, PixiLock)
    assert lock.packages == [("jinja2", "3.1.6"), ("rain", "1.0")]
    assert lock.required == {"jinja2": ">=3"}
    assert lock.project == "rain"


@pytest.mark.parametrize("name", ["pixi.toml", "pixi.lock", "wheels/rain-1.0-py3-none-any.whl"])
def test_a_missing_file_is_named(workspace, name):
    (workspace / name).unlink()

    found = refusal(workspace)

    assert found.code == Code.LOCK_UNREADABLE
    assert str(workspace / name) in found.message


def test_a_lock_that_is_newer_than_what_is_read_says_what_to_upgrade(workspace):
    (workspace / "pixi.lock").write_text(TEXT.replace("version: 7", "version: 8"))

    found = refusal(workspace)

    assert (found.code, found.hint) == (Code.LOCK_TOO_NEW, "upgrade wt-envs, or compile the workflow again")
    assert "has format 8, and this wt reads up to 7" in found.message


def test_so_does_one_of_uv(tmp_path):
    Lock('[project]\nname = "rain"\nversion = "0"\n', "version = 2\nrevision = 0\n").write(tmp_path)

    found = refusal(tmp_path)

    assert (found.code, found.hint) == (Code.LOCK_TOO_NEW, "upgrade wt-envs, or compile the workflow again")
    assert "has format 2, and this wt reads up to 1" in found.message


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("version: 7\n- {}[]\"'"))
def test_any_other_text_is_refused_or_holds_nothing(text):
    try:
        found = PixiLock(MANIFEST, text).packages
    except DiagnosticError as error:
        assert error.diagnostics[0].code == Code.PLATFORM_NOT_LOCKED  # noqa: PT017  (either is right)
    else:
        assert found == []
