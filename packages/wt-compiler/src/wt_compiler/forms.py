"""The form of a workflow: `params.json` (flat), `rjsf.json` (by groups) and the layout that relates them.

The shapes are the published ones, which existing front ends read: no `type`, `title` or `required` at the root, and
the marker `ecoscope:task_group` on a group.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.forms import FormLayout

from wt_compiler.dag import Dag, Group, Instance, Override, Switch
from wt_compiler.definitions import Schema
from wt_compiler.findings import Findings
from wt_compiler.overrides import OverrideRefusedError, apply
from wt_compiler.schemas import GROUP_MARKER, SHARED_KEY, InstanceSchemas

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Forms(NamedTuple):
    """What the compiled package holds about its parameters.

    Attributes:
        params: The content of `params.json`.
        rjsf: The content of `rjsf.json`, overrides applied.
        layout: Which group holds which instance.
    """

    params: Schema
    rjsf: Schema
    layout: FormLayout

    @property
    def needs_parameters(self) -> bool:
        """Whether the workflow cannot run without being told anything."""
        return any(schema["required"] for schema in self.params["properties"].values())


class OpenParameter(NamedTuple):
    """A parameter that a run may be told.

    Attributes:
        step: The key that it stands under in a file of parameters; of a sub-workflow's, the keys joined by dots.
        name: Its name.
        schema: Its schema.
        required: Whether it has no default.
    """

    step: str
    name: str
    schema: Schema
    required: bool


def open_parameters(params: Schema, dag: Dag, prefix: str = "") -> Iterator[OpenParameter]:
    """Every parameter of a workflow, those of its sub-workflows too.

    Args:
        params: The content of `params.json`, or the part of it that belongs to a sub-workflow.
        dag: The workflow.
        prefix: What the keys begin with.
    """
    subs = {instance.id: instance.uses.dag for instance in dag.instances if instance.uses is not None}
    for step, group in params["properties"].items():
        if step in subs:
            yield from open_parameters(group, subs[step], f"{prefix}{step}.")
            continue
        for name, schema in group["properties"].items():
            known = schema if isinstance(schema, dict) else {}
            yield OpenParameter(f"{prefix}{step}", name, known, name in group["required"])


def derive_forms(dag: Dag, findings: Findings) -> Forms:
    """Derive the three documents of a workflow.

    Args:
        dag: The workflow, checked.
        findings: Where a broken schema or an override that breaks one is reported, as an error.

    Returns:
        The forms; of no use if errors were found.
    """
    schemas = InstanceSchemas(dag, findings, derive_forms)
    visible = schemas.shown
    groups: dict[str, list[str]] = {}
    rjsf_properties: dict[str, Schema] = {key: visible[key] for key in visible if key == SHARED_KEY}
    for item in dag.items:
        if isinstance(item, Instance):
            if item.id in visible:
                rjsf_properties[item.id] = visible[item.id]
        elif isinstance(item, Switch):
            rjsf_properties |= {each.id: visible[each.id] for each in item.instances if each.id in visible}
        elif members := [instance.id for instance in item.instances if instance.id in visible]:
            groups[item.title] = members
            rjsf_properties[item.title] = _group_schema(item, members, visible)
    params = _document(schemas.by_id, schemas.definitions, _flat_ui(schemas.by_id, schemas.ui[0]))
    rjsf = _document(rjsf_properties, schemas.definitions, _grouped_ui(rjsf_properties, groups, schemas.ui[1]))
    if not findings.failed and not _check_tasks(dag, params, findings):
        own = _warn_of_contradictions(rjsf, params, dag, findings)
        rjsf = _overridden(rjsf, params, dag.overrides, own, findings)
    return Forms(params, rjsf, FormLayout(groups=groups))


def _document(properties: dict[str, Schema], definitions: dict[str, Schema], ui: Schema) -> Schema:
    return {"properties": properties, "$defs": definitions, "uiSchema": ui, "additionalProperties": False}


def _group_schema(group: Group, members: list[str], visible: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "description": group.description,
        GROUP_MARKER: True,
        "properties": {name: visible[name] for name in members},
    }


def _order(names: Iterable[str]) -> Schema:
    ordered = list(names)
    return {"ui:order": ordered} if len(ordered) > 1 else {}


def _flat_ui(properties: dict[str, Schema], subs: Schema) -> Schema:
    return {**_orders(properties, subs), "ui:order": list(properties)}


def _orders(properties: dict[str, Schema], subs: Schema) -> Schema:
    """How instances are shown: in the order of their arguments, and sub-workflows as their own specs say."""
    shown = {name: subs.get(name) or _order(schema["properties"]) for name, schema in properties.items()}
    return {name: ui for name, ui in shown.items() if ui}


def _grouped_ui(properties: dict[str, Schema], groups: dict[str, list[str]], subs: Schema) -> Schema:
    ui = _orders(properties, subs)
    for name in groups:
        members = properties[name]["properties"]
        if group := {**_order(members), **_orders(members, subs)}:
            ui[name] = group
    return {**ui, "ui:order": list(properties)}


def _check_tasks(dag: Dag, params: Schema, findings: Findings) -> bool:
    """Report every task whose schema is none; true if there is one."""
    refuse = _meta_schema()
    if refuse(params) is None:
        return False
    reported: set[str] = set()
    for instance in dag.instances:
        task = instance.task
        known = task.dotted_path in reported or instance.uses is not None
        reason = None if known else refuse(task.entry.json_schema)
        if reason is not None:
            reported.add(task.dotted_path)
            message = f"the schema of {task.dotted_path} is no valid JSON schema: {reason}"
            findings.error(Code.REGISTRY_OUTPUT_INVALID, message, instance.position)
    return bool(reported)


def _warn_of_contradictions(rjsf: Schema, params: Schema, dag: Dag, findings: Findings) -> dict[str, str]:
    """Warn of conditions in the schemas of tasks that add fields to what has no others; sub-workflows see to theirs."""
    from wt_compiler.form_values import has_conditions, refused_values

    found = refused_values(rjsf, params) if has_conditions(rjsf) else {}
    tasks = {instance.id: instance for instance in dag.instances if instance.uses is None}
    for place, reason in found.items():
        instance = tasks.get(place.partition(".")[0])
        if instance is not None:
            message = f"the schema of {instance.task.dotted_path} contradicts itself: {place} {reason}"
            hint = "a condition in it adds a field to what has no others: let that have others, or move the field"
            findings.warn(Code.FORM_OFFERS_REFUSED, message, instance.position, hint)
    return found


def _overridden(
    rjsf: Schema, params: Schema, overrides: tuple[Override, ...], own: dict[str, str], findings: Findings
) -> Schema:
    refuse = _meta_schema()
    steps: list[tuple[Override, Schema]] = []
    for override in sorted(overrides, key=lambda each: each.section != "$defs"):  # before a place has a copy of its own
        try:
            rjsf = apply(rjsf, override)
        except OverrideRefusedError as refused:
            message = f"the override {override.path!r} cannot be applied: {refused}"
            findings.error(Code.OVERRIDE_BREAKS_SCHEMA, message, override.position)
        else:
            steps.append((override, rjsf))
    if refuse(rjsf) is not None:
        culprit, reason = next((o, r) for o, document in steps if (r := refuse(document)) is not None)
        message = f"the override {culprit.path!r} makes the form's schema invalid: {reason}"
        findings.error(Code.OVERRIDE_BREAKS_SCHEMA, message, culprit.position)
    elif not findings.failed:
        _warn_of_refused(steps, params, own, findings)
    return rjsf


def _warn_of_refused(
    steps: list[tuple[Override, Schema]], params: Schema, own: dict[str, str], findings: Findings
) -> None:
    """Warn of what a person can fill in and no run accepts, at the override that brought it about."""
    from wt_compiler.form_values import refused_values

    last = refused_values(steps[-1][1], params) if steps else {}
    for place, reason in sorted(last.items() - own.items()):
        culprit = next(override for override, form in steps if refused_values(form, params).get(place) == reason)
        message = f"the override {culprit.path!r} lets the form and the workflow differ: {place} {reason}"
        hint = "the type hints of the task say what the workflow accepts"
        findings.warn(Code.FORM_OFFERS_REFUSED, message, culprit.position, hint)


def _meta_schema() -> Callable[[Schema], str | None]:
    import jsonschema_rs

    meta: Any = jsonschema_rs.meta

    def refuse(document: Schema) -> str | None:
        try:
            json.dumps(document, allow_nan=False)
            meta.validate({**document, "$schema": _DIALECT})
        except ValueError as error:
            if not isinstance(error, jsonschema_rs.ValidationError):
                return "it holds a number that JSON cannot write"
            path = ".".join(str(part) for part in error.instance_path)
            return f"{path}: {error.message}" if path else str(error.message)
        return None

    return refuse
