"""Which packages a change concerns."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from wt_dev.member import Member, dependants

_ALL = {"pyproject.toml", "uv.lock", "conftest.py"}
_ALL_BELOW = {".ci", ".github", "scripts"}


def changed_packages(paths: Iterable[str], members: Mapping[str, Member]) -> list[str]:
    """The members that a change of some files may break: those that hold the files, and all that depend on them.

    What every package is built or tested with concerns every package: the lock, the settings of the tools, CI, and the
    package that builds the others. Documentation, examples and the tests that cross packages concern none by itself.

    Args:
        paths: The changed files, relative to the checkout.
        members: The members by name.

    Returns:
        Their names, sorted.
    """
    changed: set[str] = set()
    for path in map(PurePosixPath, paths):
        if path.parts[0] in _ALL_BELOW or str(path) in _ALL:
            return sorted(members)
        if path.parts[0] in {"packages", "metapackages"} and len(path.parts) > 2 and path.parts[1] in members:
            member = members[path.parts[1]]
            if not member.is_released:
                return sorted(members)
            changed.add(member.name)
    return sorted(dependants(changed, members))


def changed_paths(root: Path, since: str) -> list[str]:
    """The files that differ between a commit's common ancestor with the present one, and the work tree.

    Args:
        root: The checkout.
        since: The commit, such as `origin/main`.

    Raises:
        subprocess.CalledProcessError: If git does not know the commit.
    """
    command = ["git", "diff", "--name-only", "-z", "--merge-base", since]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [name for name in names.split("\0") if name]
