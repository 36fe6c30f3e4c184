"""Parameters of the workflow as a whole, outputs and secrets: what a spec can get wrong about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_compiler.dag import Dag
from wt_compiler.emit.run_module import SEQUENTIAL, RunModule, emit
from wt_compiler.emit.workflow import Workflow
from wt_compiler.findings import Findings
from wt_compiler.forms import derive_forms
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]

SPEC = """\
id: demo
requirements: []
params:
  year: {{}}
workflow:
  - id: a
    task: anything
    partial: {{x: '${{{{ params.{name} }}}}'}}
"""


def codes(found: list[Diagnostic]) -> list[str]:
    return [f"{each.code} {each.line}:{each.column}" for each in found]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        ("{type: integer, default: 2024}", []),
        ("{type: [integer, 'null'], default: null}", []),
        ("{enum: [1, 2], default: 2, title: Year, description: Which}", []),
        ("{schema: {$ref: '#/$defs/Y', $defs: {Y: {type: integer}}}, default: 1}", []),
        ("5", ["WT112 4:9"]),
        ("{type: int}", ["WT113 4:16"]),
        ("{tpye: integer}", ["WT110 4:10"]),
        ("{type: integer, default: many}", ["WT301 4:34"]),
        ("{type: integer, enum: [1, two], default: 1}", ["WT113 4:3"]),
        ("{schema: {items: {type: integer}}, default: [1, x]}", ["WT301 4:57"]),
        ("{schema: {type: strin}}", ["WT113 4:3"]),
        ("{schema: {$ref: '#/$defs/Missing'}}", ["WT113 4:3"]),
        ("{schema: {$ref: 'https://example.org/x'}}", ["WT113 4:3"]),
        ("{type: integer, schema: {type: integer}}", ["WT113 4:10"]),
    ],
)
def test_a_parameter_is_described_by_a_schema(year: str, expected: list[str], diagnose: Diagnose) -> None:
    text = SPEC.format(name="year").replace("year: {}", f"year: {year}")
    assert codes(diagnose(text)) == expected


def test_a_parameter_that_does_not_exist_is_reported_with_the_near_miss(diagnose: Diagnose) -> None:
    unknown, unused = sorted(diagnose(SPEC.format(name="yaer")), key=lambda each: each.code)
    assert (unknown.code, unknown.line, unknown.column) == ("WT132", 8, 30)
    assert unknown.hint == "did you mean 'year'?"
    assert (unused.code, unused.severity, unused.line) == ("WT133", "warning", 4)


@pytest.mark.parametrize("name", ["class", "1a", "a-b", "_a"])
def test_a_parameters_name_can_be_written_in_an_expression(name: str, diagnose: Diagnose) -> None:
    text = SPEC.format(name="year").replace("  year: {}", f"  year: {{}}\n  {name}: {{}}")
    assert "WT114 5:3" in codes(diagnose(text))


def test_outputs_refer_to_instances_and_show_no_secrets(diagnose: Diagnose) -> None:
    text = SPEC.format(name="year") + "outputs: {x: '${{ workflow.b.return }}', y: 'at ${{ secrets.T }}'}\n"
    found = diagnose(text)
    assert codes(found) == ["WT123 9:28", "WT117 9:45", "WT134 9:61"]
    assert codes(diagnose(SPEC.format(name="year") + "outputs: {}\n")) == ["WT113 9:10"]


def test_a_group_cannot_be_called_as_the_parameters_are(diagnose: Diagnose) -> None:
    group = "  - {type: task-group, title: params, description: '', tasks: [{id: b, task: load}]}\n"
    assert codes(diagnose(SPEC.format(name="year") + group)) == ["WT128 9:31"]


def test_overrides_reach_a_parameter(diagnose: Diagnose) -> None:
    overrides = "rjsf-overrides: {properties: {params.properties.year.title: Y, params.properties.yeer.title: Y}}\n"
    (found,) = diagnose(SPEC.format(name="year") + overrides)
    assert found.code == "WT129"
    assert "yeer" in found.message


def test_definitions_of_parameters_and_tasks_stay_apart(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    head = (
        "id: demo\nrequirements: []\nparams:\n"
        "  tree: {schema: {$ref: '#/$defs/Tree', $defs: {Tree: {type: string}}}}\nworkflow:\n"
    )
    dag = compiled("- {id: a, task: plant}\n- {id: b, task: old, partial: {path: '${{ params.tree }}'}}", head=head)
    forms = derive_forms(dag, Findings("spec.yaml", []))
    assert forms.params["properties"]["params"]["properties"]["tree"] == {"$ref": "#/$defs/Tree"}
    assert forms.params["$defs"]["Tree"] == {"type": "string"}
    assert forms.params["properties"]["a"]["properties"]["tree"]["$ref"] == "#/$defs/Tree__2"


def test_an_instance_may_be_called_as_a_name_of_the_generated_code(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    head = "id: demo\nrequirements: []\nparams: {x: {default: 1}}\nworkflow:\n"
    steps = """
        - {id: shared, task: load}
        - {id: secret, task: anything, partial: {a: '${{ workflow.shared.return }}', b: '${{ params.x }}'}}
    """
    workflow = workflow_of(compiled(steps, head=head))
    source = emit(RunModule(workflow.part))[SEQUENTIAL]
    assert 'shared = {"x": 1, **params.get("params", {})}' in source
    assert 'a=shared_, b=shared["x"]' in source
