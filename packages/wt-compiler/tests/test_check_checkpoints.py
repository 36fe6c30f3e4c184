"""`checkpoint`: what a spec can get wrong about where a later run can begin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]

SPEC = """\
id: demo
requirements: []
workflow:
  - id: a
    task: anything
    checkpoint: {checkpoint}
    partial: {{x: 1}}
  - id: b
    task: anything
    checkpoint: {{name: second}}
    partial: {{x: 1}}
"""


def check(diagnose: Diagnose, checkpoint: str) -> list[str]:
    found = diagnose(SPEC.format(checkpoint=checkpoint))
    return [f"{each.code} {each.line}:{each.column} {each.message}; {each.hint}" for each in found]


@pytest.mark.parametrize(
    "checkpoint",
    [
        "null",
        "{name: first}",
        "{name: all-of_1, when: '${{ workflow.a.return }}'}",
        "{name: first, when: '${{ workflow.a.return.x > 1 and env.WHERE == \"here\" }}'}",
    ],
)
def test_what_a_checkpoint_can_be(diagnose: Diagnose, checkpoint: str) -> None:
    assert check(diagnose, checkpoint) == []


@pytest.mark.parametrize(
    ("checkpoint", "words"),
    [
        ("first", "WT112 6:17 'checkpoint' must be a mapping, not 'first'; write 'name: …'"),
        ("{}", "WT111 6:17 'checkpoint' needs the key 'name'"),
        ("{name: 5}", "WT112 6:24 'name' must be a string, not the number 5; put it in quotes"),
        ("{name: my file}", "WT114 6:24 the checkpoint 'my file' cannot be called so"),
        ("{name: a/b}", "use letters, digits"),
        ("{nam: first}", "did you mean 'name'?"),
        ("{name: first, when: true}", "'when' is always true here"),
        ("{name: first, when: workflow.a.return}", "'when' must be an expression"),
        ("{name: first, when: '${{ workflow.b.return }}'}", "WT124 6:51 'b' comes later"),
        ("{name: first, when: '${{ workflow.c.return }}'}", "there is no task instance 'c'"),
        ("{name: first, when: '${{ loop.last }}'}", "'loop.last' is not known behind the loop"),
        ("{name: first, when: '${{ error.message }}'}", "only the handler in 'on-error' knows a failure"),
        ("{name: second}", "WT120 10:24 the checkpoint 'second' is there already, in line 6, column 24"),
    ],
)
def test_what_a_checkpoint_cannot_be(diagnose: Diagnose, checkpoint: str, words: str) -> None:
    found = check(diagnose, checkpoint)
    assert any(words in line for line in found), found


INNER = "id: inner\nrequirements: []\nworkflow:\n  - {id: a, task: anything, checkpoint: {name: c}, partial: {x: 1}}\n"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("loop: {times: 2}", "in a 'loop'"),
        ("map: {argnames: a.x, argvalues: [1]}", "in a 'map'"),
        ("timeout: 5 s", "under a 'timeout'"),
    ],
)
def test_what_is_one_step_has_no_checkpoint_inside(diagnose: Diagnose, tmp_path: Path, how: str, words: str) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    spec = f"id: demo\nrequirements: []\nworkflow:\n  - id: i\n    uses: ./inner.yaml\n    {how}\n"
    found = [each.message for each in diagnose(spec)]
    assert any(f"has a checkpoint, which cannot stand {words}" in message for message in found), found
