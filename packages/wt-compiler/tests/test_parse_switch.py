"""`switch`: branches that join again, and what is said of mistakes in them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import replace

import pytest
from wt_compiler.dag import Dag
from wt_compiler.difference import Side, compare
from wt_compiler.findings import Findings
from wt_compiler.forms import derive_forms
from wt_compiler.graph.dot import to_dot
from wt_compiler.graph.mermaid import to_mermaid
from wt_compiler.graph.terminal import to_terminal
from wt_compiler.spec_format import format_spec
from wt_contracts.diagnostics import Diagnostic
from wt_contracts.registry import RegistryEntry, RegistryOutput

SPEC = """\
id: demo
requirements: []
params: {on: {type: string, default: a}, flag: {type: boolean, default: true}}
workflow:
  - {id: first, task: count}
  - type: switch
    id: way
    on: ${{ params.on }}
    cases:
      - is: a
        tasks:
          - {id: one, task: double, partial: {number: '${{ workflow.first.return }}'}}
          - {id: two, task: double, partial: {number: '${{ workflow.one.return }}'}}
      - is: [b, c]
        name: other
        tasks:
          - {id: three, task: count, when: '${{ params.flag }}'}
        result: 3
    default:
      tasks: []
      result: 0
  - {id: last, task: double, partial: {number: '${{ workflow.way.return }}'}}
"""


@pytest.fixture
def tasks(entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]) -> RegistryOutput:
    number = {"type": "integer"}
    return registry_of(
        replace(entry("count"), return_schema=number),
        replace(entry("double", {"number": number, "more": number}, ["number"]), return_schema=number),
        replace(entry("name"), return_schema={"type": "string"}),
    )


@pytest.fixture
def judged(tasks: RegistryOutput, diagnose: Callable[..., list[Diagnostic]]) -> Callable[..., list[str]]:
    """What is found in the spec after some changes."""

    def run(*changes: tuple[str, str]) -> list[str]:
        text = SPEC
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return [f"{e.code} {e.line}:{e.column} {e.message}; {e.hint}" for e in diagnose(text, tasks)]

    return run


def test_a_switch_is_read_and_its_instances_are_those_of_the_workflow(
    judged: Callable[..., list[str]], compiled: Callable[..., Dag], tasks: RegistryOutput
) -> None:
    assert judged() == []
    head, workflow = SPEC.split("workflow:\n")
    dag = compiled(textwrap.dedent(workflow), tasks, head + "workflow:\n")
    assert [instance.id for instance in dag.instances] == ["first", "one", "two", "three", "last"]
    assert [case.label for case in dag.switches["way"].cases] == ["a", "other", "default"]
    assert dag.last == "last"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "workflow.way.return",
            "workflow.two.return",
            "WT150 22:62 'two' runs only in the branch 'a' of the switch 'way'",
        ),
        ("      result: 0\n", "", "WT151 20:7 the branch 'default' of 'way' gives nothing, and its result is used"),
        ("is: [b, c]", "is: [b, a]", "WT113 14:17 the value 'a' is that of the case in line 10 already"),
        ("is: [b, c]", "is: [b, b]", "WT113 14:17 the value 'b' is that of the case in line 14 already"),
        ("is: [b, c]", "is: 3", "WT302 14:13 this case is never taken: 'on' is a text"),
        ("is: [b, c]", "is: []", "WT113 14:13 'is' lists no value"),
        ("is: [b, c]", "when: '${{ params.flag }}'", "WT113 14:9 a switch has 'on' and 'is', or 'when', not both"),
        ("is: [b, c]", "is: '${{ params.flag }}'", "WT112 14:13 'is' must be a value, or a list of values"),
        ("    on: ${{ params.on }}\n", "", "WT113 9:9 'is' compares with the 'on' of the switch, which has none"),
        ("on: ${{ params.on }}", "on: flag", "WT112 8:9 'on' must be an expression, not 'flag'"),
        ("on: ${{ params.on }}", "on: '${{ workflow.one.return }}'", "WT150 8:23 'one' runs only in the branch 'a'"),
        (
            "workflow.one.return",
            "workflow.three.return",
            "WT150 13:69 'three' runs only in the branch 'other' of the switch 'way'",
        ),
        ("workflow.one.return", "workflow.way.return", "WT124 13:69 this stands in the switch 'way'"),
        ("result: 3", "result: '${{ workflow.two.return }}'", "WT150 18:31 'two' runs only in the branch 'a'"),
        (
            "result: 3",
            "result: text",
            "WT302 22:62 'number' of the task 'double' takes a whole number, and 'way' returns",
        ),
        ("name: other", "name: default", "WT113 15:15 the name 'default' is taken by another case"),
        ("id: one", "id: way", "WT120 12:18 the id 'way' is taken in line 7"),
        ("    id: way\n", "", "WT111 6:5 a switch needs the key 'id'"),
        ("    default:", "    otherwise:", "WT110 19:5 a switch has no key 'otherwise'"),
        ("type: switch", "type: swich", "WT113 6:11 'type' must be 'switch', not 'swich'"),
        ("id: three, task: count", "type: switch, id: x, cases: []", "WT113 17:13 a switch cannot stand in a switch"),
        ("is: [b, c]", "iss: b", "WT110 14:9 a case has no key 'iss'"),
        ("task: count, when:", "tsk: count, when:", "WT110 17:25 a task instance has no key 'tsk'"),
    ],
)
def test_a_switch_that_cannot_work_is_refused(judged: Callable[..., list[str]], old: str, new: str, found: str) -> None:
    said = judged((old, new))
    assert any(each.startswith(found) for each in said), said


def test_a_case_with_the_condition_of_an_earlier_one_is_refused(judged: Callable[..., list[str]]) -> None:
    without = ("    on: ${{ params.on }}\n", "")
    first, second = ("is: a", "when: \"${{ params.on == 'a' }}\""), ("is: [b, c]", "when: \"${{ params.on=='a' }}\"")
    said = judged(without, first, second)
    assert said == ["WT113 13:29 the case in line 9 has the same condition; this case is never taken"]


def test_a_switch_without_a_default_may_be_skipped(judged: Callable[..., list[str]]) -> None:
    assert judged(("    default:\n      tasks: []\n      result: 0\n", "")) == [
        "WT304 19:62 'way' may be skipped, and 'number' of the task 'double' does not take what it gives then; "
        "give the instance a 'skipif' or 'when' of its own, or let the parameter's type take a SkipSentinel"
    ]
    said = judged(("        result: 3\n", ""))
    assert [each.split()[0] for each in said] == ["WT304"]


def test_a_picture_frames_each_branch_and_joins_them_again(compiled: Callable[..., Dag], tasks: RegistryOutput) -> None:
    head, workflow = SPEC.replace("result: 3", "result: '${{ workflow.three.return }}'").split("workflow:\n")
    dag = compiled(textwrap.dedent(workflow), tasks, head + "workflow:\n")
    edges = [line.strip() for line in to_dot(dag).splitlines() if "->" in line]
    assert edges == ["n0 -> n1;", "n1 -> n2;", "n2 -> n4;", "n3 -> n4;"]
    assert re.findall(r'subgraph \w+\["(.*?)"\]', to_mermaid(dag)) == ["way", "a", "other"]
    assert to_terminal(dag).splitlines()[1].endswith("one    double (way: a)")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("is: a", "is: d", "~ the branch way.d"),
        ("result: 0", "result: 1", "~ the branch way.default"),
        ("is: [b, c]", "is: b", "~ the branch way.other"),
        ("id: three", "id: four", "~ the branch way.other"),
    ],
)
def test_a_difference_names_the_branch(
    compiled: Callable[..., Dag], tasks: RegistryOutput, old: str, new: str, line: str
) -> None:
    def side(text: str) -> Side:
        head, workflow = text.split("workflow:\n")
        dag = compiled(textwrap.dedent(workflow), tasks, head + "workflow:\n")
        return Side(dag, derive_forms(dag, Findings("spec.yaml", [])), text)

    found = compare(side(SPEC), side(SPEC.replace(old, new)))
    assert any(f"{change.sign} {change.text}".replace("+", "~") == line for change in found.changes), found.changes
    assert found.bump == ("patch" if old.startswith("result") else "breaking")


def test_the_keys_of_a_switch_and_its_branches_have_an_order() -> None:
    text = SPEC.replace("      - is: [b, c]\n        name: other\n", "      - name: other\n        is: [b, c]\n")
    shuffled = SPEC.replace("  - type: switch\n    id: way\n", "  - id: way\n    type: switch\n")
    assert format_spec(shuffled, "spec.yaml") == text
