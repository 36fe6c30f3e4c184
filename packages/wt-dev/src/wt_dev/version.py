"""The version that a package has now: from its last tag and the commits since that touched it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from wt_dev.member import Member
from wt_dev.mistake import MistakeError


class TagError(MistakeError):
    """A tag releases nothing."""


class Tag(NamedTuple):
    """A tag that releases a package, such as `wt-task/v0.2.0`.

    Attributes:
        package: The name of the package.
        version: Its version.
    """

    package: str
    version: Version

    def __str__(self) -> str:
        return f"{self.package}/v{self.version}"


def parse_tag(text: str) -> Tag:
    """Read a tag; `refs/tags/` may stand before it.

    Raises:
        TagError: If it is no tag of a release.
    """
    package, separator, version = text.removeprefix("refs/tags/").partition("/v")
    try:
        if separator:
            return Tag(package, Version(version))
    except InvalidVersion:
        pass
    raise TagError(f"{text} is no tag of a release: <package>/v<version>, such as wt-task/v0.2.0")


def member_version(member: Member) -> Version:
    """The version that setuptools-scm gives to a package of a checkout.

    Raises:
        subprocess.CalledProcessError: If it cannot tell, for example in a shallow clone.
    """
    command = [sys.executable, "-m", "setuptools_scm"]
    found = subprocess.run(command, cwd=member.directory, stdout=subprocess.PIPE, text=True, check=True)
    return Version(found.stdout.strip())


def last_tag(member: Member, root: Path) -> Tag | None:
    """The latest release of a package that the present commit comes after; None if there is none."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", f"{member.name}/v*"]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return parse_tag(found.stdout.strip()) if found.returncode == 0 else None
