"""Changelogs, built by towncrier from a file for each change."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import tomlkit
from packaging.version import Version

from wt_dev.member import Member
from wt_dev.mistake import MistakeError

_SETTINGS = ".changelog/towncrier.toml"


class NoNotesError(MistakeError):
    """A changelog says nothing of a version."""


def build_changelog(member: Member, root: Path, version: Version, *, day: date, draft: bool = False) -> str:
    """Turn the fragments of a package into a section of its changelog.

    Args:
        member: The package.
        root: The checkout.
        version: The version that is to be released.
        day: The date in the section's title.
        draft: Only show the section; otherwise it is written, and the fragments are removed and staged.

    Returns:
        What towncrier printed; with `draft` the section.

    Raises:
        NoNotesError: If no fragment says anything of it.
        subprocess.CalledProcessError: If towncrier fails, for example because of a fragment of an unknown kind.
    """
    if not fragments(member, root):
        raise NoNotesError(f"there is no fragment in .changelog/{member.name}")
    settings = tomlkit.parse((root / _SETTINGS).read_text(encoding="utf-8"))
    table = settings["tool"]["towncrier"]
    changelog = (member.directory / "CHANGELOG.md").relative_to(root.resolve())
    table.update({"name": member.name, "directory": f".changelog/{member.name}", "filename": changelog.as_posix()})
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "towncrier.toml"
        config.write_text(tomlkit.dumps(settings), encoding="utf-8")
        options = ["--config", str(config), "--dir", str(root), "--version", str(version), "--date", day.isoformat()]
        command = [sys.executable, "-m", "towncrier", "build", *options, "--draft" if draft else "--yes"]
        return subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout


def fragments(member: Member, root: Path) -> list[Path]:
    """The files of the changes that no release of a package has yet."""
    return sorted(path for path in (root / ".changelog" / member.name).glob("*.*") if path.name[0] != ".")


def release_notes(member: Member, version: Version) -> str:
    """The section of a version in the changelog of a package, without its title.

    Raises:
        NoNotesError: If there is none.
    """
    text = (member.directory / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(str(version))}\b.*\n(?P<text>(?:(?!## ).*\n?)*)", text, re.MULTILINE)
    if section is None or not section["text"].strip():
        raise NoNotesError(f"the changelog of {member.name} has no section for {version}")
    return f"{section['text'].strip()}\n"
