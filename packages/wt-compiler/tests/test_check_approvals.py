"""`approval`: what a spec can get wrong about what a person is asked, and about the answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]

SPEC = """\
id: demo
requirements: []
workflow:
  - id: a
    task: anything
    approval: {approval}
    partial: {{x: '{x}'}}
  - id: b
    task: anything
    partial: {{x: '{y}'}}
"""
FORM = "{reason: Look, form: {level: {type: integer}}}"


def check(diagnose: Diagnose, approval: str = FORM, x: str = "1", y: str = "1") -> list[str]:
    found = diagnose(SPEC.format(approval=approval, x=x, y=y))
    return [f"{each.code} {each.line}:{each.column} {each.message}; {each.hint}" for each in found]


@pytest.mark.parametrize(
    "approval",
    [
        "null",
        "{reason: Look}",
        "{reason: 'Look at ${{ env.X }}', form: {}}",
        FORM,
        "{reason: Look, form: {level: {schema: {type: integer, minimum: 1}, default: 2}}}",
    ],
)
def test_what_can_be_asked(diagnose: Diagnose, approval: str) -> None:
    assert check(diagnose, approval) == []


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        ("yes please", "WT112 6:15 'approval' must be a mapping"),
        ("{}", "WT111 6:15 'approval' needs the key 'reason'"),
        ("{reason: 5}", "WT112 6:24 'reason' must be a text"),
        ("{reason: [a]}", "6:24 'reason' must be a text"),
        ("{reason: a, from: {}}", "did you mean 'form'?"),
        ("{reason: a, form: {level: {type: int}}}", "there is no type 'int'"),
        ("{reason: a, form: {level: {minimum: 1}}}", "the field 'level' has no key 'minimum'"),
        ("{reason: a, form: {le vel: {}}}", "'le vel' cannot be the name of a field"),
        ("{reason: a, form: {level: {type: integer, default: x}}}", "WT301 6:66 the default of 'level'"),
        ("{reason: a, form: {level: {schema: {type: strin}}}}", "the schema of 'level' is none"),
        ("{reason: '${{ approval.a }}'}", "WT124 6:38 'a' is not approved before this"),
        ("{reason: '${{ workflow.b.return }}'}", "WT124"),
    ],
)
def test_what_cannot_be_asked(diagnose: Diagnose, approval: str, words: str) -> None:
    assert words in "\n".join(check(diagnose, approval))


@pytest.mark.parametrize(("method", "over"), [("map", "[1]"), ("mapvalues", "{{a: 1}}")])
def test_an_approval_in_a_map_is_refused(diagnose: Diagnose, method: str, over: str) -> None:
    mapped = SPEC.replace("partial: {{x: '{x}'}}", f"{method}: {{{{argnames: x, argvalues: {over}}}}}", 1)
    (found,) = diagnose(mapped.format(approval=FORM, y="1"))
    assert (found.code, found.line, found.column) == ("WT113", 6, 5)
    assert f"an approval cannot be in a {method!r}: a person is asked once" in found.message


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ('${{ approval.a["level"] }}', '${{ approval.a["level"] + 1 }}', ""),
        ("1", "${{ approval.b }}", "'b' has no 'approval'; add 'approval' to it"),
        ("1", "${{ approval.aa }}", "did you mean 'a'?"),
        ("1", '${{ approval.a["levle"] }}', "WT303"),
        ("1", '${{ approval.a["level"] + "x" }}', "WT303"),
        ("1", "${{ aproval.a }}", "did you mean 'approval'?"),
        ("1", "${{ approval }}", "WT116"),
    ],
)
def test_answers_are_used_where_they_are_known(diagnose: Diagnose, x: str, y: str, words: str) -> None:
    found = "\n".join(check(diagnose, x=x, y=y))
    assert (words in found) if words else not found
