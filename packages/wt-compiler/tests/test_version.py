"""Versions of compiled workflows."""

from __future__ import annotations

import pytest
from wt_compiler.version import Stamp, next_stamp


def test_a_first_compile_gives_the_first_version() -> None:
    assert next_stamp(None, "a", "b").text == "0.1.0"


@pytest.mark.parametrize(
    ("old", "structure", "inputs", "new"),
    [
        ((0, 3, 2), "same", "same", "0.3.2"),
        ((0, 3, 2), "same", "other", "0.3.3"),
        ((0, 3, 2), "other", "other", "0.4.0"),
        ((1, 3, 2), "same", "same", "1.3.2"),
        ((1, 3, 2), "same", "other", "1.3.3"),
        ((1, 3, 2), "other", "other", "2.0.0"),
    ],
)
def test_the_part_that_goes_up_says_what_changed(
    old: tuple[int, int, int], structure: str, inputs: str, new: str
) -> None:
    assert next_stamp(Stamp(old, "same", "same"), structure, inputs).text == new


def test_a_stamp_survives_its_file() -> None:
    stamp = Stamp((1, 20, 3), "0a" * 32, "1b" * 32)
    assert Stamp.from_yaml(stamp.to_yaml()) == stamp


@pytest.mark.parametrize("line", ["version: 1.2.3", "version: '1.2.3'", 'version:   "1.2.3"  # stable now'])
def test_a_version_set_by_hand_is_read(line: str) -> None:
    stamp = Stamp.from_yaml(f"{line}\nstructure: ab\ninputs: cd\n")
    assert stamp == Stamp((1, 2, 3), "ab", "cd")


@pytest.mark.parametrize("text", ["", "version: one", "version: 1.2", "MAJ: 1\nMIN: 2\nPATCH: 3\n", "version: 1.2.3.4"])
def test_a_file_without_a_version_is_none(text: str) -> None:
    assert Stamp.from_yaml(text) is None
