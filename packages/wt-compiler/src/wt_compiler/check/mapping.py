"""What `map` and `mapvalues` go over."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.document import ListNode, MapNode, Node, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.shape import describe
from wt_compiler.spec import MappingSpec
from wt_compiler.values import Expression, Value


def check_mapping(mapping: MappingSpec, findings: Findings) -> None:
    """Check the shape of `argvalues`, as far as it is written in the spec.

    Args:
        mapping: The `map` or `mapvalues`.
        findings: Gets what is wrong.
    """
    values, node = mapping.argvalues, mapping.node
    if isinstance(values, Expression):
        return
    keyed = mapping.method == "mapvalues"
    if isinstance(node, ListNode) and isinstance(values, list):
        for item, value in zip(node.items, values, strict=True):
            if isinstance(value, Expression):
                continue
            if keyed:
                _check_pair(item, value, mapping, findings)
            else:
                _check_element(item, mapping, findings)
    elif keyed and isinstance(node, MapNode) and isinstance(values, dict):
        for entry, value in zip(node.entries.values(), values.values(), strict=True):
            if not isinstance(value, Expression):
                _check_element(entry.value, mapping, findings)
    else:
        wanted = "a reference, a list or a mapping" if keyed else "a reference or a list"
        message = f"'argvalues' of {mapping.method!r} must be {wanted}, not {describe(node)}"
        findings.error(Code.WRONG_TYPE, message, node.position, "write '${{ workflow.<id>.return }}'")


def _check_pair(node: Node, value: Value, mapping: MappingSpec, findings: Findings) -> None:
    if isinstance(node, ListNode) and isinstance(value, list) and len(value) == 2:
        if not isinstance(value[1], Expression):
            _check_element(node.items[1], mapping, findings)
        return
    message = "an element of 'argvalues' of 'mapvalues' must be a list of a key and a value"
    findings.error(Code.WRONG_TYPE, f"{message}, not {_size(node)}", node.position)


def _check_element(node: Node, mapping: MappingSpec, findings: Findings) -> None:
    count = len(mapping.argnames)
    if count <= 1 or (isinstance(node, ListNode) and len(node.items) == count):
        return
    message = f"an element of 'argvalues' must be a list of {count} values, one for each of 'argnames'"
    findings.error(Code.WRONG_TYPE, f"{message}, not {_size(node)}", node.position)


def _size(node: Node) -> str:
    if isinstance(node, ListNode):
        return f"a list of {len(node.items)}"
    return describe(node) if isinstance(node, ScalarNode) else "a mapping"
