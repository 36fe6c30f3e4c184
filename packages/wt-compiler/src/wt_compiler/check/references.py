"""Ids are unique and free, and every reference points to an earlier instance."""

from __future__ import annotations

from collections.abc import Collection

from wt_contracts.codes import Code

from wt_compiler.catalogue import Catalogue
from wt_compiler.findings import Findings
from wt_compiler.spec import InstanceSpec, Name, Spec
from wt_compiler.values import Reference, references


def check_references(spec: Spec, catalogue: Catalogue) -> None:
    """Check the ids and the references of all instances.

    Args:
        spec: The spec; its findings get what is wrong.
        catalogue: Whose task names are taken.
    """
    _check_ids(spec, catalogue)
    instances = spec.instances
    lines = {instance.id.text: instance.id.position.line for instance in reversed(instances) if instance.id}
    earlier: dict[str, None] = {}
    for instance in instances:
        for reference in references(instance.values):
            if reference.instance_id not in earlier:
                _report(reference, instance, earlier, lines, spec.findings)
        if instance.id:
            earlier[instance.id.text] = None
    for reference in references([output.value for output in spec.outputs]):
        if reference.instance_id not in earlier:
            _report(reference, None, earlier, lines, spec.findings)


def _check_ids(spec: Spec, catalogue: Catalogue) -> None:
    first: dict[str, Name] = {}
    for instance in spec.instances:
        name = instance.id
        if name is None:
            continue
        if name.text in first:
            place = first[name.text].position
            message = f"the id {name.text!r} is taken in line {place.line}, column {place.column}"
            spec.findings.error(Code.DUPLICATE_ID, message, name.position, "choose another one")
            continue
        first[name.text] = name
        if spec.id and name.text == spec.id.text:
            message = f"the id {name.text!r} is the id of the spec"
            spec.findings.error(Code.WRONG_IDENTIFIER, message, name.position, "choose another one")
        elif catalogue.offers(name.text):
            message = f"the id {name.text!r} is the name of a task"
            spec.findings.error(Code.WRONG_IDENTIFIER, message, name.position, "choose another one")


def _report(
    reference: Reference,
    instance: InstanceSpec | None,
    earlier: Collection[str],
    lines: dict[str, int],
    findings: Findings,
) -> None:
    name = reference.instance_id
    hint: str | None
    if instance and instance.id and name == instance.id.text:
        findings.error(Code.LATER_REFERENCE, f"{name!r} refers to itself", reference.position)
    elif name in lines:
        message = f"{name!r} comes later, in line {lines[name]}"
        hint = "a reference points to an earlier entry: move one of the two"
        findings.error(Code.LATER_REFERENCE, message, reference.position, hint)
    else:
        hint = findings.suggest(name, earlier)
        findings.error(Code.UNKNOWN_REFERENCE, f"there is no task instance {name!r}", reference.position, hint)
