"""What a compile wrote into a workspace, so that the next one can tell its files from the user's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from wt_compiler import version

FILE = ".wt-manifest.json"
_FORMAT = 1

PictureState: TypeAlias = Literal["drawn", "failed", "large", "unwanted"]


class Manifest(NamedTuple):
    """The files of one compile.

    Attributes:
        files: The SHA-256 of each, by its path in the workspace.
        picture: Whether the graph was drawn, and if not, why.
    """

    files: dict[str, str]
    picture: PictureState

    def to_json(self) -> str:
        """The content of the manifest's file."""
        content = {"format": _FORMAT, "picture": self.picture, "files": self.files}
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    def changed(self, root: Path) -> list[str]:
        """The files that are there but hold something else, by path.

        `VERSION.yaml` is not among them: its version may be set by hand.
        """
        return [
            path
            for path, expected in self.files.items()
            if path != version.FILE and digest(root / path) not in (None, expected)
        ]

    def is_whole(self, root: Path) -> bool:
        """Whether every file is there as it was written."""
        return all(digest(root / path) == expected for path, expected in self.files.items())


def describe(root: Path, paths: Iterable[str], picture: PictureState) -> Manifest:
    """The manifest of files that were just written.

    Raises:
        OSError: If one cannot be read.
    """
    files = {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in sorted(paths)}
    return Manifest(files, picture)


def read(root: Path) -> Manifest | None:
    """The manifest of a directory; None if no compile has written there."""
    try:
        content = json.loads((root / FILE).read_bytes())
        files, picture = content["files"], content["picture"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if content.get("format") != _FORMAT or not isinstance(files, dict):
        return None
    return Manifest({str(path): str(expected) for path, expected in files.items()}, picture)


def digest(path: Path) -> str | None:
    """The SHA-256 of a file; None if it is not there or cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
