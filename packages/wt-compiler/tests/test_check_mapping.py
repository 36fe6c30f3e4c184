"""What a map goes over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[..., list[str]]


@pytest.mark.parametrize(
    "mapping",
    [
        "map: {argnames: x, argvalues: '${{ workflow.z.return }}'}",
        "map: {argnames: x, argvalues: ['${{ workflow.z.return }}', 5]}",
        "map: {argnames: [x, y], argvalues: [[1, 2], '${{ workflow.z.return }}']}",
        "map: {argnames: x, argvalues: []}",
        "mapvalues: {argnames: x, argvalues: '${{ workflow.z.return }}'}",
        "mapvalues: {argnames: x, argvalues: ['${{ workflow.z.return }}', [k, 5]]}",
        "mapvalues: {argnames: [x, y], argvalues: {k: [1, 2], l: '${{ workflow.z.return }}'}}",
        "mapvalues: {argnames: [x, y], argvalues: [[k, [1, 2]], [l, '${{ workflow.z.return }}']]}",
    ],
)
def test_references_lists_and_mappings_are_mapped_over(mapping: str, found: Found) -> None:
    assert found(f"- {{id: z, task: load}}\n- {{id: a, task: anything, {mapping}}}") == []


@pytest.mark.parametrize(
    ("mapping", "place"),
    [
        ("map: {argnames: x, argvalues: 5}", "4:59"),
        ("map: {argnames: x, argvalues: text}", "4:59"),
        ("map: {argnames: x, argvalues: null}", "4:59"),
        ("map: {argnames: x, argvalues: {k: 1}}", "4:59"),
        ("map: {argnames: [x, y], argvalues: [1]}", "4:65"),
        ("map: {argnames: [x, y], argvalues: [[1]]}", "4:65"),
        ("mapvalues: {argnames: x, argvalues: 5}", "4:65"),
        ("mapvalues: {argnames: x, argvalues: [5]}", "4:66"),
        ("mapvalues: {argnames: x, argvalues: [[k, 1, 2]]}", "4:66"),
        ("mapvalues: {argnames: [x, y], argvalues: {k: 1}}", "4:74"),
        ("mapvalues: {argnames: [x, y], argvalues: [[k, [1]]]}", "4:75"),
    ],
)
def test_what_cannot_be_mapped_over_is_refused(mapping: str, place: str, found: Found) -> None:
    assert found(f"- {{id: a, task: anything, {mapping}}}") == [f"WT112 {place}"]
