"""What wt asks of git about a source directory."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Git:
    """The git work tree that holds a directory.

    Attributes:
        root: The top of the work tree.
        directory: Its git directory.
    """

    root: Path
    directory: Path

    @classmethod
    def of(cls, path: Path) -> Git | None:
        """The work tree that holds `path`, found by its files alone; None if there is none."""
        for root in (path, *path.parents):
            marker = root / ".git"
            if marker.is_dir():
                return cls(root, marker)
            if marker.is_file():
                pointer = marker.read_text(encoding="utf-8").strip().removeprefix("gitdir:").strip()
                return cls(root, (root / pointer).resolve())
        return None

    @cached_property
    def markers(self) -> tuple[Path, ...]:
        """The files and directories that change when anything is staged, committed, checked out or tagged."""
        pointer = self.directory / "commondir"
        shared = self.directory
        if pointer.is_file():
            shared = (self.directory / pointer.read_text(encoding="utf-8").strip()).resolve()
        tags = shared / "refs" / "tags"
        below = sorted(path for path in tags.iterdir() if path.is_dir()) if tags.is_dir() else []
        names = ("index", "HEAD", "logs/HEAD")
        return (
            *(self.directory / name for name in names),
            shared / "packed-refs",
            shared / "info/exclude",
            tags,
            *below,
        )

    def files(self, directory: Path) -> tuple[list[str], list[str]]:
        """The files below a directory, relative to it: those that are tracked, and those neither tracked nor ignored.

        Raises:
            GitError: If git is not installed or refuses.
        """
        tracked = self.ask("ls-files", "-z", "--cached", "--deduplicate", "--", ".", at=directory)
        others = self.ask("ls-files", "-z", "--others", "--exclude-standard", "--", ".", at=directory)
        return _split(tracked), _split(others)

    def ask(self, *arguments: str, at: Path) -> str:
        """What `git <arguments>` prints in a directory.

        Raises:
            GitError: If git is not installed or refuses.
        """
        try:
            done = subprocess.run(["git", *arguments], cwd=at, env=self.environ(), capture_output=True, check=False)
        except FileNotFoundError:
            raise GitError("git is not installed") from None
        if done.returncode != 0:
            raise GitError(done.stderr.decode(errors="replace").strip())
        return done.stdout.decode("utf-8", "surrogateescape")

    @staticmethod
    def environ() -> dict[str, str]:
        """The environment for git: nothing points it elsewhere, and it does not refresh the index of its own accord."""
        kept = {name: value for name, value in os.environ.items() if name not in _POINTERS}
        return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


class GitError(Exception):
    """Git is not installed, or refuses to answer."""


_POINTERS = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"}


def _split(output: str) -> list[str]:
    return [name for name in output.split("\0") if name]
