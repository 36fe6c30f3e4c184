"""What a form shows of a workflow: the parameters that the spec leaves unbound, by instance and group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from wt_compiler.catalogue import Catalogue
from wt_compiler.parameters import Parameters
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.spec import GroupSpec, InstanceSpec, Name, Spec
from wt_compiler.values import Position

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved


class FormInstance(NamedTuple):
    """An instance with something left to fill in; `unbound` has the parameters in order."""

    unbound: tuple[str, ...]
    parameters: Parameters
    position: Position


class FormGroup(NamedTuple):
    """A group with at least one such instance."""

    title: Name
    instances: dict[str, FormInstance]


class Form(Struct, frozen=True):
    """The top level of a form.

    Attributes:
        ungrouped: The instances outside of groups, by id.
        groups: The groups in order, whose titles may collide.
        hidden: The ids and titles of the spec that the form does not show.
        complete: Whether every task was found; if not, nothing is known of what the form lacks.
    """

    ungrouped: dict[str, FormInstance] = field(default_factory=dict)
    groups: list[FormGroup] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    complete: bool = True


def form_of(spec: Spec, resolved: list[Resolved], catalogue: Catalogue) -> Form:
    """What the form of a spec shows, as far as its tasks are known."""
    shown: dict[int, FormInstance] = {}
    for item in resolved:
        if item.task is not None:
            parameters = catalogue.parameters(item.task)
            if unbound := parameters.unbound(item.spec.bound):
                found = FormInstance(tuple(unbound), parameters, item.spec.position)
                shown[id(item.spec)] = _nested(found) if item.sub is not None else found
    form = Form(complete=all(item.task is not None for item in resolved))
    if spec.params:
        properties = {parameter.name.text: parameter.schema for parameter in spec.params}
        shared = Parameters({"type": "object", "properties": properties, "additionalProperties": False}, ())
        form.ungrouped[SHARED_KEY] = FormInstance(tuple(properties), shared, spec.params[0].name.position)
    for entry in spec.items:
        members = (entry,) if isinstance(entry, InstanceSpec) else entry.instances
        visible = {member.id.text: shown[id(member)] for member in members if member.id and id(member) in shown}
        form.hidden.update(member.id.text for member in members if member.id and id(member) not in shown)
        if not isinstance(entry, GroupSpec):
            form.ungrouped.update(visible)
        elif entry.title is not None and visible:
            form.groups.append(FormGroup(entry.title, visible))
        elif entry.title is not None:
            form.hidden.add(entry.title.text)
    return form


def _nested(instance: FormInstance) -> FormInstance:
    """A sub-workflow, whose form has a part for each of its instances."""
    parts: dict[str, dict[str, Any]] = {}
    for place in instance.unbound:
        part, _, name = place.partition(".")
        parts.setdefault(part, {})[name] = instance.parameters.properties[place]
    properties = {part: {"type": "object", "properties": fields} for part, fields in parts.items()}
    schema = {**instance.parameters.schema, "properties": properties, "required": []}
    return FormInstance(tuple(properties), Parameters(schema, ()), instance.position)
