"""The files that a run leaves in its results, with their digests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from wt_contracts.run_record import RECORD_DIRECTORY, RUN_FILE

_State = tuple[int, int, int]


class ResultFiles:
    """Tells which files of a directory have come or changed since this was made.

    Args:
        directory: The local results directory; None if the results are elsewhere, where no file is seen.
    """

    def __init__(self, directory: str | None) -> None:
        self._directory = directory
        self._before = dict(self._walk())

    def changed(self, also: set[str]) -> list[dict[str, Any]]:
        """The files, in the order of their paths.

        Args:
            also: Paths of files that belong to the run although they have not changed, as far as they are there.
        """
        found = sorted(path for path, state in self._walk() if path in also or self._before.get(path) != state)
        return [digest(path, f"{self._directory}/{path}") for path in found]

    def _walk(self) -> Iterator[tuple[str, _State]]:
        pending = [""] if self._directory is not None else []
        while pending:
            above = pending.pop()
            try:
                with os.scandir(f"{self._directory}/{above}") as entries:
                    for entry in entries:
                        path = f"{above}{entry.name}"
                        if entry.is_dir(follow_symlinks=False):
                            pending += [f"{path}/"] if path != RECORD_DIRECTORY else []
                        elif entry.is_file() and path != RUN_FILE:
                            stat = entry.stat()
                            yield path, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            except OSError:  # a task may tidy up meanwhile
                continue


def digest(name: str, path: str) -> dict[str, Any]:
    """What `run.json` says of a file, a `wt_contracts.provenance.RunFile`.

    Args:
        name: What it is called there.
        path: Where it is.
    """
    import hashlib

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return {"path": name, "size": file.tell(), "sha256": sha256}
    except (OSError, ValueError):
        return {"path": name}
