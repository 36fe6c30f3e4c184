"""What a sub-workflow still asks for: the form of its own spec, without what the spec that uses it binds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from wt_compiler.dag import Case, Dag, Group, Instance
from wt_compiler.definitions import Schema

if TYPE_CHECKING:
    from wt_compiler.forms import Forms


class SubForm(NamedTuple):
    """The part of one document that belongs to a sub-workflow.

    Attributes:
        schema: An object with a property for each of its instances that has something left to fill in.
        definitions: The `$defs` that it refers to.
        ui: How it is shown.
    """

    schema: Schema
    definitions: dict[str, Schema]
    ui: Schema


def left_open(instance: Instance) -> Dag:
    """The workflow of an instance that is one, in which what the instance binds is bound."""
    assert instance.uses is not None
    dag = instance.uses.dag
    places = [place.partition(".") for place in instance.bound]
    bound: dict[str, list[str]] = {}
    for key, _, name in places:
        bound.setdefault(key, []).append(name)

    def closed(each: Instance) -> Instance:
        names = bound.get(each.id)
        return replace(each, partial={**each.partial, **dict.fromkeys(names)}) if names else each

    items = tuple(
        closed(item)
        if isinstance(item, Instance)
        else replace(item, instances=tuple(closed(member) for member in item.instances))
        if isinstance(item, Group)
        else replace(item, cases=tuple(_closed(case, closed) for case in item.cases))
        for item in dag.items
    )
    params = {name: schema for name, schema in dag.params.items() if name not in bound.get("params", ())}
    return replace(dag, items=items, params=params)


def _closed(case: Case, close: Callable[[Instance], Instance]) -> Case:
    return replace(case, instances=tuple(map(close, case.instances)))


def in_params(instance: Instance, forms: Forms) -> SubForm:
    """The part of `params.json`."""
    document = forms.params
    return SubForm(_part(instance, document["properties"]), document["$defs"], document["uiSchema"])


def in_rjsf(instance: Instance, forms: Forms) -> SubForm:
    """The part of `rjsf.json`: overrides are applied, and the groups of the other spec make no difference here."""
    document, groups = forms.rjsf, forms.layout.groups
    properties: dict[str, Schema] = {}
    for key, schema in document["properties"].items():
        properties |= schema["properties"] if key in groups else {key: schema}
    ui: Schema = {}
    for key, shown in document["uiSchema"].items():
        ui |= {name: part for name, part in shown.items() if name in groups[key]} if key in groups else {key: shown}
    return SubForm(_part(instance, properties), document["$defs"], {**ui, "ui:order": [*properties]})


def _part(instance: Instance, properties: dict[str, Schema]) -> Schema:
    assert instance.uses is not None
    metadata = instance.uses.dag.metadata
    found = {
        "type": "object",
        "title": instance.title or str(metadata.get("name") or ""),
        "properties": properties,
        "required": [name for name, schema in properties.items() if schema.get("required")],
        "additionalProperties": False,
    }
    described = metadata.get("description")
    return {**found, "description": str(described)} if described else found
