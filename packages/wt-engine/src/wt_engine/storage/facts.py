"""What is known of every call, packed into one column of its row.

A row is written between any two steps that follow on each other, and every column costs more than what it holds.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, NamedTuple

from wt_engine.ends import Outcome
from wt_engine.events import NodeKind

_FORM = Struct("<IIIIiIIIdddBB")

KINDS = {kind: code for code, kind in enumerate(NodeKind)}
OUTCOMES = {outcome: code for code, outcome in enumerate(Outcome)}
_KINDS, _OUTCOMES = tuple(KINDS), tuple(OUTCOMES)

pack = _FORM.pack
"""The values of `Facts`, in order, as bytes; `KINDS` and `OUTCOMES` have the codes, 0 stands for what is unknown."""


class Facts(NamedTuple):
    """What is packed; see `StepRecord`. `run` is the writer's number.

    Attributes:
        start_seq: The number of its STEP_START among the events of the stream.
        end_seq: The number of its STEP_END or STEP_ERROR.
        seconds: How long its function took.
    """

    run: int
    number: int
    parent: int
    owner: int
    position: int
    attempt: int
    start_seq: int | None
    end_seq: int | None
    started_at: float | None
    ended_at: float | None
    seconds: float
    kind: NodeKind
    outcome: Outcome

    def packed(self) -> bytes:
        """The bytes of it."""
        codes = KINDS[self.kind], OUTCOMES[self.outcome]
        return pack(*self[:6], *(value or 0 for value in self[6:11]), *codes)


def unpacked(content: bytes) -> Facts:
    """What was packed."""
    values = _FORM.unpack(content)
    known = (value or None for value in values[6:10])
    return Facts._make((*values[:6], *known, values[10], _KINDS[values[11]], _OUTCOMES[values[12]]))


def repacked(*columns: Any) -> bytes:
    """The same from columns of their own, as older stores have them."""
    return Facts._make((*columns[:11], NodeKind(columns[11]), Outcome(columns[12]))).packed()
