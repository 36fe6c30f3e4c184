"""Secrets reach tasks, and nothing that everybody reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_contracts.diagnostics import Diagnostic

HEAD = "id: demo\nrequirements: []\nworkflow:\n"
SWITCH = """\
  - type: switch
    id: way
    on: ${{ env.WAY }}
    cases:
      - {is: a, tasks: [], result: '${{ secrets.T }}'}
    default: {tasks: [], result: none}
"""
AFTER = "  - {id: b, task: anything, partial: {x: '${{ workflow.way.return }}'}}\n"


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (SWITCH, ["8:49 the secret 'T' would stand in the workflow's result"]),
        (SWITCH + AFTER, []),
        (
            SWITCH + AFTER + "outputs: {x: '${{ workflow.way.return }}'}\n",
            ["8:49 the secret 'T' would stand in the workflow's result"],
        ),
        (
            "  - {id: a, task: anything, partial: {x: 1}, approval: {reason: '${{ secrets.T }}'}}\n",
            ["4:78 the secret 'T' would be shown to whoever is asked"],
        ),
        ("  - {id: a, task: anything, partial: {x: '${{ secrets.T }}'}}\n", []),
    ],
)
def test_a_secret_stands_where_nobody_reads_it(
    diagnose: Callable[..., list[Diagnostic]], spec: str, found: list[str]
) -> None:
    told = [each for each in diagnose(HEAD + spec) if each.severity == "error"]
    assert [f"{each.line}:{each.column} {each.message}" for each in told] == found
