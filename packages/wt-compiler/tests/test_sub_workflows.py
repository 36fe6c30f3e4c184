from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_compiler.checking import Checker
from wt_compiler.dag import Dag
from wt_compiler.difference import Side, compare
from wt_compiler.document import read_document
from wt_compiler.emit import package, readme
from wt_compiler.emit.workflow import Workflow
from wt_compiler.environment import TaskSource
from wt_compiler.findings import Findings
from wt_compiler.fingerprint import structure
from wt_compiler.forms import derive_forms
from wt_compiler.graph.dot import to_dot
from wt_compiler.graph.mermaid import to_mermaid
from wt_compiler.graph.opened import Opened
from wt_compiler.graph.terminal import to_terminal
from wt_compiler.parse import parse_spec
from wt_compiler.spec_format import format_spec
from wt_contracts.diagnostics import Diagnostic

LOADING = """
id: loading
requirements: []
metadata: {name: Load and clean}
params:
  column: {type: string}
workflow:
  - id: raw
    task: load
  - id: cleaned
    task: clean
    partial: {frame: '${{ workflow.raw.return }}', column: '${{ params.column }}'}
"""

USING = """
- id: source
  uses: ./loading.yaml
  with: {column: rain, raw.path: in.csv}
- id: picture
  task: draw
  partial: {frame: '${{ workflow.source.return }}'}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def run(text: str, name: str = "loading.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return run


@pytest.fixture
def using(write: Callable[..., Path], compiled: Callable[..., Dag]) -> Callable[..., Dag]:
    """Compiles a workflow that uses another one."""

    def run(workflow: str = USING, loading: str = LOADING) -> Dag:
        write(loading)
        return compiled(workflow)

    return run


def texts(diagnostics: list[Diagnostic]) -> list[str]:
    return [f"{item.code} {Path(item.file or '').name}:{item.line}:{item.column}" for item in diagnostics]


def test_what_is_not_bound_is_asked_for_under_the_id(using: Callable[..., Dag]) -> None:
    forms = derive_forms(using(), Findings("spec.yaml", []))
    source = forms.params["properties"]["source"]
    assert list(source["properties"]) == ["raw"]
    assert list(source["properties"]["raw"]["properties"]) == ["limit"]
    assert source["title"] == "Load and clean"
    assert forms.rjsf["properties"]["source"] == source
    assert forms.rjsf["uiSchema"]["source"] == {"ui:order": ["raw"]}
    assert source["required"] == []


def test_what_is_required_inside_is_required_of_a_run(using: Callable[..., Dag]) -> None:
    forms = derive_forms(using("- {id: source, uses: ./loading.yaml}"), Findings("spec.yaml", []))
    source = forms.params["properties"]["source"]
    assert source["required"] == ["params", "raw"]
    assert source["properties"]["params"]["required"] == ["column"]
    assert forms.needs_parameters


def test_a_nested_mapping_binds_as_dotted_names_do(using: Callable[..., Dag]) -> None:
    nested = "- {id: source, uses: ./loading.yaml, with: {params: {column: rain}, raw: {path: in.csv, limit: 3}}}"
    assert using(nested).instances[0].partial == {"params.column": "rain", "raw.path": "in.csv", "raw.limit": 3}


def test_overrides_groups_and_definitions_of_the_other_spec_hold_for_its_part(using: Callable[..., Dag]) -> None:
    loading = """
    id: loading
    requirements: []
    rjsf-overrides:
      properties:
        Pictures.properties.picture.properties.title.title: On top
      $defs:
        Style.title: The style
      uiSchema:
        Pictures.picture.title.ui:widget: textarea
    workflow:
      - type: task-group
        title: Pictures
        description: ''
        tasks:
          - id: picture
            task: draw
            partial: {frame: 1, labels: []}
    """
    using("- {id: a, task: load}", loading)
    loading = loading.replace("frame: 1, ", "")
    dag = using(
        """
        - {id: raw, task: load}
        - id: a
          uses: ./loading.yaml
          with: {picture.frame: '${{ workflow.raw.return }}', picture.size: 3}
        - id: b
          task: draw
          partial: {frame: '${{ workflow.raw.return }}'}
        """,
        loading,
    )
    forms = derive_forms(dag, Findings("spec.yaml", []))
    picture = forms.rjsf["properties"]["a"]["properties"]["picture"]
    assert picture["properties"]["title"]["title"] == "On top"
    assert list(picture["properties"]) == ["style", "title"]
    assert forms.rjsf["uiSchema"]["a"]["picture"]["title"] == {"ui:widget": "textarea"}
    assert forms.rjsf["$defs"]["Style__2"]["title"] == "The style"
    assert picture["properties"]["style"]["$ref"] == "#/$defs/Style__2"
    assert forms.rjsf["properties"]["b"]["properties"]["style"]["$ref"] == "#/$defs/Style"


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        ("- {id: a, uses: ./loading.yaml, with: {colum: rain}}", "WT125 spec.yaml:4:42"),
        ("- {id: a, uses: ./loading.yaml, with: {raw.limt: 1}}", "WT125 spec.yaml:4:42"),
        ("- {id: a, uses: ./loading.yaml, with: {raw: {limt: 1}}}", "WT125 spec.yaml:4:48"),
        ("- {id: a, uses: ./loading.yaml, with: {raw: 1}}", "WT125 spec.yaml:4:42"),
        ("- {id: a, uses: ./loading.yaml, with: {raw.limit: x}}", "WT301 spec.yaml:4:53"),
        ("- {id: a, uses: ./loading.yaml, with: {column: 3}}", "WT301 spec.yaml:4:50"),
        ("- {id: a, uses: ./loading.yaml, with: [1]}", "WT112 spec.yaml:4:41"),
        ("- {id: a, uses: ./loading.yaml, cache: true}", "WT113 spec.yaml:4:35"),
        ("- {id: a, uses: ./loading.yaml, task: load}", "WT110 spec.yaml:4:35"),
        ("- {uses: ./loading.yaml}", "WT111 spec.yaml:4:5"),
        ("- {id: a, uses: 3}", "WT112 spec.yaml:4:19"),
        ("- {id: a, uses: ''}", "WT136 spec.yaml:4:19"),
        ("- {id: a, uses: /loading.yaml}", "WT136 spec.yaml:4:19"),
        ("- {id: a, uses: 'https://example.org/spec.yaml'}", "WT136 spec.yaml:4:19"),
        ("- {id: a, uses: ./there-is-none.yaml}", "WT136 spec.yaml:4:19"),
        ("- {id: a, uses: .}", "WT136 spec.yaml:4:19"),
        ("- {id: a, uses: ./spec.yaml}", "WT137 spec.yaml:4:19"),
        ("- {id: a, uses: ./loading.yaml, with: {column: '${{ workflow.a.return }}'}}", "WT124 spec.yaml:4:64"),
    ],
)
def test_a_wrong_use_is_one_mistake_with_its_place(
    workflow: str, expected: str, write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write(LOADING)
    assert texts(diagnose(f"id: demo\nrequirements: []\nworkflow:\n  {workflow}\n")) == [expected]


def test_a_near_miss_of_a_parameter_is_named(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write(LOADING)
    head = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, uses: ./loading.yaml, with: "
    assert diagnose(f"{head}{{colum: rain}}}}\n")[0].hint == "did you mean 'column'?"
    assert diagnose(f"{head}{{raw.limt: 1}}}}\n")[0].hint == "did you mean 'raw.limit'?"


def test_a_mistake_in_the_other_spec_has_its_place_there_and_a_note_of_the_use(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write(LOADING.replace("task: load", "task: laod").replace("column: {type: string}", "column: {type: strin}"))
    use = "  - {id: a, uses: ./loading.yaml}\n  - {id: b, uses: ./loading.yaml}\n"
    found = diagnose(f"id: demo\nrequirements: []\nworkflow:\n{use}")
    assert texts(found) == ["WT113 loading.yaml:6:18", "WT121 loading.yaml:9:11"]
    assert [(note.message, note.line, note.column) for note in found[0].notes] == [("it is used here", 4, 19)]


def test_yaml_that_cannot_be_read_is_reported_like_any_mistake(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write("id: [\n")
    workflow = "  - {id: a, uses: ./loading.yaml}\n  - {id: b, task: laod}\n"
    assert texts(diagnose(f"id: demo\nrequirements: []\nworkflow:\n{workflow}")) == [
        "WT121 spec.yaml:5:19",
        "WT103 loading.yaml:2:1",
    ]


def test_a_circle_is_found_wherever_it_closes(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write("id: b\nrequirements: []\nworkflow:\n  - {id: x, uses: c.yaml}\n", "b.yaml")
    write("id: c\nrequirements: []\nworkflow:\n  - {id: x, uses: b.yaml}\n", "c.yaml")
    found = diagnose("id: a\nrequirements: []\nworkflow:\n  - {id: x, uses: b.yaml}\n")
    assert texts(found) == ["WT137 c.yaml:4:19"]
    assert found[0].message == "the sub-workflow 'b.yaml' includes itself, through c.yaml"


def test_specs_that_use_each_other_over_and_over_are_too_many(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write(LOADING, "0.yaml")
    for number in range(8):
        uses = "".join(f"  - {{id: u{n}, uses: ./{number}.yaml}}\n" for n in range(10))
        write(f"id: s{number}\nrequirements: []\nworkflow:\n{uses}", f"{number + 1}.yaml")
    found = diagnose("id: a\nrequirements: []\nworkflow:\n  - {id: x, uses: 8.yaml}\n")
    assert {item.code for item in found} == {"WT136"}
    assert "has 20,000 task instances" in found[0].message


def test_an_argument_that_no_form_can_supply_is_bound_where_the_spec_is_used(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write("id: inner\nrequirements: []\nworkflow:\n  - {id: picture, task: draw}\n", "inner.yaml")
    head = "id: demo\nrequirements: []\nworkflow:\n  - {id: raw, task: load}\n  - {id: a, uses: ./inner.yaml"
    assert texts(diagnose(f"{head}}}\n")) == ["WT126 spec.yaml:5:19"]
    assert (
        texts(diagnose(f"{head}, with: {{picture.frame: '${{{{ workflow.raw.return }}}}', picture.dpi: 3}}}}\n")) == []
    )
    outer = "id: outer\nrequirements: []\nworkflow:\n  - {id: i, uses: ./inner.yaml}\n"
    write(outer, "outer.yaml")
    deep = f"{head}, with: {{i.picture.frame: '${{{{ workflow.raw.return }}}}'}}}}\n".replace("inner", "outer")
    assert texts(diagnose(deep)) == []


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ('version: ">=1,<3", source: pypi', 'version: ">=2", source: pypi', ">=1,<3,>=2"),
        ('version: ">=1", source: pypi, extras: [a]', "version: '*', source: pypi, extras: [b]", ">=1"),
        ("path: ./lib", "path: ../lib", None),
        ('version: ">=1"', 'version: "<3"', ">=1,<3"),
    ],
)
def test_requirements_are_joined(own: str, other: str, expected: str | None, write: Callable[..., Path]) -> None:
    write(f"id: b\nrequirements: [{{name: lib, {other}}}]\nworkflow: []\n", "sub/b.yaml")
    path = write(f"id: a\nrequirements: [{{name: lib, {own}}}]\nworkflow: [{{id: x, uses: sub/b.yaml}}]\n", "spec.yaml")
    (requirement,) = parse_spec(read_document(path)).requirements
    assert requirement.version == expected


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ('version: "<2", source: pypi', 'version: ">=2", source: pypi'),
        ('version: "==1.5", source: pypi', 'version: "==1.4", source: pypi'),
        ('version: ">=1", source: pypi', 'version: ">=1"'),
        ("path: ./lib", "path: ./lib"),
        ("git: 'https://example.org/lib.git', tag: v1", "git: 'https://example.org/lib.git', tag: v2"),
        ('version: ">=1"', 'version: ">=1", channel: other'),
    ],
)
def test_requirements_that_do_not_go_together_are_one_mistake_with_both_places(
    own: str, other: str, write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write(f"id: b\nrequirements:\n  - {{name: lib, {other}}}\nworkflow: []\n", "sub/b.yaml")
    found = diagnose(f"id: a\nrequirements: [{{name: lib, {own}}}]\nworkflow: [{{id: x, uses: sub/b.yaml}}]\n")
    assert texts(found) == ["WT115 spec.yaml:2:16"]
    assert [(Path(note.file or "").name, note.line) for note in found[0].notes] == [("b.yaml", 3)]


def test_an_edit_in_the_other_spec_moves_the_fingerprint_but_its_place_does_not(
    using: Callable[..., Dag], write: Callable[..., Path]
) -> None:
    def found(dag: Dag) -> str:
        return structure(dag, derive_forms(dag, Findings("spec.yaml", [])).params)

    before = found(using())
    assert found(using(USING, LOADING.replace("task: load", "task: old"))) != before
    assert found(using(USING, LOADING.replace("Load and clean", "Something else"))) == before
    write(LOADING, "elsewhere.yaml")
    assert found(using(USING.replace("./loading", "./elsewhere"))) == before


def test_a_difference_names_instances_of_the_other_spec_by_their_path(using: Callable[..., Dag]) -> None:
    def side(dag: Dag) -> Side:
        return Side(dag, derive_forms(dag, Findings("spec.yaml", [])), "")

    old = side(using())
    new = side(using(USING, LOADING.replace("task: load", "task: old")))
    found = [change.text for change in compare(old, new).changes]
    assert found == ["source.raw: the task acme.tasks.load is acme.tasks.old now", "source.raw.limit"]


def test_the_steps_are_drawn_inside_of_a_frame_and_joined_with_those_around(using: Callable[..., Dag]) -> None:
    dag = using(
        "- {id: first, task: read, partial: {path: a}}\n".replace("read", "acme.csv.read")
        + USING.replace("rain", "'${{ workflow.first.return }}'")
    )
    dot = [line.strip() for line in to_dot(dag).splitlines()]
    assert [line for line in dot if "->" in line] == ["n0 -> n2;", "n1 -> n2;", "n2 -> n3;"]
    assert r'graph [label="source\l", ' in " ".join(dot)
    assert 'subgraph group1["source"]' in to_mermaid(dag)
    assert [line.split()[-2] for line in to_terminal(dag).splitlines()] == [
        *("first", "source.raw", "source.cleaned", "picture"),
    ]


def test_the_package_holds_a_package_for_each_use(
    using: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    files = package.emit(workflow_of(using()))
    run = str(files["wt_demo_workflow/run.py"])
    assert "from wt_demo_workflow.sub_source import run as sub_source" in run
    assert "@workflow.uses(sub_source.workflow)\ndef source(params: dict[str, Any]) -> Any:" in run
    inner = str(files["wt_demo_workflow/sub_source/run_sequential.py"])
    assert '.set_task_instance_id("source.raw")' in inner
    assert "steps=3," in str(files["wt_demo_workflow/cli.py"])
    assert json.loads(str(files["wt_demo_workflow/layout.json"]))["groups"] == {}


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("map: {argnames: raw.path, argvalues: [a.csv, b.csv]}", []),
        ("map: {argnames: [raw.path, column], argvalues: [[a.csv, rain]]}", []),
        ("mapvalues: {argnames: raw.path, argvalues: {a: a.csv}}", []),
        ("skipif: {conditions: [never]}", []),
        ("skipif: {conditions: [nevr]}", ["WT121 spec.yaml:4:57"]),
        ("map: {argnames: raw.pth, argvalues: [a.csv]}", ["WT125 spec.yaml:4:51"]),
        ("map: {argnames: raw.path, argvalues: [1]}", ["WT301 spec.yaml:4:73"]),
        ("map: {argnames: raw.path, argvalues: '${{ workflow.b.return }}'}", ["WT123 spec.yaml:4:86"]),
        ("with: {raw.path: a}, map: {argnames: raw.path, argvalues: [a.csv]}", ["WT127 spec.yaml:4:72"]),
        ("when: true", ["WT113 spec.yaml:4:41"]),
    ],
)
def test_a_sub_workflow_is_mapped_and_skipped_as_a_task_is(
    how: str, expected: list[str], write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write(LOADING)
    workflow = f"  - {{id: a, uses: ./loading.yaml, {how}}}\n"
    assert texts(diagnose(f"id: demo\nrequirements: []\nworkflow:\n{workflow}")) == expected


def test_what_is_skipped_is_known_of_a_sub_workflow(
    write: Callable[..., Path], diagnose: Callable[..., list[Diagnostic]]
) -> None:
    write("id: inner\nrequirements: []\nworkflow: [{id: a, task: load, skipif: {conditions: [never]}}]\n", "last.yaml")
    use = "  - {id: x, uses: ./last.yaml}\n  - {id: y, task: load, partial: {path: '${{ workflow.x.return.p }}'}}\n"
    assert "WT304 spec.yaml:5:55" in texts(diagnose(f"id: demo\nrequirements: []\nworkflow:\n{use}"))


def test_a_condition_stands_before_the_steps_and_in_the_picture(
    using: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    dag = using(
        """
        - {id: first, task: acme.csv.read, partial: {path: a}}
        - id: source
          uses: ./loading.yaml
          when: '${{ workflow.first.return }}'
        - {id: after, task: load, partial: {path: b}}
        """
    )
    run = str(package.emit(workflow_of(dag))["wt_demo_workflow/run.py"])
    assert "@workflow.uses(sub_source.workflow, may_skip=True)\n" in run
    assert '    if not first:\n        return Skipped("when: workflow.first.return")\n' in run
    sequential = str(package.emit(workflow_of(dag))["wt_demo_workflow/run_sequential.py"])
    words = " ".join(sequential.split())
    assert 'if not first: skip_step("source", "when: workflow.first.return") else: sub_source.main(params' in words
    assert [line.strip() for line in to_dot(dag).splitlines() if "->" in line] == ["n0 -> n1;", "n1 -> n2;"]
    assert tuple(dag.steps) == ("first", "source.raw", "source.cleaned", "after")
    assert "source" in dag.skippable_steps


def test_names_of_the_spec_do_not_collide_with_those_of_the_package(
    using: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    others = "- {id: sub_source, task: load}\n- {id: inputs, task: load}\n"
    dag = using(others + "- {id: source, uses: ./loading.yaml, with: {column: a}}")
    run = str(package.emit(workflow_of(dag))["wt_demo_workflow/run.py"])
    assert '@workflow.step(name="sub_source")\ndef sub_source_(' in run
    assert '@workflow.step(name="inputs")\ndef inputs_(' in run


def test_keys_are_put_in_order() -> None:
    text = "id: a\nworkflow:\n  - with: {a: 1}\n    uses: ./b.yaml\n    map: {}\n    id: x\n"
    ordered = "  - id: x\n    uses: ./b.yaml\n    with: {a: 1}\n    map: {}\n"
    assert format_spec(text, "spec.yaml") == f"id: a\nworkflow:\n{ordered}"


def test_a_watched_check_looks_at_the_other_specs_too(write: Callable[..., Path], tmp_path: Path) -> None:
    registry = tmp_path / "registry.json"
    registry.write_text('{"entries": {}}')
    write("id: inner\nrequirements: []\nworkflow: [{id: a, uses: ./deep/er.yaml}]\n", "inner.yaml")
    path = write("id: outer\nrequirements: []\nworkflow: [{id: a, uses: ./inner.yaml}]\n", "spec.yaml")
    checks = Checker(path, TaskSource(registry=registry), str).watch()
    assert texts(next(checks).diagnostics) == ["WT136 inner.yaml:3:26"]
    write("id: deeper\nrequirements: []\nworkflow: []\n", "deep/er.yaml")
    assert texts(next(checks).diagnostics) == []
    write("id: deeper\nrequirements: []\nworkflow: [{id: b, task: nothing}]\n", "deep/er.yaml")
    assert texts(next(checks).diagnostics) == ["WT121 er.yaml:3:26"]


def test_the_readme_lists_steps_and_parameters_of_the_other_spec(
    using: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    files = readme.emit(workflow_of(using("- {id: source, uses: ./loading.yaml}")))
    text = str(files["README.md"])
    assert "source:\n  params:\n    column: # string\n  raw:\n    path: # string\n" in text
    assert "| `source.raw` |  | `acme.tasks.load` | once |" in text
    assert "| `source.raw` | `limit` | integer | no | 10 |" in text


def test_an_output_leads_back_to_the_step_that_makes_it(using: Callable[..., Dag], write: Callable[..., Path]) -> None:
    outputs = "outputs: {raw: '${{ workflow.raw.return }}', all: ['${{ workflow.cleaned.return }}']}\n"
    write(LOADING + outputs, "inner.yaml")
    outer = """
    id: outer
    requirements: []
    workflow: [{id: in, uses: ./inner.yaml, with: {column: rain, raw.path: a}}]
    outputs: {inner: '${{ workflow.in.return }}'}
    """
    dag = using(
        """
        - {id: a, uses: ./loading.yaml}
        - {id: b, task: load, partial: {path: "${{ workflow.a.return.inner['raw'] }}"}}
        - {id: c, task: anything, partial: {x: '${{ workflow.a.return.inner }}'}}
        """,
        outer.replace("in,", "in_,").replace(".in.", ".in_."),
    )
    assert Opened(dag).edges["b"] == ("a.in_.raw",)
    assert Opened(dag).edges["c"] == ("a.in_.raw", "a.in_.cleaned")


def test_a_part_of_what_a_mapped_sub_workflow_gives_is_taken_by_its_name(
    using: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    outputs = "outputs: {raw: '${{ workflow.raw.return }}'}\n"
    dag = using(
        """
        - {id: each, uses: ./loading.yaml, with: {column: a}, map: {argnames: raw.path, argvalues: [a]}}
        - {id: last, task: anything, partial: {x: '${{ workflow.each.return[0].raw }}'}}
        """,
        LOADING + outputs,
    )
    run = str(package.emit(workflow_of(dag))["wt_demo_workflow/run.py"])
    assert '.partial(x=each[0]["raw"]' in run
