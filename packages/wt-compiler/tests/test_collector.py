"""Leaving the garbage collector alone."""

from __future__ import annotations

import gc

import pytest
from wt_compiler.collector import no_garbage_collection


def test_the_collector_is_off_meanwhile_and_as_before_afterwards() -> None:
    assert gc.isenabled()
    with no_garbage_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_comes_back_after_an_error() -> None:
    with pytest.raises(KeyError), no_garbage_collection():
        raise KeyError
    assert gc.isenabled()
