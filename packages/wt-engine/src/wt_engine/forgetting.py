"""Earlier runs of a workflow that its record holds no more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from wt_engine.beginnings import VALUES, origin_file

if TYPE_CHECKING:
    from wt_engine.storage.backend import StorageBackend

_CLOCKS = 1.0
"""Seconds by which the clock of the file system may differ from that of the process."""
_RUNS = 1000
"""A record with more runs than that keeps all files of values."""


def forget(backend: StorageBackend, directory: Path, run_ids: Iterable[str]) -> None:
    """Take runs out of a record, with the files of values that no other run there has.

    A value that is kept again has its file touched, so that one which is older than all runs belongs to none.

    Args:
        backend: The store of the record.
        directory: Where the record is.
        run_ids: Those runs; nothing happens for one that is not there.

    Raises:
        StoreError: The store cannot be written.
        OSError: A file cannot be removed.
    """
    for run_id in run_ids:
        backend.delete_run(run_id)
        origin_file(directory, run_id).unlink(missing_ok=True)
    left = backend.list_runs(limit=_RUNS)
    if len(left) == _RUNS:
        return
    oldest = min((run.started_at for run in left), default=time())
    for path in (directory / VALUES).glob("*"):
        if path.stat().st_mtime < oldest - _CLOCKS:
            path.unlink()
