"""Wheels of source directories, each built once per state of its sources."""

from __future__ import annotations

import hashlib
import re
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.git import Git
from wt_envs.interpreter import running_interpreter
from wt_envs.source import copy_files, hash_files, source_files
from wt_envs.state import SourceState, source_state
from wt_envs.store import ENTRY, location, obtain
from wt_envs.uv_process import Progress, UvError, run_uv

KIND: Final = "wheels"
_RULES: Final = "1"
_ATTEMPTS: Final = 3
# The first moment that a zip archive can hold: the same sources then give the same bytes, whenever they are built.
_EPOCH: Final = "315532800"


class Given(NamedTuple):
    """The version that a build is told, instead of reading it from git.

    Attributes:
        distribution: The name of the package.
        version: The version.
    """

    distribution: str
    version: str

    @property
    def environ(self) -> dict[str, str]:
        """The variable that setuptools-scm reads the version from."""
        name = re.sub(r"[-_.]+", "_", self.distribution).upper()
        return {f"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{name}": self.version}


class _ChangedError(Exception):
    """The sources were edited between the look at their state and the copy."""


def build_wheel(
    directory: Path, *, give: Callable[[SourceState], Given] | None = None, progress: Progress | None = None
) -> Path:
    """The wheel of a source directory, in the cache; built if this state of the sources never was.

    What is built is a copy: nothing is left in the directory, nothing that an earlier build left there gets in, and
    two builds do not meet.

    Args:
        directory: The directory that holds `pyproject.toml` or `setup.py`; absolute.
        give: The version to build with, from the state of the sources.
        progress: Told what is being done.

    Returns:
        The wheel.

    Raises:
        DiagnosticError: If the directory is missing or no package (WT402), or the build fails (WT403).
    """
    check_package(directory)
    for attempt in range(_ATTEMPTS):
        state = source_state(directory, fresh=attempt > 0)
        try:
            return _obtain(directory, state, give(state) if give else None, progress)
        except _ChangedError:
            continue
    message = f"the sources in {directory} keep changing while their wheel is built"
    raise DiagnosticError(Diagnostic(code=Code.WHEEL_BUILD_FAILED, message=message), exit_code=1)


def build_archive(archive: Path, *, progress: Progress | None = None) -> Path:
    """The wheel of a source archive, in the cache; built if it never was.

    Raises:
        DiagnosticError: If the build fails (WT403).
    """
    with archive.open("rb") as file:
        key = _key("archive", hashlib.file_digest(file, "sha256").hexdigest())

    def build(staging: Path) -> None:
        _run_build(archive, archive, staging, {}, progress)

    return _wheel_in(obtain(KIND, key, build, intact=_holds_wheel, on_wait=_waiting(archive, progress)))


def check_package(directory: Path) -> None:
    """Make sure that a directory is there and holds a Python package.

    Raises:
        DiagnosticError: If not (WT402).
    """
    here = Path.cwd()
    shown = directory.relative_to(here) if here in directory.parents else directory
    if not directory.exists():
        raise DiagnosticError(_no_source(f"there is no {shown}", None))
    if not directory.is_dir():
        raise DiagnosticError(_no_source(f"{shown} is no directory, wheel or source archive", None))
    if (directory / "setup.py").is_file() or (directory / "setup.cfg").is_file():
        return
    if (directory / "pyproject.toml").is_file():
        try:
            tables = tomllib.loads((directory / "pyproject.toml").read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise DiagnosticError(_no_source(f"{shown / 'pyproject.toml'} cannot be read: {error}", None)) from error
        if "project" in tables or "build-system" in tables or "poetry" in tables.get("tool", {}):
            return
    inner = sorted(path.parent.relative_to(directory).as_posix() for path in directory.glob("*/pyproject.toml"))
    hint = f"did you mean one of its directories: {', '.join(inner[:5])}?" if inner else None
    raise DiagnosticError(_no_source(f"{shown} holds no Python package (a pyproject.toml with [project])", hint))


def _no_source(message: str, hint: str | None) -> Diagnostic:
    return Diagnostic(code=Code.REQUIREMENT_SOURCE_MISSING, message=message, hint=hint)


def _obtain(directory: Path, state: SourceState, given: Given | None, progress: Progress | None) -> Path:
    key = _key("directory", state.digest, given.version if given else state.described)

    def build(staging: Path) -> None:
        if progress is not None:
            progress(f"building a wheel of {given.distribution if given else directory.name}")
        with tempfile.TemporaryDirectory(prefix="wt-source-") as place:
            copy = _copy(directory, state, Path(place) / "source")
            _run_build(directory, copy, staging, given.environ if given else {}, progress)

    return _wheel_in(obtain(KIND, key, build, intact=_holds_wheel, on_wait=_waiting(directory, progress)))


def _copy(directory: Path, state: SourceState, target: Path) -> Path:
    git = Git.of(directory) if state.in_git else None
    names = source_files(directory, git)
    copy = target
    if git is not None and state.described:
        # The build reads the version, and perhaps the list of files, from git: it gets the whole work tree.
        copy_files(git.root, [name for name in git.files(git.root)[0] if (git.root / name).is_file()], target)
        (target / ".git").write_text(f"gitdir: {git.directory}\n", encoding="utf-8")
        copy = target / directory.relative_to(git.root)
    copy_files(directory, names, copy)
    if hash_files(copy, names) != state.digest:
        raise _ChangedError
    return copy


def _run_build(source: Path, copy: Path, staging: Path, environ: dict[str, str], progress: Progress | None) -> None:
    def building(line: str) -> None:
        if progress is not None and line.startswith("Downloading"):
            progress(line)

    settings = {"SOURCE_DATE_EPOCH": _EPOCH, "GIT_OPTIONAL_LOCKS": "0", **environ}
    python = running_interpreter().executable
    options = ("build", "--wheel", "--no-create-gitignore", "--python", python, "--out-dir", staging / ENTRY)
    try:
        run_uv(*options, copy, cwd=staging, environ=settings, progress=building)
    except UvError as error:
        from wt_envs.uv_words import explain

        said = UvError(error.output.replace(str(copy), str(source)))
        doing = f"no wheel can be built of {source}"
        cache = location(KIND, "")
        raise explain(said, cache=cache, otherwise=Code.WHEEL_BUILD_FAILED, doing=doing) from error


def _key(*parts: str) -> str:
    identity = running_interpreter().identity
    return hashlib.sha256("\0".join((_RULES, identity, *parts)).encode()).hexdigest()[:32]


def _holds_wheel(entry: Path) -> bool:
    return any(entry.glob("*.whl"))


def _wheel_in(entry: Path) -> Path:
    return next(entry.glob("*.whl"))


def _waiting(source: Path, progress: Progress | None) -> Callable[[], None] | None:
    if progress is None:
        return None
    return lambda: progress(f"waiting for another process that builds a wheel of {source.name}")
