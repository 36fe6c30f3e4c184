"""The `requirements` of a spec; what a requirement is, wt-envs says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wt_contracts.codes import Code

from wt_compiler.document import MapNode, Node, plain
from wt_compiler.findings import Findings
from wt_compiler.shape import read_list, read_map
from wt_compiler.spec import Required
from wt_compiler.values import Position

if TYPE_CHECKING:
    from wt_envs.requirement import Requirement


def read_requirements(node: Node, findings: Findings) -> tuple[Required, ...]:
    """Read the list of requirements, each with its place; what is wrong goes to the findings and is left out."""
    requirements: list[Required] = []
    entries = read_list(node, "'requirements'", findings, "write 'requirements: []' if there are none")
    for entry in entries.items if entries else ():
        item = read_map(entry, "a requirement", findings)
        requirement = _read_requirement(item, findings) if item else None
        if item is not None and requirement is not None:
            _refuse_twice(requirement, item.position, requirements, findings)
            note = findings.note(f"{requirement.name} is required here", item.position)
            requirements.append(Required(requirement, item.position, note))
    return tuple(requirements)


def _refuse_twice(requirement: Requirement, position: Position, before: list[Required], findings: Findings) -> None:
    from wt_envs.requirement import canonical

    name = canonical(requirement.name)
    first = next((other.position for other in before if canonical(other.requirement.name) == name), None)
    if first is not None:
        message = f"{requirement.name} is required twice, first in line {first.line}, column {first.column}"
        findings.error(Code.WRONG_REQUIREMENT, message, position, "keep one of them")


def _read_requirement(item: MapNode, findings: Findings) -> Requirement | None:
    from wt_envs.requirement import RequirementError, parse_requirement

    try:
        return parse_requirement(plain(item))
    except RequirementError as error:
        for key, reason in error.problems.items():
            entry = item.entries.get(key)
            named = f"{key!r}: " if entry else ""
            position = entry.key.position if entry else item.position
            findings.error(Code.WRONG_REQUIREMENT, f"wrong requirement: {named}{reason}", position)
    return None
