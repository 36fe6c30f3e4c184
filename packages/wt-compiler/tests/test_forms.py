"""params.json, rjsf.json and the layout."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.dag import Dag
from wt_compiler.document import read_document
from wt_compiler.findings import Findings
from wt_compiler.forms import Forms, derive_forms
from wt_compiler.parse import parse_spec
from wt_compiler.resolve import check_spec
from wt_contracts.forms import FormLayout, formdata_to_params, params_to_formdata, runnable_schema
from wt_contracts.registry import RegistryEntry, RegistryOutput

REAL = Path(__file__).parents[4] / "shared" / "real" / "events"
SHARED = REAL.is_dir()

Compiled = Callable[..., Dag]

GROUPED = """
- {id: source, task: load, name: The source}
- {id: bound, task: load, partial: {path: x, limit: 1}}
- type: task-group
  title: The look
  description: How it looks
  tasks:
    - {id: picture, task: draw, partial: {frame: '${{ workflow.source.return }}', title: T, labels: []}}
    - {id: silent, task: load, partial: {path: x, limit: 1}}
- type: task-group
  title: Nothing to choose
  description: D
  tasks:
    - {id: other, task: load, partial: {path: x, limit: 1}}
"""


def forms_of(dag: Dag) -> Forms:
    findings = Findings("spec.yaml", [])
    forms = derive_forms(dag, findings)
    assert findings.sorted == []
    return forms


def errors_of(dag: Dag) -> list[str]:
    findings = Findings("spec.yaml", [])
    derive_forms(dag, findings)
    return [f"{error.code}: {error.message}" for error in findings.sorted]


if SHARED:

    @pytest.fixture(scope="module")
    def real() -> Forms:
        spec = parse_spec(read_document(REAL / "spec.yaml"))
        registry = msgspec.json.decode((REAL / "registry.json").read_bytes(), type=RegistryOutput)
        dag, _ = check_spec(spec, registry)
        return forms_of(dag)

    def test_the_schemas_of_a_published_workflow_are_the_published_ones(real: Forms) -> None:
        assert real.params == json.loads((REAL / "expected-params.json").read_text())
        assert real.rjsf == json.loads((REAL / "expected-rjsf.json").read_text())

    def test_the_layout_of_a_published_workflow_lists_what_its_groups_show(real: Forms) -> None:
        assert real.layout.groups == {"Events Bar Chart": ["events_bar_chart"], "Event Count Map": ["events_meshgrid"]}


def test_only_open_parameters_are_asked_for(compiled: Compiled) -> None:
    forms = forms_of(compiled(GROUPED))
    assert {name: list(schema["properties"]) for name, schema in forms.params["properties"].items()} == {
        "source": ["path", "limit"],
        "picture": ["style", "size"],
    }


def test_parameters_bound_by_a_map_are_not_asked_for(compiled: Compiled) -> None:
    forms = forms_of(
        compiled(
            """
            - {id: source, task: load, partial: {path: x, limit: 1}}
            - id: many
              task: clean
              mapvalues: {argnames: frame, argvalues: '${{ workflow.source.return }}'}
            """
        )
    )
    assert list(forms.params["properties"]["many"]["properties"]) == ["column"]
    assert forms.params["properties"]["many"]["required"] == ["column"]


def test_groups_hold_their_instances_under_their_title(compiled: Compiled) -> None:
    forms = forms_of(compiled(GROUPED))
    assert list(forms.rjsf["properties"]) == ["source", "The look"]
    group = forms.rjsf["properties"]["The look"]
    assert group == {
        "type": "object",
        "description": "How it looks",
        "ecoscope:task_group": True,
        "properties": {"picture": forms.params["properties"]["picture"]},
    }
    assert forms.layout == FormLayout(groups={"The look": ["picture"]})


def test_the_order_of_several_fields_is_written_down(compiled: Compiled) -> None:
    forms = forms_of(compiled(GROUPED))
    assert forms.params["uiSchema"] == {
        "source": {"ui:order": ["path", "limit"]},
        "picture": {"ui:order": ["style", "size"]},
        "ui:order": ["source", "picture"],
    }
    assert forms.rjsf["uiSchema"] == {
        "source": {"ui:order": ["path", "limit"]},
        "The look": {"picture": {"ui:order": ["style", "size"]}},
        "ui:order": ["source", "The look"],
    }


def test_the_name_of_an_instance_is_its_title_in_the_form(compiled: Compiled) -> None:
    params = forms_of(compiled(GROUPED)).params["properties"]
    assert params["source"]["title"] == "The source"
    assert params["picture"]["title"] == ""


def test_the_registry_is_not_changed_by_what_is_derived_from_it(compiled: Compiled, library: RegistryOutput) -> None:
    before = copy.deepcopy(library)
    dag = compiled(
        GROUPED, head="id: demo\nrequirements: []\nrjsf-overrides: {properties: {source.title: X}}\nworkflow:\n"
    )
    assert forms_of(dag).rjsf["properties"]["source"]["title"] == "X"
    assert library == before


def test_a_recursive_model_survives(compiled: Compiled) -> None:
    forms = forms_of(compiled("- {id: tree, task: plant}"))
    assert forms.params["$defs"]["Tree"]["properties"]["left"] == {"$ref": "#/$defs/Tree"}


def test_models_of_one_name_from_two_packages_are_both_there(
    compiled: Compiled, entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> None:
    style = {"style": {"$ref": "#/$defs/Style"}}
    registry = registry_of(
        entry("map", style, ["style"], definitions={"Style": {"type": "string", "enum": ["flat"]}}),
        entry("chart", style, ["style"], module="other", definitions={"Style": {"type": "integer"}}),
    )
    forms = forms_of(compiled("- {id: one, task: acme.tasks.map}\n- {id: two, task: chart}", registry))
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(runnable_schema(forms.params))
    assert validator.is_valid({"one": {"style": "flat"}, "two": {"style": 3}})
    assert not validator.is_valid({"one": {"style": 3}, "two": {"style": 3}})
    assert not validator.is_valid({"one": {"style": "flat"}, "two": {"style": "flat"}})


def test_a_reference_to_nothing_is_reported_where_the_task_is_used(
    compiled: Compiled, entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> None:
    registry = registry_of(entry("odd", {"shape": {"$ref": "https://example.org/shape"}}))
    errors = errors_of(compiled("- {id: step, task: odd}", registry))
    assert len(errors) == 1
    assert "acme.tasks.odd refers to 'https://example.org/shape'" in errors[0]


def test_a_task_whose_schema_is_none_is_reported_once(
    compiled: Compiled, entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> None:
    registry = registry_of(entry("odd", {"shape": {"type": "object", "required": "all"}}))
    errors = errors_of(compiled("- {id: one, task: odd}\n- {id: two, task: odd}", registry))
    assert len(errors) == 1
    assert errors[0].startswith("WT204: the schema of acme.tasks.odd is no valid JSON schema")


@pytest.mark.parametrize("value", ["{minimum: much}", "{minimum: .inf}"])
def test_an_override_that_makes_the_schema_invalid_is_named(compiled: Compiled, value: str) -> None:
    overrides = (
        f"{{properties: {{source.title: X, source.properties.limit: {value}, source.properties.path.title: P}}}}"
    )
    head = f"id: demo\nrequirements: []\nrjsf-overrides: {overrides}\nworkflow:\n"
    errors = errors_of(compiled("- {id: source, task: load}", head=head))
    assert len(errors) == 1
    assert errors[0].startswith("WT131: the override 'source.properties.limit'")


def test_an_override_that_lets_in_what_the_workflow_refuses_is_a_warning(compiled: Compiled) -> None:
    overrides = (
        "{properties: {source.title: X, source.properties.limit.default: many, source.properties.path.title: P}}"
    )
    head = f"id: demo\nrequirements: []\nrjsf-overrides: {overrides}\nworkflow:\n"
    findings = Findings("spec.yaml", [])
    derive_forms(compiled("- {id: source, task: load}", head=head), findings)
    [found] = findings.sorted
    assert (found.code, found.severity, found.line) == ("WT135", "warning", 3)
    assert "'source.properties.limit.default'" in found.message
    assert 'source.limit can be "many" in the form' in found.message


@pytest.mark.parametrize("overrides", ["", "rjsf-overrides: {properties: {two.title: X}}\n"])
def test_a_schema_that_contradicts_itself_is_a_warning_at_its_task(
    compiled: Compiled,
    overrides: str,
    entry: Callable[..., RegistryEntry],
    registry_of: Callable[..., RegistryOutput],
) -> None:
    more = {"dependentSchemas": {"kind": {"properties": {"extra": {"type": "string"}}}}}
    shape = {"type": "object", "properties": {"kind": {"type": "string"}}, "additionalProperties": False, **more}
    registry = registry_of(entry("odd", {"shape": shape}), entry("load", {"path": {"type": "string"}}))
    findings = Findings("spec.yaml", [])
    head = f"id: demo\nrequirements: []\n{overrides}workflow:\n"
    derive_forms(compiled("- {id: one, task: odd}\n- {id: two, task: load}", registry, head), findings)
    [found] = findings.sorted
    assert (found.code, found.severity, found.line) == ("WT135", "warning", head.count("\n") + 1)
    assert found.message.startswith("the schema of acme.tasks.odd contradicts itself: one.shape.extra is a field")


def test_an_override_of_a_definition_holds_where_a_place_has_one_of_its_own_too(compiled: Compiled) -> None:
    place = '"The look".properties.picture.properties.style'
    overrides = f"{{properties: {{'{place}.properties.color.title': C}}, $defs: {{Style.description: D}}}}"
    dag = compiled(GROUPED, head=f"id: demo\nrequirements: []\nrjsf-overrides: {overrides}\nworkflow:\n")
    style = forms_of(dag).rjsf["properties"]["The look"]["properties"]["picture"]["properties"]["style"]
    assert (style["properties"]["color"]["title"], style["description"]) == ("C", "D")


def test_an_override_through_a_scalar_is_an_error(compiled: Compiled) -> None:
    head = "id: demo\nrequirements: []\nrjsf-overrides: {properties: {source.type.x: 1}}\nworkflow:\n"
    errors = errors_of(compiled("- {id: source, task: load}", head=head))
    assert len(errors) == 1
    assert "cannot be applied" in errors[0]


def test_a_workflow_without_open_parameters_has_an_empty_form(compiled: Compiled) -> None:
    forms = forms_of(compiled("- {id: source, task: load, partial: {path: x, limit: 1}}"))
    assert forms.params == {"properties": {}, "$defs": {}, "uiSchema": {"ui:order": []}, "additionalProperties": False}
    assert not forms.needs_parameters


def test_a_title_called_like_a_keyword_of_schemas_is_a_title(
    compiled: Compiled, entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> None:
    names = ["title", "description", "default", "properties", "required", "$defs"]
    registry = registry_of(entry("odd", {name: {"type": "string"} for name in names}, names))
    forms = forms_of(compiled("- {id: step, task: odd, partial: {title: T}}", registry))
    assert list(forms.params["properties"]["step"]["properties"]) == names[1:]
    assert forms.params["properties"]["step"]["required"] == names[1:]


names = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@given(grouped=st.dictionaries(st.sampled_from(["G1", "G2", "The v1.0"]), names, max_size=3), free=names)
def test_parameters_survive_the_way_through_the_form(grouped: dict[str, list[str]], free: list[str]) -> None:
    used: set[str] = set()
    groups: dict[str, list[str]] = {}
    for title, members in grouped.items():
        groups[title] = [name for name in members if name not in used]
        used.update(members)
    params: dict[str, Any] = {name: {"x": name} for name in [*used, *free]}
    layout = FormLayout(groups=groups)
    assert formdata_to_params(params_to_formdata(params, layout), layout) == params
