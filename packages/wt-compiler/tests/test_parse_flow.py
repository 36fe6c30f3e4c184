"""`when`: what it may say, and what is said of mistakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_compiler.composer import compose
from wt_compiler.findings import Findings
from wt_compiler.flow import Condition
from wt_compiler.parse_flow import read_condition
from wt_contracts.diagnostics import Diagnostic
from wt_contracts.registry import RegistryEntry, RegistryOutput


def read(text: str) -> tuple[Condition | None, list[str]]:
    findings = Findings("spec.yaml", text.splitlines())
    found = read_condition(compose(text, findings), "'when'", findings)
    return found, [f"{each.line}:{each.column} {each.message}; {each.hint}" for each in findings.sorted]


def test_a_condition_keeps_what_the_author_wrote() -> None:
    condition, said = read("'${{  params.year   > 2000 }}'")
    assert said == []
    assert condition is not None
    assert condition.text == "params.year > 2000"
    assert read("null") == (None, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("true", "1:1 'when' is always true here; write a condition, '${{ … }}', or remove the key"),
        ("[1]", "1:1 'when' must be an expression, not a list; write '${{ … }}'"),
        ("3", "1:1 'when' must be an expression, not the number 3"),
        ("${{ true }}", "1:1 'when' never changes; write a condition, or remove the key"),
        ("params.year > 2000", "'when' must be an expression, not a text; write '${{ params.year > 2000 }}'"),
        ("x ${{ params.year }}", "'when' is a text here, which is always true; write a single '${{ … }}'"),
        ("${{ env.DEBUG }}", "DEBUG is a text, which is true unless it is empty; compare it: env.DEBUG == 'yes'"),
        ("${{ skipped(params.year) }}", "'skipped' asks whether a task instance was skipped"),
        ("${{ params.year > }}", "the expression ends too early"),
    ],
)
def test_a_condition_that_is_none_is_refused_with_a_way_out(text: str, words: str) -> None:
    _, said = read(text)
    assert any(words in each for each in said)


@pytest.fixture
def judged(
    entry: Callable[..., RegistryEntry],
    registry_of: Callable[..., RegistryOutput],
    diagnose: Callable[..., list[Diagnostic]],
) -> Callable[[str], list[str]]:
    """What is found in a workflow over tasks that give a number, or a record."""
    number = {"type": "integer"}
    record = {"type": "object", "title": "Record", "properties": {"rain": number}, "required": ["rain"]}
    described = [
        entry("count").model_copy(update={"return_schema": number}),
        entry("record").model_copy(update={"return_schema": record}),
        entry("double", {"number": number}, ["number"]).model_copy(update={"return_schema": number}),
    ]

    def run(workflow: str) -> list[str]:
        text = "id: demo\nrequirements: []\nparams: {on: {type: boolean, default: true}}\nworkflow:\n" + workflow
        return [f"{e.code} {e.line}:{e.column} {e.message}" for e in diagnose(text, registry_of(*described))]

    return run


COUNTED = "  - {id: counted, task: count, when: '${{ params.on }}'}\n"


@pytest.mark.parametrize(
    "when",
    [
        "${{ params.on }}",
        "${{ params.on and workflow.other.return.rain > 3 }}",
        "${{ not skipped(workflow.counted.return) }}",
    ],
)
def test_what_runs_under_the_same_condition_may_use_the_result(judged: Callable[[str], list[str]], when: str) -> None:
    other = "  - {id: other, task: record}\n"
    use = (
        f"  - {{id: twice, task: double, when: '{when}', partial: {{number: '${{{{ workflow.counted.return }}}}'}}}}\n"
    )
    assert judged(COUNTED + other + use) == []


def test_a_result_that_may_be_missing_is_warned_of(judged: Callable[[str], list[str]]) -> None:
    use = "  - {id: twice, task: double, partial: {number: '${{ workflow.counted.return }}'}}\n"
    assert judged(COUNTED + use) == [
        "WT304 6:63 'counted' may be skipped, and 'number' of the task 'double' does not take what it gives then"
    ]
    inside = "  - {id: twice, task: double, when: '${{ workflow.counted.return > 3 }}', partial: {number: 3}}\n"
    assert judged(COUNTED + inside) == ["WT304 6:51 'counted' may be skipped, and this expression fails then"]


def test_a_condition_is_checked_like_any_expression(judged: Callable[[str], list[str]]) -> None:
    first = "  - {id: first, task: record}\n"
    assert (
        judged(first + "  - {id: a, task: count, when: '${{ workflow.first.return }}'}\n")
        == [
            "WT303 6:46 this is a Record, which is always true",
            "WT133 3:10 the parameter 'on' is used nowhere",
        ][::-1]
    )
    found = judged(COUNTED + first + "  - {id: a, task: count, when: '${{ workflow.first.return.snow > 1 }}'}\n")
    assert [each.split()[:2] for each in found] == [["WT303", "7:59"]]
    found = judged(COUNTED + "  - {id: a, task: count, when: '${{ workflow.b.return }}'}\n  - {id: b, task: count}\n")
    assert found == ["WT124 6:46 'b' comes later, in line 7"]
    found = judged(COUNTED + "  - {id: a, task: count, when: '${{ params.of }}'}\n")
    assert found == ["WT132 6:44 there is no parameter 'of'"]
