from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.archive import pack, unpack
from wt_envs.archive_format import MANIFEST, open_zstd
from wt_envs.environment import Environment
from wt_envs.realise import realise


@pytest.fixture(scope="session")
def packed(mixed_lock, own_wheels, tmp_path_factory) -> Path:
    """The archive of the mixed environment."""
    archive = tmp_path_factory.mktemp("packed") / "env.tar.zst"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WT_CACHE_DIR", str(own_wheels))
        pack(realise(mixed_lock), archive)
    return archive


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An environment that is a few files."""
    prefix = tmp_path / "small"
    for name in ("bin", "conda-meta", "lib"):
        (prefix / name).mkdir(parents=True)
    (prefix / "bin" / "python").write_text(f"#!/bin/sh\necho {prefix}/lib\n")
    (prefix / "bin" / "python").chmod(0o755)
    (prefix / "bin" / "python3").symlink_to("python")
    (prefix / "lib" / "program.so").write_bytes(b"\0" + bytes(prefix) + b"/lib\0rest")
    return prefix


def rewritten(archive: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]]) -> Path:
    target = archive.with_name("changed.tar.zst")
    with (
        open_zstd(str(archive), "rb") as source,
        tarfile.open(fileobj=source, mode="r|") as old,
        open_zstd(str(target), "wb") as file,
        tarfile.open(fileobj=file, mode="w|") as new,
    ):
        for member in old:
            content = old.extractfile(member)
            info, data = change(member, content.read() if content else b"")
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    return target


def refusal(archive: Path, to: Path) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        unpack(archive, to=to)
    return caught.value.diagnostics[0]


def test_an_environment_runs_where_it_is_unpacked(packed, mixed_lock, tmp_path, monkeypatch):
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "other machine"))

    environment = unpack(packed)

    assert realise(mixed_lock) == environment, "who has the lock finds it"
    program = "import sys, jinja2, six, wt_task; print(sys.prefix, jinja2.__file__)"
    found = environment.run(["python", "-I", "-c", program], check=True).stdout
    assert found.startswith(f"{environment.prefix} {environment.prefix}")
    assert environment.run(["wt-registry", "--format", "json"]).returncode == 0


def test_an_environment_of_uv_is_packed_for_the_same_interpreter(six_lock, cache, tmp_path, monkeypatch):
    pack(realise(six_lock), tmp_path / "env.tar.zst")
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "other"))

    environment = unpack(tmp_path / "env.tar.zst")

    assert realise(six_lock) == environment
    assert environment.run(["python", "-c", "import six; print(six.__version__)"], check=True).stdout == "1.17.0\n"


@pytest.mark.parametrize("place", [".", "/", "there"])
def test_a_directory_is_no_archive(small, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(DiagnosticError, match="is a directory"):
        pack(Environment(small, "0" * 64), Path(place))


def test_the_prefix_is_replaced_in_texts_and_programs(small, tmp_path):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    there = unpack(tmp_path / "env.tar.zst", to=tmp_path / "b").prefix

    assert (there / "bin" / "python").read_text() == f"#!/bin/sh\necho {there}/lib\n"
    assert (there / "bin" / "python3").readlink() == Path("python")
    program = (there / "lib" / "program.so").read_bytes()
    assert program.startswith(b"\0" + bytes(there) + b"/lib\0")
    assert len(program) == (small / "lib" / "program.so").stat().st_size


def test_a_place_whose_path_is_too_long_for_a_program_is_refused(small, tmp_path):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    found = refusal(tmp_path / "env.tar.zst", tmp_path / ("long" * 20))

    assert found.code == Code.ARCHIVE_REFUSED
    assert "longer path" in found.message


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "lib/../../escaped", "lib\\..\\escaped", "C:escaped"])
def test_no_file_is_written_outside(small, tmp_path, name):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    def change(member, data):
        if member.name == MANIFEST:
            manifest = json.loads(data)
            manifest["files"][name] = manifest["files"].pop("lib/program.so")
            return member, json.dumps(manifest).encode()
        if member.name == "lib/program.so":
            member.name = name
        return member, data

    found = refusal(rewritten(tmp_path / "env.tar.zst", change), tmp_path / "out" / "there")

    assert found.code == Code.ARCHIVE_REFUSED
    assert "outside of the environment" in found.message
    assert list(tmp_path.rglob("escaped")) == []


@pytest.mark.parametrize("target", ["../../../etc", "/etc/passwd"])
def test_no_link_leads_outside(small, tmp_path, target):
    (small / "bin" / "python3").unlink()
    (small / "bin" / "python3").symlink_to(target)
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    assert refusal(tmp_path / "env.tar.zst", tmp_path / "out").code == Code.ARCHIVE_REFUSED


def test_a_changed_file_is_refused(small, tmp_path):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    changed = rewritten(tmp_path / "env.tar.zst", lambda m, d: (m, d + b"!" if m.name == "bin/python" else d))

    assert "'bin/python' is damaged" in refusal(changed, tmp_path / "out").message


def test_a_file_that_the_manifest_does_not_name_is_refused(small, tmp_path):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    def change(member, data):
        if member.name == "bin/python":
            member.name = "bin/perl"
        return member, data

    assert (
        "'bin/perl' does not stand in its manifest"
        in refusal(rewritten(tmp_path / "env.tar.zst", change), tmp_path / "out").message
    )


@pytest.mark.parametrize("keep", [0, 40, -200])
def test_an_archive_that_was_cut_short_is_refused_and_nothing_is_left(packed, tmp_path, monkeypatch, keep):
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "cut.tar.zst").write_bytes(packed.read_bytes()[:keep])

    with pytest.raises(DiagnosticError) as caught:
        unpack(tmp_path / "cut.tar.zst")

    assert caught.value.diagnostics[0].code == Code.ARCHIVE_REFUSED
    assert list((tmp_path / "cache").glob("envs/[!.]*")) == []


def test_something_else_is_no_archive(tmp_path):
    (tmp_path / "x.tar.zst").write_text("nothing")

    assert refusal(tmp_path / "x.tar.zst", tmp_path / "out").code == Code.ARCHIVE_REFUSED


def test_an_archive_of_another_platform_is_refused(small, tmp_path):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")

    def change(member, data):
        if member.name != MANIFEST:
            return member, data
        return member, json.dumps({**json.loads(data), "machine": "plan9-64"}).encode()

    found = refusal(rewritten(tmp_path / "env.tar.zst", change), tmp_path / "out")

    assert found.code == Code.PLATFORM_NOT_LOCKED
    assert "plan9-64" in found.message


def test_a_place_that_is_taken_stays_as_it_is(small, tmp_path):
    pack(Environment(small, "a" * 64), tmp_path / "env.tar.zst")
    (tmp_path / "out").mkdir()

    assert refusal(tmp_path / "env.tar.zst", tmp_path / "out").code == Code.CACHE_NOT_WRITABLE
    assert list((tmp_path / "out").iterdir()) == []
