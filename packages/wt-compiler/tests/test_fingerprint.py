"""What changes the hashes of a workspace, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wt_compiler.dag import Dag
from wt_compiler.findings import Findings
from wt_compiler.fingerprint import compiler_state, inputs, structure
from wt_compiler.forms import derive_forms
from wt_contracts.registry import RegistryEntry, RegistryOutput

Structure = Callable[..., str]

WORKFLOW = """
- {id: source, name: The source, task: load}
- {id: other, task: load, partial: {limit: 3}}
- {id: cleaned, task: clean, partial: {frame: '${{ workflow.source.return }}', column: time}}
"""
HEAD = "id: demo\nrequirements: []\nworkflow:\n"


def task_parameters(**changes: Any) -> dict[str, Any]:
    return {"path": {"type": "string", "title": "Path"}, "limit": {"type": "integer", "default": 10}, **changes}


@pytest.fixture
def structure_of(
    compiled: Callable[..., Dag], entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> Structure:
    """The structure of the workflow above, or of one that differs from it."""

    def run(
        workflow: str = WORKFLOW, parameters: dict[str, Any] | None = None, head: str = HEAD, **metadata: Any
    ) -> str:
        registry = registry_of(
            entry("load", parameters or task_parameters(), ["path"], **metadata),
            entry("clean", {"frame": {"type": "acme.Frame"}, "column": {"type": "string"}}, ["frame", "column"]),
            entry("never", schema={"type": "array"}),
        )
        dag = compiled(workflow, registry, head)
        return structure(dag, derive_forms(dag, Findings("spec.yaml", [])).params)

    return run


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: The source", "name: Where it comes from"),
        ("column: time", "column: date"),
        ("limit: 3", "limit: 4"),
    ],
)
def test_titles_and_literals_are_not_structure(structure_of: Structure, old: str, new: str) -> None:
    assert structure_of(WORKFLOW.replace(old, new)) == structure_of()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("workflow.source.return", "workflow.other.return"),
        ("id: other", "id: another"),
        ("partial: {limit: 3}", "partial: {path: x}"),
        ("task: load, partial", "task: load, skipif: {conditions: [never]}, partial"),
        ("{limit: 3}", "{limit: '${{ env.LIMIT }}'}"),
        ("'${{ workflow.source.return }}'", "['${{ workflow.source.return }}']"),
    ],
)
def test_connections_and_tasks_are_structure(structure_of: Structure, old: str, new: str) -> None:
    assert old in WORKFLOW
    assert structure_of(WORKFLOW.replace(old, new)) != structure_of()


def test_a_rewired_map_is_structure(structure_of: Structure) -> None:
    mapped = WORKFLOW.replace(
        "task: clean, partial: {frame: '${{ workflow.source.return }}', ", "task: clean, MAP, partial: {"
    )
    versions = [
        mapped.replace("MAP", f"{method}: {{argnames: frame, argvalues: '${{{{ workflow.{name}.return }}}}'}}")
        for method in ("map", "mapvalues")
        for name in ("source", "other")
    ]
    assert len({structure_of(version) for version in versions}) == 4


def test_the_place_of_a_connection_is_structure(structure_of: Structure) -> None:
    places = [
        "REF",
        "[REF]",
        "[[REF]]",
        "[1, REF]",
        "{'0': REF}",
        "{a: REF}",
        "{a: {b: REF}}",
        "{a/b: REF}",
        "{'': REF}",
    ]
    workflows = [
        WORKFLOW.replace("'${{ workflow.source.return }}'", place.replace("REF", "'${{ workflow.source.return }}'"))
        for place in places
    ]
    assert len({structure_of(workflow) for workflow in workflows}) == len(places)


@pytest.mark.parametrize(
    "parameters",
    [
        task_parameters(limit={"type": "integer", "default": 99}),
        task_parameters(path={"type": "string", "title": "File", "description": "Which"}),
        task_parameters(path={"type": "string", "vendor:advanced": True, "examples": ["a"]}),
    ],
)
def test_defaults_and_annotations_of_parameters_are_not_structure(
    structure_of: Structure, parameters: dict[str, Any]
) -> None:
    assert structure_of(parameters=parameters) == structure_of()


@pytest.mark.parametrize(
    "parameters",
    [
        task_parameters(extra={"type": "string", "default": ""}),
        task_parameters(limit={"type": "number", "default": 10}),
        task_parameters(limit={"type": "integer", "default": 10, "maximum": 5}),
        task_parameters(path={"type": "string", "enum": ["a", "b"]}),
    ],
)
def test_what_a_parameter_accepts_is_structure(structure_of: Structure, parameters: dict[str, Any]) -> None:
    assert structure_of(parameters=parameters) != structure_of()


@pytest.mark.parametrize("name", ["title", "description", "default", "uiSchema", "properties", "examples"])
def test_a_parameter_called_like_an_annotation_is_structure(structure_of: Structure, name: str) -> None:
    text = structure_of(parameters=task_parameters(**{name: {"type": "string", "default": ""}}))
    number = structure_of(parameters=task_parameters(**{name: {"type": "integer", "default": 0}}))
    assert len({text, number, structure_of()}) == 3


def test_groups_metadata_and_overrides_are_not_structure(structure_of: Structure) -> None:
    lines = WORKFLOW.strip().splitlines()
    grouped = "\n".join(
        ["- type: task-group", "  title: G", "  description: D", "  tasks:", *(f"    {x}" for x in lines)]
    )
    assert structure_of(grouped) == structure_of()
    head = HEAD.replace(
        "workflow:",
        "metadata: {name: N, description: D, license: MIT, maintainers: [{name: M, email: m@example.org}]}\n"
        "rjsf-overrides: {properties: {source.title: X}}\nworkflow:",
    )
    assert structure_of(head=head) == structure_of()
    assert structure_of(description="Loads a file") == structure_of()


def test_required_versions_are_structure(structure_of: Structure) -> None:
    def pinned(version: str) -> str:
        requirements = f"requirements: [{{name: acme, version: '{version}', source: pypi}}]"
        return structure_of(head=HEAD.replace("requirements: []", requirements))

    assert len({pinned("1.0"), pinned("2.0"), structure_of()}) == 3


def test_inputs_tell_apart_what_is_split_differently() -> None:
    assert inputs(b"ab", ["c"]) != inputs(b"a", ["bc"])
    assert inputs(b"a", ["b", "c"]) != inputs(b"a", ["c", "b"])
    assert inputs(b"a", ["b"]) == inputs(b"a", ["b"])


def test_the_compilers_state_is_remembered_and_the_same_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = set()
    for machine in ("one", "one", "other"):
        monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / machine))
        compiler_state.cache_clear()
        states.add(compiler_state())
        assert len(list((tmp_path / machine / "compilers").iterdir())) == 1
    assert len(states) == 1
    compiler_state.cache_clear()
