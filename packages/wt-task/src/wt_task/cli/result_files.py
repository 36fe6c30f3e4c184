"""The files that a run leaves in its results, with their digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wt_contracts.run_record import RECORD_DIRECTORY, RUN_FILE

if TYPE_CHECKING:
    from wt_task.cli.results import ResultsDirectory

_CHUNK = 1 << 20


class ResultFiles:
    """Tells which files of a results directory have come or changed since this was made.

    Args:
        results: The directory, on this machine or elsewhere.
    """

    def __init__(self, results: ResultsDirectory) -> None:
        self._results = results
        self._before = dict(self._files())

    def changed(self, also: set[str]) -> list[dict[str, Any]]:
        """The files, in the order of their paths.

        Args:
            also: Paths of files that belong to the run although they have not changed, as far as they are there.
        """
        found = sorted(path for path, state in self._files() if path in also or self._before.get(path) != state)
        return [_described(path, self._results.chunks(path)) for path in found]

    def _files(self) -> Iterator[tuple[str, object]]:
        for path, state in self._results.files():
            if path != RUN_FILE and not path.startswith(f"{RECORD_DIRECTORY}/"):
                yield path, state


def digest(name: str, path: str) -> dict[str, Any]:
    """What `run.json` says of a file, a `wt_contracts.provenance.RunFile`.

    Args:
        name: What it is called there.
        path: Where it is.
    """
    return _described(name, _content(path))


def _content(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
        while content := file.read(_CHUNK):
            yield content


def _described(name: str, chunks: Iterable[bytes]) -> dict[str, Any]:
    import hashlib

    sha256, size = hashlib.sha256(), 0
    try:
        for chunk in chunks:
            sha256.update(chunk)
            size += len(chunk)
    except (OSError, ValueError):
        return {"path": name}
    return {"path": name, "size": size, "sha256": sha256.hexdigest()}
