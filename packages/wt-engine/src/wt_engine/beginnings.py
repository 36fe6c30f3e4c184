"""Runs of a workflow that begin at a checkpoint of another run: what they know from the start, in their own record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_engine.errors import ResumeError, UnrecordableError
from wt_engine.kept_values import ValueKeeper
from wt_engine.storage.sqlite import SQLiteBackend
from wt_engine.whole_file import write_whole

if TYPE_CHECKING:
    from wt_contracts.run_record import Origin, RunRecord

STORE = "runs.db"
VALUES = "values"
"""The files in the directory of a record."""


class CheckpointError(ResumeError):
    """A run cannot begin at a checkpoint.

    Attributes:
        hint: What to do.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def known_values(record: RunRecord, keeper: ValueKeeper, params: Mapping[str, Any]) -> dict[str, Any]:
    """What the steps have returned that stand before the place where a run begins, by their names.

    They are noted in the record of the run, so that it can go on when the other run is gone.

    Args:
        record: Where the run is recorded.
        keeper: Writes values there.
        params: The parameters of the run.

    Raises:
        CheckpointError: There is no such checkpoint, it cannot be read any more, or the parameters do not go with it.
        StoreError: The record of the other run cannot be read.
        OSError: The record cannot be written.
    """
    path = origin_file(Path(record.directory), record.run_id)
    if record.resume:
        try:
            noted = json.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        return _decoded(noted, keeper)
    if record.origin is None:
        return {}
    values = _checkpoint(record.origin, record.secrets)
    _check_params(record.origin, params, values)
    write_whole(path, json.dumps({name: keeper.encode(value) for name, value in values.items()}).encode())
    return values


def origin_file(directory: Path, run_id: str) -> Path:
    """What a run knows that begins at a checkpoint, in the directory of its record."""
    return directory / f"origin-{run_id}.json"


def _checkpoint(origin: Origin, secrets: Mapping[str, str] | None) -> dict[str, Any]:
    directory = Path(origin.directory)
    keeper = ValueKeeper(directory / VALUES, secrets)
    with closing(SQLiteBackend(directory / STORE, create=False)) as store:
        found = store.checkpoints(origin.run_id, origin.checkpoint)
        others = [] if found else store.checkpoints(origin.run_id)
    if not found:
        message = f"the run {origin.run_id} has no checkpoint '{origin.checkpoint}'"
        names = ", ".join(dict.fromkeys(each.name for each in others))
        raise CheckpointError(message, f"it has {names}" if names else "it has come to none")
    try:
        return _decoded(keeper.decode(found[-1].state), keeper)
    except UnrecordableError as error:
        message = f"the checkpoint '{origin.checkpoint}' of the run {origin.run_id} cannot be used: {error.why}"
        raise CheckpointError(message, "begin the run anew") from error


def _decoded(texts: Mapping[str, str], keeper: ValueKeeper) -> dict[str, Any]:
    return {name: keeper.decode(text) for name, text in texts.items()}


def _check_params(origin: Origin, params: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    before, now = dict(_flat(origin.params)), dict(_flat(params))
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    for step in values:
        own = sorted(name for name in changed if name.startswith(f"{step}."))
        if own:
            message = f"'{own[0]}' cannot change: '{step}' stands before the checkpoint '{origin.checkpoint}'"
            raise CheckpointError(f"{message}, and does not run again", "leave it as it was, or begin the run anew")


def _flat(params: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """All parameters by their places; a mapping inside of a value is one, too."""
    for name, value in params.items():
        yield f"{place}{name}", value
        if isinstance(value, dict):
            yield from _flat(value, f"{place}{name}.")
