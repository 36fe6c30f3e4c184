from __future__ import annotations

import shutil

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.lock import Lock

PYPROJECT = '[project]\nname = "wt-x-workflow"\nversion = "0"\n'
TEXT = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "idna"
version = "3.20"
source = { registry = "https://x.example/simple" }
wheels = [{ url = "https://x.example/idna.whl", hash = "sha256:01" }]

[[package]]
name = "rain"
version = "1.0"
source = { path = "wheels/rain-1.0-py3-none-any.whl" }
dependencies = [{ name = "six" }]
wheels = [{ filename = "rain-1.0-py3-none-any.whl", hash = "sha256:02" }]

[package.metadata]
requires-dist = [{ name = "six" }]

[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://x.example/simple" }
wheels = [{ url = "https://x.example/six.whl", hash = "sha256:03" }]

[[package]]
name = "wt-x-workflow"
version = "0"
source = { virtual = "." }
dependencies = [{ name = "rain" }]

[package.dev-dependencies]
test = [{ name = "idna" }]
"""


@pytest.fixture(autouse=True)
def _own_cache(empty_cache):
    """Digests are remembered."""


@pytest.fixture
def lock(tmp_path):
    wheel = tmp_path / "somewhere/rain-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    return Lock(PYPROJECT, TEXT, (wheel,))


def test_what_is_written_is_read_back(lock, tmp_path):
    lock.write(tmp_path / "workspace")
    read = Lock.read(tmp_path / "workspace")

    assert (read.pyproject, read.text, read.digest) == (lock.pyproject, lock.text, lock.digest)
    assert read.wheels == (tmp_path / "workspace/wheels/rain-1.0-py3-none-any.whl",)
    assert read.wheels[0].read_bytes() == b"wheel"
    assert sorted(path.name for path in (tmp_path / "workspace").iterdir()) == ["pyproject.toml", "uv.lock", "wheels"]


def test_a_lock_can_be_written_over_an_older_one(lock, tmp_path):
    lock.write(tmp_path)
    Lock(PYPROJECT, TEXT.replace("1.17.0", "1.16.0"), lock.wheels).write(tmp_path)

    assert "1.16.0" in Lock.read(tmp_path).text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"wt-x-workflow"\nversion = "0"', '"wt-y-workflow"\nversion = "7"'),
        ("3.20", "3.19"),
        ('test = [{ name = "idna" }]', "test = []"),
        ("sha256:01", "sha256:11"),
    ],
)
def test_the_projects_name_version_and_groups_are_not_in_the_digest(lock, old, new):
    assert old in TEXT
    assert Lock(PYPROJECT, TEXT.replace(old, new), lock.wheels).digest == lock.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.17.0", "1.16.0"),
        ("sha256:02", "sha256:12"),
        ("sha256:03", "sha256:13"),
        ('dependencies = [{ name = "rain" }]', 'dependencies = [{ name = "rain" }, { name = "idna" }]'),
    ],
)
def test_whatever_gets_installed_is_in_the_digest(lock, old, new):
    assert old in TEXT
    assert Lock(PYPROJECT, TEXT.replace(old, new), lock.wheels).digest != lock.digest


def test_tables_appended_to_the_pyproject_are_not_in_the_digest(lock):
    assert Lock(PYPROJECT + "\n[tool.wt]\nid = 'x'\n", TEXT, lock.wheels).digest == lock.digest


def test_packages_are_what_gets_installed(lock):
    assert lock.packages == [("rain", "1.0"), ("six", "1.17.0")]


def test_an_editable_packages_sources_are_in_the_digest(empty_cache, library):
    directory = library()
    text = TEXT.replace('path = "wheels/rain-1.0-py3-none-any.whl"', f'editable = "{directory}"')
    before = Lock(PYPROJECT, text).digest
    (directory / "src/weather_lib/__init__.py").write_text("VALUE = 2\n")

    assert Lock(PYPROJECT, text).digest != before


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock", "wheels"])
def test_a_missing_file_is_named(lock, tmp_path, name):
    lock.write(tmp_path / "workspace")
    path = tmp_path / "workspace" / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    with pytest.raises(DiagnosticError) as caught:
        Lock.read(tmp_path / "workspace")

    assert caught.value.diagnostics[0].code == Code.LOCK_UNREADABLE
    assert name in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "not toml", "version = 1", "package = 3", "[[package]]\nname = 'x'", "package = []"]
)
def test_a_text_that_is_no_lock_is_refused(text):
    with pytest.raises(DiagnosticError) as caught:
        _ = Lock(PYPROJECT, text).digest

    assert caught.value.diagnostics[0].code == Code.LOCK_UNREADABLE


def test_a_lock_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "uv.lock").write_bytes(b"\xff\xfe")

    with pytest.raises(DiagnosticError) as caught:
        Lock.read(tmp_path)

    assert caught.value.diagnostics[0].code == Code.LOCK_UNREADABLE


def test_a_digest_is_remembered_and_computed_again_when_it_was_lost(lock, empty_cache):
    digest = lock.digest
    (memo,) = (empty_cache / "digests").iterdir()

    assert memo.read_text() == digest
    shutil.rmtree(empty_cache)
    assert Lock(PYPROJECT, TEXT, lock.wheels).digest == digest
