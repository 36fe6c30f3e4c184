"""A `switch` in the `workflow` of a spec: branches, of which one runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from wt_contracts.codes import Code

from wt_compiler.document import ListNode, MapNode, Node, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.parse_flow import read_condition
from wt_compiler.parse_value import read_value
from wt_compiler.shape import check_keys, describe, is_null, read_list, read_map, read_string, refuse, require
from wt_compiler.spec import Argument, CaseSpec, InstanceSpec, Name, SwitchSpec
from wt_compiler.values import Constant, Expression, Items, Operation, Reference, Text

SWITCH_TYPE: Final = "switch"
SWITCH_KEYS: Final = ("type", "id", "name", "on", "cases", "default")
CASE_KEYS: Final = ("name", "when", "is", "tasks", "result")
OTHERWISE: Final = "default"
"""What the branch is called that is taken if no other one is."""

_DEFAULT_KEYS: Final = ("tasks", "result")

ReadId = Callable[[Node, Findings], Name | None]
ReadTasks = Callable[[ListNode], tuple[InstanceSpec, ...]]


def is_switch(item: MapNode) -> bool:
    """Whether an entry of a workflow is meant to be a switch."""
    kind = item.get("type")
    named = isinstance(kind, ScalarNode) and kind.value == SWITCH_TYPE
    return named or ("cases" in item.entries and "tasks" not in item.entries)


def read_switch(item: MapNode, read_id: ReadId, read_tasks: ReadTasks, findings: Findings) -> SwitchSpec:
    """Read a switch.

    Args:
        item: The entry.
        read_id: Reads its id.
        read_tasks: Reads the task instances of a branch.
        findings: Gets what is wrong.
    """
    what = "a switch"
    check_keys(item, SWITCH_KEYS, what, findings)
    kind = require(item, "type", what, findings, f"write 'type: {SWITCH_TYPE}'")
    if kind is not None and not (isinstance(kind, ScalarNode) and (kind.value == SWITCH_TYPE or kind.broken)):
        findings.error(Code.WRONG_VALUE, f"'type' must be {SWITCH_TYPE!r}, not {describe(kind)}", kind.position)
    id_node = require(item, "id", what, findings)
    name = item.get("name")
    title = "" if name is None or is_null(name) else read_string(name, "'name'", findings)
    on = _read_on(item.get("on"), findings)
    reader = _Branches(item, on, read_tasks, findings)
    return SwitchSpec(
        id=read_id(id_node, findings) if id_node else None,
        title=title or "",
        on=on,
        cases=tuple(reader.cases()),
        position=item.position,
    )


def _read_on(node: Node | None, findings: Findings) -> Expression | None:
    if node is None or is_null(node):
        return None
    value = read_value(node, findings)
    if isinstance(value, Expression) and not isinstance(value, Text):
        return value
    refuse(node, "'on'", "an expression", findings, "write the value that decides, '${{ … }}'")
    return None


class _Branches:
    """Reads the branches of one switch."""

    def __init__(self, item: MapNode, on: Expression | None, read_tasks: ReadTasks, findings: Findings) -> None:
        self._item = item
        self._on = on
        self._compares = not is_null(item.get("on"))
        self._read_tasks = read_tasks
        self._findings = findings
        self._labels: dict[str, int] = {OTHERWISE: 0}
        self._constants: dict[tuple[type, object], ScalarNode] = {}

    def cases(self) -> Iterator[CaseSpec]:
        node = require(self._item, "cases", "a switch", self._findings)
        listed = read_list(node, "'cases'", self._findings) if node is not None else None
        if listed is not None and not listed.items:
            message = "a switch needs at least one case"
            self._findings.error(Code.WRONG_VALUE, message, listed.position, "without any, there is nothing to choose")
        for number, entry in enumerate(listed.items if listed else (), 1):
            case = read_map(entry, "a case", self._findings)
            if case is not None:
                yield self._case(case, number)
        default = self._item.get(OTHERWISE)
        branch = read_map(default, "'default'", self._findings) if default is not None else None
        if branch is not None:
            check_keys(branch, _DEFAULT_KEYS, "'default'", self._findings)
            yield self._branch(branch, OTHERWISE, None, ())

    def _case(self, case: MapNode, number: int) -> CaseSpec:
        check_keys(case, CASE_KEYS, "a case", self._findings)
        constants: tuple[Constant, ...] = ()
        if self._compares:
            constants = tuple(self._read_constants(case))
            condition = self._is_one_of(constants)
        else:
            condition = self._read_when(case)
        label = self._label(case.get("name"), constants, number)
        if condition is None:  # it was reported
            condition = Constant(True, case.position)
        return self._branch(case, label, condition, constants)

    def _branch(
        self, node: MapNode, label: str, condition: Expression | None, constants: tuple[Constant, ...]
    ) -> CaseSpec:
        tasks = require(node, "tasks", f"the branch {label!r}", self._findings, "write 'tasks: []' if there are none")
        listed = read_list(tasks, "'tasks'", self._findings) if tasks is not None else None
        instances = self._read_tasks(listed) if listed is not None else ()
        return CaseSpec(label, condition, constants, instances, self._result(node, instances), node.position)

    def _result(self, node: MapNode, instances: tuple[InstanceSpec, ...]) -> Argument | None:
        """What the branch gives: what it says, or what its last instance returns."""
        entry = node.entries.get("result")
        if entry is not None:
            value = read_value(entry.value, self._findings)
            return Argument(Name("result", entry.key.position), value, entry.value)
        last = instances[-1].id if instances else None
        if last is None:
            return None
        place = ScalarNode(last.text, last.position.line, last.position.column)
        return Argument(last, Reference(last.text, last.position), place)

    def _read_when(self, case: MapNode) -> Expression | None:
        if "is" in case.entries:
            at = case.entries["is"].key.position
            hint = "add 'on' to the switch, or write 'when'"
            self._findings.error(
                Code.WRONG_VALUE, "'is' compares with the 'on' of the switch, which has none", at, hint
            )
            return None
        node = require(case, "when", "a case", self._findings, "a case without a condition is the 'default'")
        found = read_condition(node, "'when'", self._findings)
        if found is None and node is not None and is_null(node):
            self._findings.error(Code.WRONG_VALUE, "'when' is empty", node.position, "write '${{ … }}'")
        return found.expression if found else None

    def _read_constants(self, case: MapNode) -> Iterator[Constant]:
        if "when" in case.entries:
            at = case.entries["when"].key.position
            hint = "write 'is', or remove 'on'"
            self._findings.error(Code.WRONG_VALUE, "a switch has 'on' and 'is', or 'when', not both", at, hint)
            return
        node = require(case, "is", "a case", self._findings, "write the value, or a list of values")
        if isinstance(node, ListNode) and not node.items:
            self._findings.error(Code.WRONG_VALUE, "'is' lists no value", node.position, "this case is never taken")
        for item in node.items if isinstance(node, ListNode) else [node]:
            if not isinstance(item, ScalarNode) or isinstance(read_value(item, self._findings), Expression):
                if item is not None:
                    refuse(item, "'is'", "a value, or a list of values", self._findings, "an expression goes to 'on'")
                continue
            value = item.value
            first = self._constants.setdefault((type(value), value), item)
            if first is not item:
                message = f"the value {value!r} is that of the case in line {first.line} already"
                self._findings.error(Code.WRONG_VALUE, message, item.position, "this case is never taken")
            yield Constant(value, item.position)

    def _is_one_of(self, constants: tuple[Constant, ...]) -> Expression | None:
        if self._on is None or not constants:
            return None
        if len(constants) == 1:
            return Operation("==", self._on, constants[0], constants[0].position)
        return Operation("in", self._on, Items(constants, constants[0].position), constants[0].position)

    def _label(self, node: Node | None, constants: tuple[Constant, ...], number: int) -> str:
        """What the branch is called: its name, or what it is taken for."""
        named = read_string(node, "'name'", self._findings) if node is not None and not is_null(node) else None
        label = named or " or ".join(str(each.value) for each in constants) or f"case {number}"
        if label in self._labels:
            if named is not None and node is not None:
                message = f"the name {label!r} is taken by another case"
                self._findings.error(Code.WRONG_VALUE, message, node.position, "choose another one")
            label = f"{label} ({number})"
        self._labels[label] = number
        return label
