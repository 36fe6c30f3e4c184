"""The running interpreter as a conda package, and packages that stand for it on other platforms."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from wt_envs.interpreter import running_interpreter
from wt_envs.platforms import PLATFORMS, current_platform
from wt_envs.store import ENTRY, obtain

KIND: Final = "conda-packages"
_RULES: Final = "1"
_LEVEL: Final = 1  # fast: these packages are read a few times and never sent anywhere
_LEFT_OUT: Final = frozenset(
    {"__pycache__", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests", "tkinter", "turtledemo"}
)
_ORIGIN: Final = b"$ORIGIN/../lib"


def assemble_interpreter() -> list[Path]:
    """The packages `python` for each platform and `python_abi`, made once for each interpreter.

    Returns:
        The packages; the directory of each is named for its platform. Only the one for this platform has an interpreter
        in it.
    """

    def build(staging: Path) -> None:
        _assemble_python(staging)
        version = _version()
        for platform in (platform for platform in PLATFORMS if platform != current_platform()):
            assemble_empty(staging, "python", version, platform, "0_cpython", depends=[])
        minor = version.rpartition(".")[0]
        abi = f"0_cp{minor.replace('.', '')}"
        assemble_empty(staging, "python_abi", minor, "noarch", abi, constrains=[f"python {minor}.*"])

    identity = hashlib.sha256(f"{_RULES}\0{running_interpreter().identity}".encode()).hexdigest()
    return packages_in(obtain(KIND, identity[:32], build))


def packages_in(entry: Path) -> list[Path]:
    """The conda packages in a directory that holds one directory for each platform."""
    return sorted(entry.glob("*/*.conda"))


def assemble_empty(
    staging: Path,
    name: str,
    version: str,
    platform: str,
    build: str,
    *,
    depends: Sequence[str] = (),
    constrains: Sequence[str] = (),
) -> None:
    """Make a package that can be solved and locked, and holds nothing to run.

    Args:
        staging: Where it goes, below `entry` and its platform.
        name: Its name.
        version: Its version.
        platform: The platform that it is for.
        build: Its build string.
        depends: What it depends on.
        constrains: What must not be installed beside it in another version.
    """
    from rattler_build import FileEntry, assemble_package

    note = staging / "note.txt"
    note.write_text("This package holds nothing: it stands for the one of another platform.\n", encoding="utf-8")
    target = staging / ENTRY / platform
    target.mkdir(parents=True, exist_ok=True)
    assemble_package(
        *(name, version, platform, build, target),
        files=[FileEntry.from_paths(note, f"share/doc/{name}/note.txt")],
        depends=depends,
        constrains=constrains,
        noarch="generic" if platform == "noarch" else None,
        compression_level=_LEVEL,
        detect_prefix=False,
    )


def _assemble_python(staging: Path) -> None:
    from rattler_build import FileEntry, assemble_package

    target = staging / ENTRY / current_platform()
    target.mkdir(parents=True)
    files = [FileEntry.from_paths(source, destination) for source, destination in _files(staging)]
    build = f"0_cpython{getattr(sys, 'abiflags', '')}"
    assemble_package(
        *("python", _version(), current_platform(), build, target),
        files=files,
        constrains=[f"python_abi {_version().rpartition('.')[0]}.*"],
        compression_level=_LEVEL,
        detect_prefix=False,
    )


def _files(staging: Path) -> Iterator[tuple[Path, Path]]:
    """Each file that goes into the package, and where in the package it goes."""
    prefix = Path(sys.base_prefix)
    minor = _version().rpartition(".")[0]
    program = Path("bin", f"python{minor}")
    yield _movable(prefix / program, staging), program
    library = sysconfig.get_config_var("INSTSONAME") or ""
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and (prefix / "lib" / library).is_file():
        yield prefix / "lib" / library, Path("lib", library)
    for link in ("python", "python3"):
        place = staging / link
        place.symlink_to(program.name)
        yield place, Path("bin", link)
    for root, directories, names in os.walk(prefix / "lib" / f"python{minor}"):
        directories[:] = [name for name in directories if name not in _LEFT_OUT and not name.startswith("config-")]
        for name in names:
            if not name.endswith((".a", ".pyc")):
                yield Path(root, name), Path(root, name).relative_to(prefix)


def _movable(program: Path, staging: Path) -> Path:
    """A copy of the interpreter that finds its library beside itself, wherever it is installed."""
    content = program.resolve().read_bytes()
    fixed = os.fsencode(Path(sys.base_prefix, "lib")) + b"\0"
    if fixed in content and len(_ORIGIN) < len(fixed):
        content = content.replace(fixed, _ORIGIN.ljust(len(fixed), b"\0"))
    copy = staging / program.name
    copy.write_bytes(content)
    copy.chmod(0o755)
    return copy


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
