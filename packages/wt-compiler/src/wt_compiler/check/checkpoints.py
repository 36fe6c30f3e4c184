"""Checkpoints have names of their own, and stand where a run can come past them once."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.spec import Name, Spec


def check_checkpoints(spec: Spec) -> None:
    """Check the checkpoints of all instances.

    Args:
        spec: The spec; its findings get names that are taken, and checkpoints inside of what is one step.
    """
    first: dict[str, Name] = {}
    for instance in spec.instances:
        uses = instance.uses
        if uses is not None and (how := instance.as_one_step) and _has_checkpoint(uses.spec):
            message = f"{instance.callee} has a checkpoint, which cannot stand {how}"
            hint = "give the instance itself a 'checkpoint', which stands behind all of it"
            spec.findings.error(Code.WRONG_VALUE, message, instance.callee_position, hint)
        name = instance.checkpoint.name if instance.checkpoint else None
        if name is not None and name.text in first:
            place = first[name.text].position
            message = f"the checkpoint {name.text!r} is there already, in line {place.line}, column {place.column}"
            spec.findings.error(Code.DUPLICATE_ID, message, name.position, "choose another name")
        elif name is not None:
            first[name.text] = name


def _has_checkpoint(spec: Spec | None) -> bool:
    """Whether anything in a spec has a checkpoint."""
    instances = spec.instances if spec is not None else []
    return any(each.checkpoint or (each.uses and _has_checkpoint(each.uses.spec)) for each in instances)
