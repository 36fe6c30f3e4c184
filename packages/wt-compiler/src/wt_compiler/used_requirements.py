"""What a spec requires together with the specs that it uses: one list, in which nothing contradicts itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wt_contracts.codes import Code

from wt_compiler.findings import Findings
from wt_compiler.spec import InstanceSpec, ItemSpec, Required, Use

if TYPE_CHECKING:
    from wt_envs.requirement import Requirement


def with_used(own: Iterable[Required], items: Iterable[ItemSpec], findings: Findings) -> tuple[Required, ...]:
    """Add what the sub-workflows of a spec require.

    Args:
        own: What the spec requires itself.
        items: Its instances and groups.
        findings: Gets requirements that contradict each other.

    Returns:
        All of it, a package once. Paths are relative to the spec, and places are in it.
    """
    merged = list(own)
    for item in items:
        for instance in (item,) if isinstance(item, InstanceSpec) else item.instances:
            if instance.uses is not None and instance.uses.spec is not None:
                for required in instance.uses.spec.required:
                    _add(required, instance.uses, merged, findings)
    return tuple(merged)


def _add(required: Required, use: Use, merged: list[Required], findings: Findings) -> None:
    from wt_envs.joining import joined
    from wt_envs.requirement import canonical

    requirement = _rebased(required.requirement, use.path.text)
    added = Required(requirement, use.path.position, required.note)
    name = canonical(requirement.name)
    place = next((at for at, other in enumerate(merged) if canonical(other.requirement.name) == name), None)
    if place is None:
        merged.append(added)
        return
    first = merged[place]
    both = joined(first.requirement, requirement)
    if both is not None:
        merged[place] = first._replace(requirement=both)
        return
    message = f"{requirement.name} is required in two ways that do not go together, here and by {use.path.text!r}"
    hint = "let both specs require the same"
    notes = [note for note in (first.note, required.note) if note.file != findings.file]
    findings.error(Code.WRONG_REQUIREMENT, message, first.position, hint, notes)


def _rebased(requirement: Requirement, use: str) -> Requirement:
    """The requirement of a spec that is used, with its path relative to the spec that uses it."""
    from wt_envs.requirement import PyPIRequirement

    if not isinstance(requirement, PyPIRequirement) or requirement.path is None:
        return requirement
    path = requirement.path
    if Path(path).is_absolute() or path.startswith("~"):
        return requirement
    moved = posixpath.normpath(posixpath.join(posixpath.dirname(use), path))
    return replace(requirement, path=moved if moved.startswith(".") else f"./{moved}")
