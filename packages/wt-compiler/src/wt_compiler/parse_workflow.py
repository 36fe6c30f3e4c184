"""The `workflow` of a spec, and `task-instance-defaults`: task instances and task groups."""

from __future__ import annotations

from functools import partial
from typing import Final, Literal

from wt_contracts.codes import Code

from wt_compiler.document import ListNode, MapNode, Node, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.identifiers import LONGEST_INSTANCE_ID, RESERVED, as_identifier, why_no_identifier
from wt_compiler.parse_approval import read_approval
from wt_compiler.parse_checkpoint import read_checkpoint
from wt_compiler.parse_execution import EXECUTION_KEYS, USE_EXECUTION_KEYS, read_execution, refuse_of_tasks
from wt_compiler.parse_flow import FLOW_KEYS, read_condition, read_loop
from wt_compiler.parse_handler import read_handler
from wt_compiler.parse_switch import is_switch, read_switch
from wt_compiler.parse_value import read_value
from wt_compiler.parse_with import placed, read_with
from wt_compiler.shape import (
    check_keys,
    is_null,
    read_integer,
    read_list,
    read_map,
    read_string,
    require,
)
from wt_compiler.spec import Argument, GroupSpec, InstanceSpec, ItemSpec, MappingSpec, Name, SkipifSpec, Spec, Use
from wt_compiler.sub_specs import SubSpecs
from wt_compiler.wording import describe_value

GROUP_TYPE: Final = "task-group"
INSTANCE_KEYS: Final = (
    *("id", "name", "task", *FLOW_KEYS, "partial", "map", "mapvalues", "skipif", "approval", "checkpoint"),
    *EXECUTION_KEYS,
)
USE_KEYS: Final = (
    "id",
    "name",
    "uses",
    *FLOW_KEYS,
    "with",
    "map",
    "mapvalues",
    "skipif",
    "checkpoint",
    *USE_EXECUTION_KEYS,
)
GROUP_KEYS: Final = ("type", "title", "description", "tasks")
_GROUP_ONLY: Final = ("type", "tasks", "title")


def read_workflow(node: Node, defaults: SkipifSpec | None, subs: SubSpecs, findings: Findings) -> tuple[ItemSpec, ...]:
    """Read the list of instances, groups and switches.

    Args:
        node: The value of `workflow`.
        defaults: The `skipif` of instances that have none of their own.
        subs: Where to find the specs that it uses.
        findings: Gets what is wrong.
    """
    items: list[ItemSpec] = []
    entries = read_list(node, "'workflow'", findings)
    for entry in entries.items if entries else ():
        item = read_map(entry, "an entry of 'workflow'", findings)
        if item is None:
            continue
        if is_switch(item):
            members = partial(_read_members, what="a switch", defaults=defaults, subs=subs, findings=findings)
            items.append(read_switch(item, _read_id, members, findings))
        elif _is_group(item):
            items.append(_read_group(item, defaults, subs, findings))
        else:
            items.append(_read_member(item, defaults, subs, findings))
    return tuple(items)


def read_defaults(node: Node | None, findings: Findings) -> SkipifSpec | None:
    """Read `task-instance-defaults`: the `skipif` of all instances that have none of their own."""
    if node is None or is_null(node):
        return None
    defaults = read_map(node, "'task-instance-defaults'", findings)
    if defaults is None:
        return None
    check_keys(defaults, ("skipif",), "'task-instance-defaults'", findings)
    return _read_skipif(defaults.get("skipif"), findings)


def _is_group(item: MapNode) -> bool:
    callee = "task" in item.entries or "uses" in item.entries
    return any(key in item.entries for key in _GROUP_ONLY) and not ("id" in item.entries and callee)


def _read_group(item: MapNode, defaults: SkipifSpec | None, subs: SubSpecs, findings: Findings) -> GroupSpec:
    check_keys(item, GROUP_KEYS, "a task group", findings)
    kind = require(item, "type", "a task group", findings, f"write 'type: {GROUP_TYPE}'")
    if kind is not None and not (isinstance(kind, ScalarNode) and (kind.value == GROUP_TYPE or kind.broken)):
        shown = describe_value(kind.value) if isinstance(kind, ScalarNode) else "a collection"
        findings.error(Code.WRONG_VALUE, f"'type' must be {GROUP_TYPE!r}, not {shown}", kind.position)
    title_node = require(item, "title", "a task group", findings)
    title = read_string(title_node, "'title'", findings) if title_node else None
    description_node = require(item, "description", "a task group", findings)
    description = read_string(description_node, "'description'", findings) if description_node else None
    tasks_node = require(item, "tasks", "a task group", findings)
    tasks = read_list(tasks_node, "'tasks'", findings) if tasks_node else None
    return GroupSpec(
        title=Name(title, title_node.position) if title is not None and title_node else None,
        description=description or "",
        instances=_read_members(tasks, "a task group", defaults, subs, findings) if tasks else (),
        position=item.position,
    )


def _read_members(
    tasks: ListNode, what: str, defaults: SkipifSpec | None, subs: SubSpecs, findings: Findings
) -> tuple[InstanceSpec, ...]:
    members: list[InstanceSpec] = []
    for entry in tasks.items:
        item = read_map(entry, "an entry of 'tasks'", findings)
        if item is None:
            continue
        if is_switch(item) or _is_group(item):
            kind = "a switch" if is_switch(item) else "a task group"
            findings.error(Code.WRONG_VALUE, f"{kind} cannot stand in {what}", item.position)
        else:
            members.append(_read_member(item, defaults, subs, findings))
    return tuple(members)


def _read_member(item: MapNode, defaults: SkipifSpec | None, subs: SubSpecs, findings: Findings) -> InstanceSpec:
    return _read_use(item, subs, findings) if "uses" in item.entries else _read_instance(item, defaults, findings)


def _read_use(item: MapNode, subs: SubSpecs, findings: Findings) -> InstanceSpec:
    """Read a sub-workflow; the defaults of the spec are not about it, which has defaults of its own."""
    what = "a sub-workflow"
    check_keys(item, (*USE_KEYS, *refuse_of_tasks(item, findings)), what, findings)
    id_node = require(item, "id", what, findings)
    own_id = _read_id(id_node, findings) if id_node else None
    path = read_string(item.entries["uses"].value, "'uses'", findings)
    name = Name(path or "", item.entries["uses"].value.position)
    use = Use(name, subs.find(name, findings) if path is not None else None)
    name_node = item.get("name")
    title = "" if name_node is None or is_null(name_node) else read_string(name_node, "'name'", findings)
    return InstanceSpec(
        id=own_id,
        title=title or "",
        task=None,
        partial=read_with(item.get("with"), use.spec, findings),
        mapping=_read_mapping(item, use.spec, findings),
        skipif=_read_skipif(item.get("skipif"), findings),
        when=read_condition(item.get("when"), "'when'", findings),
        loop=read_loop(item, findings),
        execution=read_execution(item, findings, USE_EXECUTION_KEYS),
        position=item.position,
        uses=use,
        handler=read_handler(item, own_id, findings),
        checkpoint=read_checkpoint(item, findings),
    )


def _read_instance(item: MapNode, defaults: SkipifSpec | None, findings: Findings) -> InstanceSpec:
    check_keys(item, INSTANCE_KEYS, "a task instance", findings)
    id_node = require(item, "id", "a task instance", findings)
    task_node = require(item, "task", "a task instance", findings)
    name_node = item.get("name")
    title = "" if name_node is None or is_null(name_node) else read_string(name_node, "'name'", findings)
    task = read_string(task_node, "'task'", findings) if task_node else None
    own, own_id = item.get("skipif"), _read_id(id_node, findings) if id_node else None
    return InstanceSpec(
        id=own_id,
        title=title or "",
        task=Name(task, task_node.position) if task is not None and task_node else None,
        partial=_read_partial(item.get("partial"), findings),
        mapping=_read_mapping(item, None, findings),
        skipif=defaults if is_null(own) else _read_skipif(own, findings),
        when=read_condition(item.get("when"), "'when'", findings),
        loop=read_loop(item, findings),
        approval=read_approval(item, findings),
        handler=read_handler(item, own_id, findings),
        checkpoint=read_checkpoint(item, findings),
        execution=read_execution(item, findings),
        position=item.position,
    )


def _read_id(node: Node, findings: Findings) -> Name | None:
    text = read_string(node, "'id'", findings)
    if text is None:
        return None
    reason = why_no_identifier(text, LONGEST_INSTANCE_ID)
    if reason is None and text in RESERVED:
        reason = "is a name that generated code uses itself"
    if reason is not None:
        meant = as_identifier(text)
        hint = f"write {meant!r}" if meant else "choose another one"
        findings.error(Code.WRONG_IDENTIFIER, f"the id {text!r} {reason}", node.position, hint)
    return Name(text, node.position)


def _read_partial(node: Node | None, findings: Findings) -> tuple[Argument, ...]:
    if node is None or is_null(node):
        return ()
    arguments = read_map(node, "'partial'", findings)
    if arguments is None:
        return ()
    return tuple(
        Argument(Name(name, entry.key.position), read_value(entry.value, findings), entry.value)
        for name, entry in arguments.entries.items()
    )


def _read_mapping(item: MapNode, sub: Spec | None, findings: Findings) -> MappingSpec | None:
    """Read what an instance is mapped over; the names are those of the parameters of a sub-workflow, if it is one."""
    methods: list[Literal["map", "mapvalues"]] = ["map", "mapvalues"]
    found = [method for method in methods if not is_null(item.get(method))]
    if len(found) == 2:
        key = item.entries["mapvalues"].key
        findings.error(Code.WRONG_VALUE, "a task instance has 'map' or 'mapvalues', not both", key.position)
    for method in found[:1]:
        node = read_map(item.entries[method].value, f"{method!r}", findings)
        if node is None:
            return None
        check_keys(node, ("argnames", "argvalues"), f"{method!r}", findings)
        names = require(node, "argnames", f"{method!r}", findings)
        values = require(node, "argvalues", f"{method!r}", findings)
        argnames = tuple(placed(name, sub) for name in _read_names(names, "'argnames'", findings)) if names else ()
        if names and isinstance(names, ListNode) and not names.items:
            findings.error(Code.WRONG_VALUE, "'argnames' must name at least one argument", names.position)
        if values is not None:
            return MappingSpec(method, argnames, read_value(values, findings), values)
    return None


def _read_skipif(node: Node | None, findings: Findings) -> SkipifSpec | None:
    if node is None or is_null(node):
        return None
    skipif = read_map(node, "'skipif'", findings)
    if skipif is None:
        return None
    check_keys(skipif, ("conditions", "unpack_depth"), "'skipif'", findings)
    conditions = skipif.get("conditions")
    listed = read_list(conditions, "'conditions'", findings) if conditions is not None else None
    depth = skipif.get("unpack_depth")
    unpack_depth = read_integer(depth, "'unpack_depth'", findings) if depth is not None else 1
    names = _read_names(listed, "a condition", findings) if listed else ()
    return SkipifSpec(names, 1 if unpack_depth is None else unpack_depth)


def _read_names(node: Node, what: str, findings: Findings) -> tuple[Name, ...]:
    """One name, or a list of names."""
    nodes = node.items if isinstance(node, ListNode) else [node]
    texts = [(read_string(item, what, findings), item.position) for item in nodes]
    return tuple(Name(text, position) for text, position in texts if text is not None)
