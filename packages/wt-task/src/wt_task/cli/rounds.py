"""The rounds of `wt dev`: all write into one results directory, whose record keeps the last few of them."""

from __future__ import annotations

import contextlib
import json
import os

from wt_contracts.run_record import RunRecord

from wt_task.cli.answers import forget_request
from wt_task.cli.record import params_file
from wt_task.whole_file import write_whole

_FILE = "rounds.json"
_KEPT = 5


def begin_round(record: RunRecord) -> RunRecord:
    """Note a run as the latest round.

    Returns:
        The record of it, which forgets what was a round before the last few; other runs stay. One that cannot be
        tidied keeps everything.
    """
    path = f"{record.directory}/{_FILE}"
    rounds = [name for name in _read(path) if name != record.run_id]
    kept = [*rounds, record.run_id][-_KEPT:]
    forgotten = tuple(name for name in rounds if name not in kept)
    with contextlib.suppress(OSError):
        write_whole(path, json.dumps(kept).encode())
        for name in forgotten:
            earlier = record._replace(run_id=name)
            forget_request(earlier)
            os.unlink(params_file(earlier))  # noqa: PTH108 - importing pathlib costs more than a run may take
    return record._replace(forgets=forgotten)


def _read(path: str) -> list[str]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            found = json.load(file)
    except (OSError, ValueError):
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
