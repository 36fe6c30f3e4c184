"""Wheels and source distributions of the packages."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename
from wt_envs.uv_process import find_uv, run_uv

from wt_dev.member import Member
from wt_dev.renamed import renamed_copy
from wt_dev.version import member_version

_AT_ONCE = 2


def build_all(
    members: Iterable[Member], target: Path, *, own: Collection[str] = (), prefix: str = "", source: str = ""
) -> None:
    """Build the source distribution of each package, and from that its wheel.

    Args:
        members: The packages.
        target: The directory that gets the files.
        own: The names that a prefix is put before: those of all packages of the checkout.
        prefix: What comes before each name, such as `acme-`; empty for the names as they are.
        source: The URL of the repository, for the metadata; empty if it is not to be there.

    Raises:
        UvError: If a build fails.
    """
    target.mkdir(parents=True, exist_ok=True)
    find_uv()  # asks sysconfig, which two threads must not ask first at the same time
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(lambda member: _build(member, target, own, prefix, source), members):
            pass


def _build(member: Member, target: Path, own: Collection[str], prefix: str, source: str) -> None:
    if not prefix and not source:
        _run(member.directory, target, {})
        return
    name = re.sub(r"[-_.]+", "_", f"{prefix}{member.name}").upper()
    version = {f"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{name}": str(member_version(member))}
    with tempfile.TemporaryDirectory() as directory:
        _run(renamed_copy(member, own, prefix, Path(directory), source=source), target, version)


def _run(source: Path, target: Path, environ: dict[str, str]) -> None:
    # The build requirements are installed here: building all packages downloads nothing and makes no environment each.
    options = ("--no-build-isolation", "--python", sys.executable, "--no-create-gitignore", "--out-dir", target)
    run_uv("build", source, *options, cwd=source, environ=environ)


def wheels_in(directory: Path) -> dict[str, Path]:
    """The wheels of a directory by the canonical names of their distributions."""
    return {
        str(canonicalize_name(parse_wheel_filename(path.name)[0])): path.resolve()
        for path in sorted(directory.glob("*.whl"))
    }
