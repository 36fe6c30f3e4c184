"""The state of a source directory: which files matter, and one hash over all of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from wt_contracts.cli import RESULT_FILE
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.run_record import RECORD_DIRECTORY, RUN_FILE, WORKSPACE_FILE

from wt_envs.git import Git

_NEVER: Final = frozenset(
    {"__pycache__", ".git", ".hg", ".svn", "node_modules", ".venv", ".tox", ".nox", ".eggs", ".pixi"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", ".ipynb_checkpoints"}
)
_NEVER_AT_TOP: Final = frozenset({"build", "dist", "venv", "env"})
_NEVER_SUFFIXES: Final = (".pyc", ".pyo", ".egg-info", ".DS_Store")


def source_files(directory: Path, git: Git | None) -> list[str]:
    """The files of a source directory that matter, relative to it, sorted.

    Args:
        directory: The directory.
        git: The work tree that holds it; None if there is none.

    Returns:
        In git what is tracked, and what is neither tracked nor ignored; else everything; in both cases without caches,
        build results, virtual environments, compiled workflows and the results of runs.
    """
    if git is None:
        return sorted(walk(directory))
    tracked, others = git.files(directory)
    wanted = _only_files(directory, tracked)
    wanted |= {name for name in _only_files(directory, others) if not _is_left_out(directory, name)}
    return sorted(wanted)


def walk(directory: Path, below: str = "") -> Iterator[str]:
    """Every file of a directory but caches, build results, virtual environments, compiled workflows and results."""
    with os.scandir(directory / below) as found:
        children = sorted(found, key=lambda entry: entry.name)
    for child in children:
        name = f"{below}/{child.name}" if below else child.name
        if child.name in _NEVER or child.name.endswith(_NEVER_SUFFIXES):
            continue
        if not child.is_dir(follow_symlinks=False):
            yield name
        elif not (not below and child.name in _NEVER_AT_TOP) and not is_product(Path(child.path)):
            yield from walk(directory, name)


def is_product(directory: Path) -> bool:
    """Whether a tool made a directory: a cache, a virtual environment, a compiled workflow or the results of a run."""
    if (directory / "pyvenv.cfg").exists() or (directory / "CACHEDIR.TAG").exists():
        return True
    if (directory / RECORD_DIRECTORY / WORKSPACE_FILE).exists():
        return True
    if (directory / RUN_FILE).exists() and (directory / RESULT_FILE).exists():
        return True
    try:
        return "\n[tool.wt]\n" in (directory / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def hash_files(directory: Path, names: Iterable[str]) -> str:
    """One SHA-256 over the names, contents, targets and executable bits of files."""
    digest = hashlib.sha256()
    for name in names:
        path = directory / name
        digest.update(f"\0{name}\0".encode("utf-8", "surrogateescape"))
        if _is_link_inside(path, directory):
            digest.update(b"link\0" + os.fsencode(path.readlink()))
            continue
        with path.open("rb") as file:
            digest.update(b"x\0" if os.fstat(file.fileno()).st_mode & stat.S_IXUSR else b"-\0")
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def copy_files(directory: Path, names: Iterable[str], target: Path) -> None:
    """Copy files of a source directory, keeping their layout, times and modes.

    Raises:
        DiagnosticError: If one cannot be read (WT402).
    """
    for name in names:
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        source = directory / name
        if not source.is_symlink() and not os.access(source, os.R_OK):
            raise DiagnosticError(unreadable(source))
        shutil.copy2(source, destination, follow_symlinks=not _is_link_inside(source, directory))


def _is_link_inside(path: Path, directory: Path) -> bool:
    """Whether a path is a link that can be kept as one; one to a file elsewhere would lead nowhere in a copy."""
    return path.is_symlink() and not (path.is_file() and not path.resolve().is_relative_to(directory.resolve()))


def unreadable(path: Path) -> Diagnostic:
    """What to say of a source that cannot be read."""
    return Diagnostic(code=Code.REQUIREMENT_SOURCE_MISSING, message=f"{path} cannot be read", file=str(path))


def _only_files(directory: Path, names: Iterable[str]) -> set[str]:
    """Leave out what was deleted, and look into what git names as a whole (a nested repository)."""
    files: set[str] = set()
    for name in names:
        path = directory / name
        if path.is_dir() and not path.is_symlink():
            prefix = name.rstrip("/")
            files |= {f"{prefix}/{inner}" for inner in walk(path)}
        elif os.path.lexists(path):
            files.add(name)
    return files


def _is_left_out(directory: Path, name: str) -> bool:
    parts = name.split("/")
    if parts[0] in _NEVER_AT_TOP and len(parts) > 1:
        return True
    if any(part in _NEVER or part.endswith(_NEVER_SUFFIXES) for part in parts):
        return True
    return any(is_product(directory.joinpath(*parts[:depth])) for depth in range(1, len(parts)))
