"""The state of a source directory, remembered: while nothing was touched, no file is read and no process started."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from wt_contracts.diagnostics import DiagnosticError

from wt_envs import cache
from wt_envs.git import Git, GitError
from wt_envs.memo import recall, remember
from wt_envs.source import hash_files, source_files, unreadable, walk

_RULES: Final = "1"
_FROM_GIT: Final = re.compile(
    r"setuptools[-_.]scm|hatch-vcs|versioningit|vcs-versioning|dunamai|dynamic-versioning|flit[-_]scm"
)
_TICK: Final = 50_000_000
_COARSE_TICK: Final = 2_000_000_000


class SourceState(NamedTuple):
    """What a source directory holds now.

    Attributes:
        digest: One SHA-256 over the files that matter.
        described: What git says of the commit, if the package's version is read from git; else empty.
        tag: The version in the last tag `<directory's name>/v<version>`; None if there is none.
        in_git: Whether git told which files matter.
    """

    digest: str
    described: str = ""
    tag: str | None = None
    in_git: bool = False


def source_state(directory: Path, *, fresh: bool = False) -> SourceState:
    """Find the state of a source directory.

    Args:
        directory: An absolute directory.
        fresh: Whether to look at every file, and not to trust what was remembered.

    Raises:
        DiagnosticError: If a file cannot be read (WT402).
    """
    try:
        return _remembered_state(directory, fresh=fresh)
    except PermissionError as error:
        raise DiagnosticError(unreadable(Path(error.filename or directory))) from error


def _remembered_state(directory: Path, *, fresh: bool) -> SourceState:
    git = Git.of(directory)
    signature, settled = _signature(directory, git)
    memo = cache.cache_root() / "sources" / f"{hashlib.sha256(os.fsencode(directory)).hexdigest()[:32]}.json"
    if not fresh:
        try:
            remembered = json.loads(recall(memo))
            if remembered["signature"] == signature:
                return SourceState(**remembered["state"])
        except (ValueError, KeyError, TypeError):
            pass  # Nothing usable is remembered: look.
    state = _look(directory, git)
    if settled:
        remember(memo, json.dumps({"signature": signature, "state": state._asdict()}))
    return state


def _signature(directory: Path, git: Git | None) -> tuple[str, bool]:
    """Everything that changes when a file does, without reading any; and whether it can be relied on already.

    As git does with its index, a file that was written in the clock's present tick is not trusted: it could be written
    again within the same tick, and nothing but its contents would tell.
    """
    parts = [_RULES]
    newest = 0
    for name in walk(directory):
        found = (directory / name).lstat()
        times = (found.st_mtime_ns, found.st_ctime_ns)
        parts.append(f"{name}\0{found.st_size}\0{times}\0{found.st_ino}\0{found.st_mode}")
        newest = max(newest, found.st_mtime_ns)
    ignored = (parent / ".gitignore" for parent in _parents(directory, git))
    for marker in (*(git.markers if git else ()), *ignored):
        changed = marker.lstat().st_mtime_ns if os.path.lexists(marker) else None
        parts.append(f"{marker}\0{changed}")
    tick = _COARSE_TICK if newest % 1_000_000_000 == 0 else _TICK
    signature = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return signature, newest + tick < time.time_ns()


def _parents(directory: Path, git: Git | None) -> list[Path]:
    if git is None:
        return []
    return [parent for parent in directory.parents if parent == git.root or git.root in parent.parents]


def _look(directory: Path, git: Git | None) -> SourceState:
    if git is not None:
        try:
            return _look_in_git(directory, git)
        except GitError:
            pass  # Git is not there, or distrusts the directory's owner: the files themselves are enough.
    return SourceState(hash_files(directory, source_files(directory, None)))


def _look_in_git(directory: Path, git: Git) -> SourceState:
    digest = hash_files(directory, source_files(directory, git))
    described = ""
    if _is_versioned_by_git(directory):
        described = git.ask("describe", "--tags", "--long", "--always", "--dirty", at=directory).strip()
    return SourceState(digest, described, _last_tag(directory, git), in_git=True)


def _last_tag(directory: Path, git: Git) -> str | None:
    prefix = f"{directory.name}/v"
    try:
        return (
            git.ask("describe", "--tags", "--abbrev=0", "--match", f"{prefix}*", at=directory)
            .strip()
            .removeprefix(prefix)
        )
    except GitError:
        return None


def _is_versioned_by_git(directory: Path) -> bool:
    try:
        with (directory / "pyproject.toml").open("rb") as file:
            pyproject = tomllib.load(file)
    except (OSError, ValueError):
        return False
    system = pyproject.get("build-system", {})
    return bool(_FROM_GIT.search(" ".join(map(str, system.get("requires", ())))))
