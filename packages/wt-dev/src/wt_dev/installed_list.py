"""The list in a package's README of what installing it brings."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from wt_envs.uv_process import run_uv

from wt_dev.member import Member

_BEGIN = "<!-- what it installs: `wt-dev refresh` writes this -->"
_END = "<!-- end -->"
_BETWEEN = re.compile(rf"{re.escape(_BEGIN)}\n.*?{re.escape(_END)}\n", re.DOTALL)


def installed_sets(member: Member, root: Path) -> dict[str, set[str]]:
    """The distributions that come with a package (key: the empty text), and with each of its extras, on this platform.

    Args:
        member: The package.
        root: The checkout, whose `uv.lock` is read.

    Raises:
        UvError: If the lock is not that of the checkout's packages.
    """
    return {extra: _locked(member, extra, root) for extra in ("", *member.extras)}


def _locked(member: Member, extra: str, root: Path) -> set[str]:
    options = ["--package", member.name, *(["--extra", extra] if extra else [])]
    plain = ("--no-dev", "--no-hashes", "--no-annotate", "--no-header", "--quiet")
    with tempfile.TemporaryDirectory() as directory:
        exported = Path(directory) / "requirements.txt"
        run_uv("export", "--locked", *options, *plain, "--output-file", exported, cwd=root)
        lines = exported.read_text(encoding="utf-8").splitlines()
    ours = {line.rpartition("/")[2] for line in lines if line.startswith(("-e ", "./"))}
    others = (Requirement(line) for line in lines if line[0].isalnum())
    here = (found.name for found in others if found.marker is None or found.marker.evaluate())
    return ours | {str(canonicalize_name(name)) for name in here}


def installed_list(member: Member, sets: Mapping[str, set[str]]) -> str:
    """The list as it stands in the README, with its markers."""
    others = sorted(sets[""] - {member.name})
    lines = [f"`pip install {member.name}` installs {len(others)} other packages: {', '.join(others) or 'none'}.\n"]
    if len(others) == 1:
        lines = [f"`pip install {member.name}` installs one other package: {others[0]}.\n"]
    for extra in member.extras:
        more = sorted(sets[extra] - sets[""])
        lines.append(f"- `{member.name}[{extra}]` adds {', '.join(more)}.\n")
    if member.extras:
        lines.insert(1, "\n")
    return "".join((f"{_BEGIN}\n", *lines, f"{_END}\n"))


def list_in(readme: str) -> str | None:
    """The list in the text of a README; None if it has none."""
    found = _BETWEEN.search(readme)
    return found.group() if found else None


def with_list(readme: str, text: str) -> str:
    """The text of a README with a list in the place of its list, or at its end."""
    if list_in(readme) is None:
        return f"{readme.rstrip()}\n\n{text}"
    return _BETWEEN.sub(lambda _: text, readme)
