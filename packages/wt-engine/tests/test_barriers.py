"""Joins: who must arrive before they open, and when they begin anew."""

from __future__ import annotations

from typing import Any

import pytest
from wt_engine import BarrierType, Pipe
from wt_engine.barriers import Barrier, Verdict


async def nothing() -> None: ...


def barrier(kind: BarrierType) -> Barrier:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    for name in ("a", "b", "c"):
        pipe.step(name, to="join")(nothing)
    pipe.step("join", barrier_type=kind)(nothing)
    return Barrier(pipe.prepared()[0].nodes[3])


@pytest.mark.parametrize(
    ("kind", "moves", "verdicts"),
    [
        (BarrierType.ALL, "+0 +1 +2 +0 +1 +2", "wait wait start wait wait start"),
        (BarrierType.ALL, "+0 +0 +1 +2", "wait wait wait start"),
        (BarrierType.ALL, "-0 +1 +2", "wait wait start"),
        (BarrierType.ALL, "+1 -0 -2", "wait wait start"),
        (BarrierType.ALL, "+1 -0 -2 +0 +1 +2", "wait wait start wait wait start"),
        (BarrierType.ALL, "-0 -1 -2 +0 +1 +2", "wait wait dead wait wait start"),
        (BarrierType.ALL, "-0 -1 -2 +0", "wait wait dead wait"),
        (BarrierType.ALL, "-0 +0 +1 +2", "wait wait wait start"),
        (BarrierType.ANY, "+0 +1 +2 +1", "start wait wait start"),
        (BarrierType.ANY, "+0 +0", "start start"),
        (BarrierType.ANY, "+0 -1 -2 +0", "start wait wait start"),
        (BarrierType.ANY, "-0 -1 +2 -0", "wait wait start wait"),
        (BarrierType.ANY, "+0 -1 -2 -0 -1 -2", "start wait wait wait wait dead"),
        (BarrierType.ANY, "-0 -1 -2", "wait wait dead"),
    ],
)
def test_a_join_opens_when_everyone_it_needs_has_come(kind: BarrierType, moves: str, verdicts: str) -> None:
    join = barrier(kind)
    found = [join.arrive(int(move[1])) if move[0] == "+" else join.bury(int(move[1])) for move in moves.split()]
    assert [verdict.value for verdict in found] == verdicts.split()


def test_a_join_that_has_expired_never_starts() -> None:
    join = barrier(BarrierType.ALL)
    join.arrive(0)
    assert join.waiting_for == [1, 2]
    join.expired = True
    assert [join.arrive(1), join.arrive(2)] == [Verdict.WAIT, Verdict.WAIT]


def test_only_a_join_of_all_waits_and_only_after_the_first_arrival() -> None:
    join, quick = barrier(BarrierType.ALL), barrier(BarrierType.ANY)
    assert join.waits is False
    join.arrive(0)
    quick.arrive(0)
    assert join.waits is True
    assert quick.waits is False
    join.bury(1)
    assert join.waiting_for == [2]
    join.arrive(2)
    assert join.waits is False
    assert join.waiting_for == [0, 1, 2]
