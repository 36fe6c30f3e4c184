"""What is gathered about one file."""

from __future__ import annotations

import pytest
from wt_compiler.findings import LONGEST_LINE, MOST_SHOWN, Findings
from wt_compiler.values import Position
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError

CODE = Code.WRONG_VALUE


def test_diagnostics_come_in_the_order_of_their_places() -> None:
    findings = Findings("spec.yaml", ["a", "b"])
    findings.error(CODE, "second", Position(2, 1))
    findings.warn(CODE, "first", Position(1, 5))
    findings.error(CODE, "of the whole file", None)
    assert [found.message for found in findings.sorted] == ["of the whole file", "first", "second"]


def test_warnings_alone_do_not_fail() -> None:
    findings = Findings("spec.yaml", ["a"])
    findings.warn(CODE, "careful", Position(1, 1))
    findings.raise_if_failed()
    findings.error(CODE, "wrong", Position(1, 1))
    with pytest.raises(DiagnosticError) as caught:
        findings.raise_if_failed()
    assert len(caught.value.diagnostics) == 2


def test_very_many_are_counted() -> None:
    findings = Findings("spec.yaml", ["a"])
    for number in range(MOST_SHOWN + 7):
        findings.error(CODE, "wrong", Position(1, number + 1))
    found = findings.sorted
    assert len(found) == MOST_SHOWN
    assert found[-1].hint == "7 more are not shown"


def test_a_long_line_is_cut_and_a_far_place_in_it_shows_none() -> None:
    findings = Findings("spec.yaml", ["x" * 10_000])
    findings.error(CODE, "near", Position(1, 5))
    findings.error(CODE, "far", Position(1, 5000))
    near, far = findings.sorted
    assert near.source is not None
    assert len(near.source) == LONGEST_LINE
    assert far.source is None


def test_near_misses_are_not_sought_for_ever() -> None:
    findings = Findings("spec.yaml", [])
    names = [f"name{number}" for number in range(1000)]
    assert findings.near_miss("nam1", names) is not None
    for _ in range(100):
        findings.near_miss("zzz", names)
    assert findings.near_miss("nam1", names) is None
