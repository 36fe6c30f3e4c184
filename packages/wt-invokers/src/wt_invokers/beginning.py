"""Where a run begins: at its first steps, or at a checkpoint of an earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.run_record import RECORD_DIRECTORY, RUN_FILE

from wt_invokers.recorded import results_of


class Beginning(NamedTuple):
    """A checkpoint of an earlier run.

    Attributes:
        checkpoint: What it is called.
        run_id: The run.
        results: Its results directory.
        params: The parameters that it had.
    """

    checkpoint: str
    run_id: str
    results: Path
    params: dict[str, Any]

    @property
    def options(self) -> dict[str, Any]:
        """What says so in `wt_contracts.cli.WorkflowChoices`."""
        if not self.checkpoint:
            return {}
        return {
            "from_checkpoint": self.checkpoint,
            "from_run": self.run_id,
            "from_results": str(self.results),
        }


BEGINNING: Final = Beginning("", "", Path(), {})
"""Where a run begins that goes on from nothing."""


def find_beginning(home: Path, run: str | None, checkpoint: str | None) -> Beginning:
    """Find the run that a checkpoint is of.

    Args:
        home: Where the results of the workflow's runs are, each in a directory of its run id.
        run: The run's id, or the beginning of it; or its results directory.
        checkpoint: What the checkpoint is called; None for a run that begins at none.

    Raises:
        DiagnosticError: There is no such run (WT531, WT532), or it has kept no parameters (WT535).
    """
    if run is None or checkpoint is None:
        return BEGINNING
    results = results_of(home, run)
    place = results / RUN_FILE
    try:
        run_id = str(json.loads(place.read_bytes())["run_id"])
        place = results / RECORD_DIRECTORY / f"params-{run_id}.json"
        return Beginning(checkpoint, run_id, results.absolute(), dict(json.loads(place.read_bytes())))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not what a run has written"
        message = f"the run in {results} has no checkpoint to begin at: {place} cannot be read: {reason}"
        hint = "begin the run anew; a sequential run and one with --no-record keep no checkpoints"
        raise DiagnosticError(Diagnostic(code=Code.CHECKPOINT_UNUSABLE, message=message, hint=hint)) from None
