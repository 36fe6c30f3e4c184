"""Tokens: who hears of a cancellation."""

from __future__ import annotations

import asyncio

import pytest
from wt_engine import CancellationToken, PipelineCancelled


def test_children_are_cancelled_with_their_parents_and_not_the_other_way_round() -> None:
    parent, other = CancellationToken(), CancellationToken()
    child = CancellationToken(parent, other)
    CancellationToken(parent).cancel("just me")
    assert not parent.cancelled
    parent.cancel("all")
    parent.cancel("again")
    assert (child.cancelled, child.reason) == (True, "all")
    assert not other.cancelled


def test_a_child_of_a_cancelled_token_is_cancelled_from_the_start() -> None:
    parent = CancellationToken()
    parent.cancel("before")
    assert CancellationToken(parent).reason == "before"


def test_a_released_child_hears_no_more() -> None:
    parent = CancellationToken()
    child = CancellationToken(parent)
    child.release()
    parent.cancel()
    assert not child.cancelled


def test_a_checkpoint_gives_up_once_cancelled() -> None:
    token = CancellationToken()
    asyncio.run(token.checkpoint())
    token.cancel("enough")
    with pytest.raises(PipelineCancelled, match="enough"):
        asyncio.run(token.checkpoint())
