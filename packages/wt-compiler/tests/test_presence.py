"""What may be null, and is not any more where a condition has asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from wt_contracts.registry import RegistryEntry, RegistryOutput

Found = Callable[..., list[str]]
WHOLE: dict[str, Any] = {"type": "integer"}
POINT = {"type": "object", "title": "Point", "properties": {"x": WHOLE}, "required": ["x"]}


@pytest.fixture
def library(entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]) -> RegistryOutput:
    """A task that may return no number, one that may return no point, and one that takes a number."""
    return registry_of(
        replace(entry("number", {}), return_schema={"anyOf": [WHOLE, {"type": "null"}]}),
        replace(entry("point", {}), return_schema={"anyOf": [POINT, {"type": "null"}]}),
        replace(entry("take", {"value": WHOLE}, ["value"]), return_schema=WHOLE),
    )


SOURCES = "- {id: n, task: number}\n- {id: p, task: point}\n"


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("${{ workflow.n.return != null }}", "${{ workflow.n.return + 1 }}"),
        ("${{ null != workflow.n.return }}", "${{ workflow.n.return }}"),
        ("${{ workflow.n.return }}", "${{ workflow.n.return }}"),
        ("${{ not (workflow.n.return == null) }}", "${{ -workflow.n.return }}"),
        ("${{ not (workflow.n.return == null or workflow.p.return == null) }}", "${{ workflow.p.return.x }}"),
        ("${{ workflow.n.return in [1, 2] }}", "${{ workflow.n.return }}"),
        ("${{ workflow.n.return == 3 }}", "${{ workflow.n.return }}"),
        ("${{ workflow.p.return != null and workflow.p.return.x > 1 }}", "${{ workflow.p.return.x }}"),
        ("${{ workflow.p.return == null or workflow.p.return.x > 1 }}", "1"),
        ("${{ workflow.p.return and workflow.n.return and workflow.n.return < workflow.p.return.x }}", "1"),
        (None, "${{ workflow.n.return or 5 }}"),
        (None, "${{ default(workflow.n.return, 5) + 1 }}"),
    ],
)
def test_what_a_condition_has_asked_for_is_there(
    when: str | None, value: str, found: Found, library: RegistryOutput
) -> None:
    workflow = f"{SOURCES}- id: t\n  task: take\n  partial:\n    value: {value}\n"
    workflow += f"  when: {when}\n" if when else ""
    assert found(workflow, library) == []


@pytest.mark.parametrize(
    ("when", "value", "expected"),
    [
        (None, "${{ workflow.n.return }}", "WT302 9:27"),
        (None, "${{ workflow.n.return + 1 }}", "WT303 9:27"),
        (None, "${{ 2 * workflow.n.return }}", "WT303 9:31"),
        ("${{ workflow.n.return > 1 }}", "1", "WT303 10:24"),
        ("${{ workflow.p.return.x }}", "1", "WT303 10:33"),
        ("${{ workflow.n.return == null }}", "${{ workflow.n.return }}", "WT302 9:27"),
        ("${{ not workflow.n.return }}", "${{ workflow.n.return }}", "WT302 9:27"),
        ("${{ workflow.n.return in [1, null] }}", "${{ workflow.n.return }}", "WT302 9:27"),
        ("${{ workflow.n.return != 3 }}", "${{ workflow.n.return }}", "WT302 9:27"),
        ("${{ workflow.n.return != null or workflow.p.return }}", "${{ workflow.n.return }}", "WT302 9:27"),
        ("${{ workflow.p.return != null }}", "${{ workflow.n.return }}", "WT302 9:27"),
        ("${{ workflow.p.return.x > 1 and workflow.p.return != null }}", "1", "WT303 10:33"),
    ],
)
def test_what_no_condition_has_asked_for_may_be_null(
    when: str | None, value: str, expected: str, found: Found, library: RegistryOutput
) -> None:
    workflow = f"{SOURCES}- id: t\n  task: take\n  partial:\n    value: {value}\n"
    workflow += f"  when: {when}\n" if when else ""
    assert [" ".join(each.split()[:2]) for each in found(workflow, library)] == [expected]


def test_a_branch_knows_what_decided_for_it_and_against_the_others(found: Found, library: RegistryOutput) -> None:
    workflow = f"""{SOURCES}- id: s
  type: switch
  cases:
    - when: ${{{{ workflow.p.return == null }}}}
      tasks:
        - {{id: none, task: take, partial: {{value: 1}}}}
    - when: ${{{{ workflow.p.return.x > 3 }}}}
      tasks:
        - {{id: much, task: take, partial: {{value: "${{{{ workflow.p.return.x }}}}"}}}}
  default:
    tasks:
      - {{id: less, task: take, partial: {{value: "${{{{ workflow.p.return.x }}}}"}}}}
"""
    assert found(workflow, library) == []


def test_a_value_that_is_compared_is_there_in_its_branch_alone(found: Found, library: RegistryOutput) -> None:
    workflow = f"""{SOURCES}- id: s
  type: switch
  on: ${{{{ workflow.n.return }}}}
  cases:
    - is: 3
      tasks:
        - {{id: three, task: take, partial: {{value: "${{{{ workflow.n.return }}}}"}}}}
    - is: null
      tasks:
        - {{id: none, task: take, partial: {{value: "${{{{ workflow.n.return }}}}"}}}}
  default:
    tasks:
      - {{id: other, task: take, partial: {{value: "${{{{ workflow.n.return }}}}"}}}}
"""
    assert [" ".join(each.split()[:2]) for each in found(workflow, library)] == ["WT302 15:67"]
