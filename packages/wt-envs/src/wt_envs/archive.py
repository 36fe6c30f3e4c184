"""An environment as one file, for machines without a network."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.archive_format import MANIFEST, Manifest, Relocation, check_inside, errors, open_zstd, refused, relocate
from wt_envs.environment import Environment
from wt_envs.interpreter import running_interpreter
from wt_envs.platforms import current_platform
from wt_envs.realise import KIND, check_free, is_intact
from wt_envs.store import ENTRY, cache_errors, location, obtain
from wt_envs.uv_process import Progress

_CACHED: Final = "__pycache__"
_MOST_MANIFEST: Final = 64_000_000


def pack(environment: Environment, output: Path, *, progress: Progress | None = None) -> None:
    """Write an environment into an archive.

    Args:
        environment: The environment.
        output: The archive, such as `env.tar.zst`; appears whole, and replaces an older one.
        progress: Told what is being done.

    Raises:
        DiagnosticError: If it cannot be written (WT140, WT407), or Zstandard is missing (WT512).
    """
    if output.is_dir():
        message, hint = f"{output} is a directory", "name the file that is to be written"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message, hint=hint))
    if progress is not None:
        progress(f"packing {environment.prefix.name[:12]}")
    manifest = _describe(environment)
    aside = output.parent / f".{output.name}.{os.getpid()}.tmp"
    with cache_errors(output.parent):
        try:
            with open_zstd(str(aside), "wb") as file, tarfile.open(fileobj=file, mode="w|") as archive:
                _add(archive, MANIFEST, manifest.to_json(), 0o644)
                for path in manifest.files:
                    place = environment.prefix / path
                    _add(archive, path, place.read_bytes(), stat.S_IMODE(place.stat().st_mode))
            aside.replace(output)
        finally:
            aside.unlink(missing_ok=True)


def unpack(archive: Path, *, to: Path | None = None, progress: Progress | None = None) -> Environment:
    """Put the environment of an archive in place.

    Args:
        archive: What `pack` wrote.
        to: Where it goes; by default into the cache, where whoever has its lock finds it.
        progress: Told what is being done.

    Returns:
        The environment.

    Raises:
        DiagnosticError: If the archive is damaged, was changed, or would write outside of its place (WT414), is for
            another machine (WT410), or its place is taken or cannot be written (WT407). Nothing half-built is left.
    """
    if progress is not None:
        progress(f"unpacking {archive.name}")
    try:
        with open_zstd(str(archive), "rb") as file, tarfile.open(fileobj=file, mode="r|") as members:
            return _place(members, str(archive), to)
    except errors() as error:
        raise refused(str(archive), str(error) or type(error).__name__) from error


def _place(members: tarfile.TarFile, name: str, to: Path | None) -> Environment:
    manifest = _read_manifest(members, name)
    machines = (current_platform(), running_interpreter().identity)
    if manifest.machine not in machines:
        message = f"the archive {name} is for {manifest.machine}, and this machine has {' and '.join(machines)}"
        raise DiagnosticError(Diagnostic(code=Code.PLATFORM_NOT_LOCKED, message=message), exit_code=1)
    if to is not None:
        check_free(to)
        with cache_errors(to.parent):
            _extract(members, manifest, name, to, to.absolute())
        return Environment(to.absolute(), manifest.digest)

    key = manifest.digest[:32]
    target = location(KIND, key)
    prefix = obtain(
        KIND, key, lambda staging: _extract(members, manifest, name, staging / ENTRY, target), intact=is_intact
    )
    return Environment(prefix, manifest.digest)


def _read_manifest(members: tarfile.TarFile, name: str) -> Manifest:
    first = members.next()
    content = members.extractfile(first) if first is not None and first.name == MANIFEST and first.isreg() else None
    if content is None:
        raise refused(name, "it is no archive of an environment")
    return Manifest.from_json(content.read(_MOST_MANIFEST), name)


def _extract(members: tarfile.TarFile, manifest: Manifest, name: str, place: Path, target: Path) -> None:
    missing = set(manifest.files)
    old, new = os.fsencode(manifest.prefix), os.fsencode(target)
    place.mkdir(parents=True)
    while (member := members.next()) is not None:
        content = members.extractfile(member) if member.isreg() else None
        check_inside(member.name, name)
        if content is None or member.name not in missing:
            raise refused(name, f"its member {member.name!r} does not stand in its manifest")
        missing.remove(member.name)
        data = content.read()
        if hashlib.sha256(data).hexdigest() != manifest.files[member.name]:
            raise refused(name, f"its member {member.name!r} is damaged")
        kind = manifest.relocate.get(member.name)
        moved = data if kind is None else relocate(data, old, new, kind)
        if moved is None:
            raise refused(name, f"{target} is a longer path than {member.name!r} has room for")
        path = place / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(moved)
        path.chmod(member.mode & 0o777)
    if missing:
        raise refused(name, f"{len(missing)} of its files are missing, such as {min(missing)!r}")
    # Links come last: no file of the archive is written through one.
    for link, points_to in manifest.links.items():
        _link(place, link, points_to, name)


def _link(place: Path, link: str, points_to: str, name: str) -> None:
    path = place / link
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.isabs(points_to):  # noqa: PTH117  (the text is compared, not a path of this system)
        # Only the interpreter that a virtual environment was made with lies elsewhere.
        if not (link.startswith("bin/python") and points_to == str(running_interpreter().executable)):
            raise refused(name, f"its link {link!r} leads to {points_to}")
    else:
        inside = os.path.normpath(str(PurePosixPath(link).parent / points_to))
        if inside.startswith(".."):
            raise refused(name, f"its link {link!r} is outside of the environment")
    path.symlink_to(points_to)


def _describe(environment: Environment) -> Manifest:
    prefix = os.fsencode(environment.prefix)
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    moved: dict[str, Relocation] = {}
    for path in _walk(environment.prefix):
        name = path.relative_to(environment.prefix).as_posix()
        if path.is_symlink():
            links[name] = str(path.readlink())
            continue
        content = path.read_bytes()
        files[name] = hashlib.sha256(content).hexdigest()
        if prefix in content:
            moved[name] = "binary" if b"\0" in content else "text"
    machine = current_platform() if environment.is_conda else running_interpreter().identity
    return Manifest(environment.digest, machine, str(environment.prefix), files, links, moved)


def _walk(prefix: Path) -> Iterator[Path]:
    for root, directories, names in os.walk(prefix):
        for name in [name for name in directories if Path(root, name).is_symlink()]:
            yield Path(root, name)
        directories[:] = sorted(name for name in directories if name != _CACHED and not Path(root, name).is_symlink())
        for name in sorted(names):
            if not name.endswith(".pyc"):
                yield Path(root, name)


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = mode
    archive.addfile(member, io.BytesIO(content))
