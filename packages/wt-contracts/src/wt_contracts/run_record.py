"""Where a run of a compiled workflow is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wt_contracts.approval import ApprovalAnswer

RECORD_DIRECTORY = ".wt"
"""Where it is, in the results directory."""

WORKSPACE_FILE = "workspace.json"
"""What says in there which workspace the run is of, if `wt` has started it."""

RUN_FILE = "run.json"
"""What says in the results directory what the run was (`wt_contracts.provenance`)."""


class Origin(NamedTuple):
    """Where a run begins that does not begin at the beginning: a checkpoint of another one.

    Attributes:
        directory: The local directory with the record of that run.
        run_id: That run.
        checkpoint: What the checkpoint is called.
        params: The parameters that that run had.
    """

    directory: str
    run_id: str
    checkpoint: str
    params: dict[str, Any]


class RunRecord(NamedTuple):
    """Where a run is recorded, and whether it goes on from what is there.

    Attributes:
        directory: A local directory; it need not exist yet.
        run_id: What the run is called. To resume, the beginning of the id of a run that was recorded there is enough.
        resume: Whether to go on with that run instead of beginning a new one.
        answer: What a person said to the approval that the run waits for.
        origin: Where the run begins, or has begun, if that is a checkpoint of another run.
        secrets: The values by name of what the record must not hold; they are there again when a run goes on.
        forgets: The ids of earlier runs that the record is to hold no more.
    """

    directory: str
    run_id: str
    resume: bool = False
    answer: ApprovalAnswer | None = None
    origin: Origin | None = None
    secrets: Mapping[str, str] | None = None
    forgets: tuple[str, ...] = ()
