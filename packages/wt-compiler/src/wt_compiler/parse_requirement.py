"""The `requirements` of a spec; what a requirement is, wt-envs says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wt_contracts.codes import Code

from wt_compiler.document import MapNode, Node, plain
from wt_compiler.findings import Findings
from wt_compiler.shape import describe, read_list, read_map

if TYPE_CHECKING:
    from wt_envs.requirement import Requirement

_KEYS: Final = (
    *("name", "version", "channel", "requirement", "source", "path", "git", "url"),
    *("extras", "editable", "rev", "branch", "tag", "subdirectory"),
)
_TYPES: Final = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "string_type": "a string",
    "tuple_type": "a list",
}


def read_requirements(node: Node, findings: Findings) -> tuple[Requirement, ...]:
    """Read the list of requirements; what is wrong goes to the findings and is left out."""
    requirements: list[Requirement] = []
    entries = read_list(node, "'requirements'", findings, "write 'requirements: []' if there are none")
    for entry in entries.items if entries else ():
        item = read_map(entry, "a requirement", findings)
        requirement = _read_requirement(item, findings) if item else None
        if requirement is not None:
            requirements.append(requirement)
    return tuple(requirements)


def _read_requirement(item: MapNode, findings: Findings) -> Requirement | None:
    from pydantic import ValidationError
    from wt_envs.requirement import parse_requirement

    try:
        return parse_requirement(plain(item))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            _report(problem["type"], problem["msg"], [*problem["loc"]], item, findings)
    except ValueError as error:
        findings.error(Code.WRONG_REQUIREMENT, f"wrong requirement: {error}", item.position)
    return None


def _report(kind: str, message: str, location: list[Any], item: MapNode, findings: Findings) -> None:
    """Put one of pydantic's errors into our words, and where it belongs."""
    key = location[0] if location and isinstance(location[0], str) else None
    entry = item.entries.get(key) if key is not None else None
    if kind == "missing" and key is not None:
        findings.error(Code.MISSING_KEY, f"a requirement needs the key {key!r}", item.position)
    elif entry is None:
        findings.error(Code.WRONG_REQUIREMENT, f"wrong requirement: {_reason(message)}", item.position)
    elif kind == "extra_forbidden":
        left = [known for known in _KEYS if known not in item.entries]
        hint = findings.suggest(str(key), left, "it may belong to another kind of source" if key in _KEYS else None)
        findings.error(Code.UNKNOWN_KEY, f"this requirement has no key {key!r}", entry.key.position, hint)
    elif kind in _TYPES:
        hint = "put it in quotes" if kind == "string_type" else None
        wrong = f"{key!r} must be {_TYPES[kind]}, not {describe(entry.value)}"
        findings.error(Code.WRONG_TYPE, wrong, entry.value.position, hint)
    else:
        findings.error(Code.WRONG_REQUIREMENT, f"{key!r}: {_reason(message)}", entry.value.position)


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
