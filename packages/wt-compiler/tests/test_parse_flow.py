"""`when`: what it may say, and what is said of mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

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
        ("yes please", "'when' must be an expression, not a text; write a condition, or remove the key"),
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
        replace(entry("count"), return_schema=number),
        replace(entry("record"), return_schema=record),
        replace(entry("double", {"number": number}, ["number"]), return_schema=number),
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


def instance(loop: str, arguments: str = "number: '${{ loop.last }}'", task: str = "double", more: str = "") -> str:
    return f"  - {{id: a, task: {task}, {more}loop: {loop}, partial: {{{arguments}}}}}\n"


@pytest.mark.parametrize(
    "loop",
    [
        "{start: 1, times: 3}",
        "{start: 1, times: '${{ workflow.counted.return }}'}",
        "{start: 1, until: '${{ loop.last > 4 }}', max: 5}",
        "{start: '${{ workflow.counted.return }}', until: '${{ loop.index == 2 }}', max: 5}",
        "null",
    ],
)
def test_a_loop_that_ends_is_accepted(judged: Callable[[str], list[str]], loop: str) -> None:
    arguments = "number: 1" if loop == "null" else "number: '${{ loop.last }}'"
    use = "  - {id: used, task: count, when: '${{ params.on }}'}\n"
    assert judged("  - {id: counted, task: count}\n" + use + instance(loop, arguments)) == []


@pytest.mark.parametrize(
    ("loop", "found"),
    [
        ("{start: 1}", "WT138 6:27 this loop has no end"),
        ("{start: 1, until: '${{ loop.last > 4 }}'}", "WT138 6:27 this loop has no end if"),
        ("{start: 1, until: '${{ params.on }}', max: 4}", "WT138 6:63 the condition in 'until' never changes"),
        ("{start: 1, until: '${{ workflow.a.return > 4 }}', max: 4}", "WT124 6:65 'a' refers to itself"),
        ("{start: 1, times: 3, max: 4}", "WT138 6:54 a loop has 'times' or 'max', not both"),
        ("{start: 1, times: 0}", "WT112 6:51 'times' must be a whole number from 1 to 100,000 or an expression"),
        ("{start: 1, until: '${{ loop.last > 4 }}', max: many}", "WT112 6:80 'max' must be a whole number"),
        ("{start: 1, times: '${{ loop.index }}'}", "WT139 6:61 'loop.index' is not known before the first round"),
        ("{times: 3}", "WT139 6:73 'loop.last' has no value in the first round"),
        ("{start: 1, times: 3, untill: x}", "WT110 6:54 'loop' has no key 'untill'"),
        ("[1]", "WT112 6:33 'loop' must be a mapping"),
        ("{start: one, times: 3}", "WT302 6:85 'number' of the task 'double' takes a whole number, and 'loop.last' is"),
        ("{start: 1, times: '${{ params.on }}'}", "WT302 6:63 'times' is a whole number, and this is true or false"),
        ("{start: 1, times: 3, times: 4}", "WT104"),
        ("{start: 1, until: '${{ loop.last > [] }}', max: 5}", "WT303 6:66 a whole number and a list have no order"),
        ("{start: 1, until: '${{ loop.least > 4 }}', max: 5}", "WT116 6:61 a loop has no 'least'"),
    ],
)
def test_a_loop_that_cannot_work_is_refused(judged: Callable[[str], list[str]], loop: str, found: str) -> None:
    said = judged(COUNTED + instance(loop))
    assert len(said) == 1
    assert said[0].startswith(found)


def test_values_of_a_loop_are_known_in_a_loop_only(judged: Callable[[str], list[str]]) -> None:
    outside = "  - {id: a, task: double, partial: {number: '${{ loop.index }}'}}\n"
    assert judged(COUNTED + outside) == ["WT139 6:55 'loop.index' is only known in a loop"]
    early = instance("{start: 1, times: 2}", more="when: '${{ loop.index > 1 }}', ")
    assert judged(COUNTED + early) == ["WT139 6:43 'loop.index' is not known before the first round"]
    mapped = instance("{start: 1, times: 2}", "", more="map: {argnames: number, argvalues: [1]}, ")
    assert judged(COUNTED + mapped) == ["WT113 6:68 a task instance has 'loop' or 'map', not both"]
