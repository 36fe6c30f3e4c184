"""From the tree of a document to a spec: the grammar, with a place for everything that is wrong."""

from __future__ import annotations

from typing import Any, Final, Literal

from wt_contracts.codes import Code

from wt_compiler.dag import Override
from wt_compiler.document import Document, MapNode, Node, plain
from wt_compiler.findings import Findings
from wt_compiler.identifiers import LONGEST_SPEC_ID, as_identifier, why_no_identifier
from wt_compiler.override_path import PathError, split
from wt_compiler.parse_params import read_params
from wt_compiler.parse_requirement import read_requirements
from wt_compiler.parse_value import read_value
from wt_compiler.parse_workflow import read_defaults, read_workflow
from wt_compiler.shape import check_keys, is_null, read_list, read_map, read_string, require
from wt_compiler.spec import Argument, Name, Spec
from wt_compiler.sub_specs import SubSpecs
from wt_compiler.used_requirements import with_used
from wt_compiler.values import Position

ROOT_KEYS: Final = (
    *("id", "requirements", "metadata", "params", "rjsf-overrides", "task-instance-defaults", "workflow", "outputs"),
)
SECTIONS: Final[tuple[Literal["properties", "$defs", "uiSchema"], ...]] = ("properties", "$defs", "uiSchema")
_METADATA_TEXTS: Final = ("name", "description", "license", "repository", "documentation", "readme")


def parse_spec(document: Document, subs: SubSpecs | None = None) -> Spec:
    """Read a spec, and those that it uses.

    Args:
        document: The tree. Its findings get what is wrong.
        subs: Where to find the specs that it uses, if it is one of them itself.

    Returns:
        The spec, as far as it could be read; whether that was all, its findings say.

    Raises:
        DiagnosticError: If the document is no mapping at all.
    """
    findings = document.findings
    root = read_map(document.root, "a spec", findings)
    if root is None:
        findings.raise_if_failed()
        root = MapNode(1, 1)
    check_keys(root, ROOT_KEYS, "a spec", findings)
    id_node = require(root, "id", "a spec", findings)
    requirements = require(root, "requirements", "a spec", findings, "write 'requirements: []' if there are none")
    workflow = require(root, "workflow", "a spec", findings)
    defaults = read_defaults(root.get("task-instance-defaults"), findings)
    subs = subs or SubSpecs.below(document, parse_spec)
    items = read_workflow(workflow, defaults, subs, findings) if workflow else ()
    own = read_requirements(requirements, findings) if requirements else ()
    return Spec(
        id=_read_id(id_node, findings) if id_node else None,
        required=with_used(own, items, findings),
        requirements_position=requirements.position if requirements else Position(1, 1),
        metadata=_read_metadata(root.get("metadata"), findings),
        params=read_params(root.get("params"), findings),
        outputs=_read_outputs(root.get("outputs"), findings),
        overrides=_read_overrides(root.get("rjsf-overrides"), findings),
        items=items,
        findings=findings,
    )


def _read_id(node: Node, findings: Findings) -> Name | None:
    text = read_string(node, "'id'", findings)
    if text is None:
        return None
    reason = why_no_identifier(text, LONGEST_SPEC_ID)
    if reason is not None:
        meant = as_identifier(text)
        hint = f"write {meant!r}" if meant else "choose another one"
        findings.error(Code.WRONG_IDENTIFIER, f"the id {text!r} {reason}", node.position, hint)
    return Name(text, node.position)


def _read_metadata(node: Node | None, findings: Findings) -> dict[str, Any]:
    if node is None or is_null(node):
        return {}
    metadata = read_map(node, "'metadata'", findings)
    if metadata is None:
        return {}
    for key in _METADATA_TEXTS:
        value = metadata.get(key)
        if value is not None and not is_null(value):
            read_string(value, f"{key!r}", findings)
    for key, read in (("keywords", read_string), ("maintainers", read_map)):
        value = metadata.get(key)
        entries = read_list(value, f"{key!r}", findings) if value is not None and not is_null(value) else None
        for entry in entries.items if entries else ():
            read(entry, f"an entry of {key!r}", findings)
    result = plain(metadata)
    assert isinstance(result, dict)
    return result


def _read_outputs(node: Node | None, findings: Findings) -> tuple[Argument, ...]:
    if node is None or is_null(node):
        return ()
    outputs = read_map(node, "'outputs'", findings)
    if outputs is None:
        return ()
    if not outputs.entries:
        hint = "without the key, the workflow returns what its last instance returns"
        findings.error(Code.WRONG_VALUE, "'outputs' names nothing", node.position, hint)
    return tuple(
        Argument(Name(name, entry.key.position), read_value(entry.value, findings), entry.value)
        for name, entry in outputs.entries.items()
    )


def _read_overrides(node: Node | None, findings: Findings) -> tuple[Override, ...]:
    if node is None or is_null(node):
        return ()
    sections = read_map(node, "'rjsf-overrides'", findings)
    if sections is None:
        return ()
    check_keys(sections, SECTIONS, "'rjsf-overrides'", findings)
    overrides: list[Override] = []
    for section in SECTIONS:
        value = sections.get(section)
        patches = read_map(value, f"{section!r}", findings) if value is not None and not is_null(value) else None
        for path, entry in patches.entries.items() if patches else ():
            try:
                split(path)
            except PathError as error:
                findings.error(Code.WRONG_VALUE, f"the path {path!r} {error}", entry.key.position)
                continue
            overrides.append(Override(section, path, plain(entry.value), entry.key.position))
    return tuple(overrides)
