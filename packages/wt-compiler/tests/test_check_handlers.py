"""`on-error` with a task: what a spec can get wrong about what stands in for a failure."""

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
    task: load
    partial: {{path: x}}
  - id: b
    task: load
    partial: {{path: {own}}}
    on-error: {handler}
"""


def check(diagnose: Diagnose, handler: str, own: str = "x") -> list[str]:
    found = diagnose(SPEC.format(handler=handler, own=own))
    return [f"{each.code} {each.line}:{each.column} {each.message}; {each.hint}" for each in found]


@pytest.mark.parametrize(
    "handler",
    [
        "null",
        "skip",
        "{task: load, partial: {path: y}}",
        "{task: load, partial: {path: '${{ error.message }}'}}",
        "{task: load, partial: {path: '${{ error.step }}: ${{ error.type }}', limit: 3}}",
        "{task: anything, partial: {x: '${{ workflow.a.return }}'}}",
    ],
)
def test_what_can_stand_in(diagnose: Diagnose, handler: str) -> None:
    assert check(diagnose, handler) == []


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        ("load", "WT113 10:15 'on-error' can be 'skip' or a task, not 'load'; for a task that stands in, write"),
        ("[load]", "WT112 10:15"),
        ("{}", "WT111 10:15 'on-error' needs the key 'task'"),
        ("{task: laod}", "did you mean 'load'?"),
        ("{task: load, with: {}}", "WT110 10:28"),
        ("{task: load}", "WT126 10:22 the argument 'path' of the task 'load' is missing: a handler has no form"),
        ("{task: load, partial: {path: x, limti: 3}}", "did you mean 'limit'?"),
        ("{task: load, partial: {path: 5}}", "WT301 10:44"),
        ("{task: load, partial: {path: x, limit: '${{ error.message }}'}}", "WT302"),
        ("{task: load, partial: {path: '${{ error.mesage }}'}}", "did you mean 'message'?"),
        ("{task: load, partial: {path: '${{ workflow.b.return }}'}}", "'b' refers to itself"),
        ("{task: load, partial: {path: '${{ workflow.c.return }}'}}", "there is no task instance 'c'"),
    ],
)
def test_what_cannot_stand_in(diagnose: Diagnose, handler: str, words: str) -> None:
    assert words in "\n".join(check(diagnose, handler))


def test_only_a_handler_knows_the_failure(diagnose: Diagnose) -> None:
    for part in ("message", "index"):  # one of which the task would take, and the other not
        (found,) = check(diagnose, "skip", f"'${{{{ error.{part} }}}}'")
        assert "WT116" in found
        assert "only the handler in 'on-error' knows a failure" in found


def test_a_handler_does_not_know_the_rounds_of_a_loop(diagnose: Diagnose) -> None:
    found = check(diagnose, "{task: load, partial: {path: '${{ loop.last }}'}}\n    loop: {times: 2, start: x}")
    assert any("a handler does not know the rounds of the loop" in each for each in found)
