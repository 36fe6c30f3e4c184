"""Ids and references."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Found = Callable[..., list[str]]


def test_a_reference_points_to_an_earlier_instance(found: Found) -> None:
    workflow = """
        - {id: a, task: anything, partial: {x: '${{ workflow.b.return }}'}}
        - {id: b, task: anything, partial: {x: '${{ workflow.a.return }}'}}
    """
    assert found(workflow) == ["WT124 4:56"]


def test_a_reference_to_a_later_instance_says_where_that_is(diagnose: Diagnose) -> None:
    (item,) = diagnose(
        """\
        id: demo
        requirements: []
        workflow:
          - {id: a, task: anything, partial: {x: ['${{ workflow.b.return }}']}}
          - {id: b, task: load}
        """
    )
    assert "line 5" in item.message


def test_an_instance_cannot_refer_to_itself(diagnose: Diagnose) -> None:
    text = (
        "id: demo\nrequirements: []\nworkflow:\n- {id: a, task: anything, partial: {x: '${{ workflow.a.return }}'}}\n"
    )
    (item,) = diagnose(text)
    assert (item.code, item.message) == ("WT124", "'a' refers to itself")


def test_an_unknown_reference_has_a_near_miss(diagnose: Diagnose) -> None:
    text = """\
        id: demo
        requirements: []
        workflow:
          - {id: source, task: load}
          - {id: b, task: anything, map: {argnames: x, argvalues: ['${{ workflow.sorce.return }}']}}
    """
    (item,) = diagnose(text)
    assert (item.code, item.line, item.hint) == ("WT123", 5, "did you mean 'source'?")


def test_a_reference_to_a_broken_instance_is_not_reported(found: Found) -> None:
    workflow = """
        - {id: a, task: nothing_like_it}
        - {id: b, task: anything, partial: {x: '${{ workflow.a.return }}'}}
    """
    assert found(workflow) == ["WT121 4:19"]


def test_references_reach_into_groups_and_out_of_them(found: Found) -> None:
    workflow = """
        - {id: a, task: load}
        - type: task-group
          title: T
          description: D
          tasks:
            - {id: b, task: anything, partial: {x: '${{ workflow.a.return }}'}}
        - {id: c, task: anything, partial: {x: '${{ workflow.b.return }}'}}
    """
    assert found(workflow) == []


def test_a_duplicate_id_is_reported_also_across_groups(diagnose: Diagnose) -> None:
    (item,) = diagnose(
        """\
        id: demo
        requirements: []
        workflow:
          - {id: a, task: load}
          - {type: task-group, title: T, description: D, tasks: [{id: a, task: load}]}
        """
    )
    assert (item.code, item.line, item.column) == ("WT120", 5, 63)
    assert "line 4, column 10" in item.message


@pytest.mark.parametrize("name", ["load", "read", "never", "demo"])
def test_an_id_is_no_name_of_a_task_and_not_the_id_of_the_spec(name: str, found: Found) -> None:
    assert found(f"- {{id: {name}, task: load}}") == ["WT114 4:10"]
