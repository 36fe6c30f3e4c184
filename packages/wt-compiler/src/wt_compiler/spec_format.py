"""One way to write a spec: the order of keys, quotes where they are needed, no needless space.

Lines are moved and quotes are changed in the text itself, so that comments and everything else stay as they are
written. What comes out is read again: it says the same, or the change is not made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from wt_contracts.diagnostics import DiagnosticError

from wt_compiler.document import ListNode, MapNode, Node, ScalarNode, parse_document, plain
from wt_compiler.parse import ROOT_KEYS
from wt_compiler.parse_switch import CASE_KEYS, OTHERWISE, SWITCH_KEYS, is_switch
from wt_compiler.parse_workflow import GROUP_KEYS, INSTANCE_KEYS, USE_KEYS

_WORD: Final = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*")
_NOT_TEXT: Final = re.compile(r"true|false|null|yes|no|on|off|y|n|inf|nan", re.IGNORECASE)
_EXPRESSION: Final = re.compile(r"\$\{\{(?!.*(?:: | #)).*\}\}")
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_ASIDE: Final = re.compile(r"\s*(?:#.*)?")


class Region(NamedTuple):
    """The lines of a mapping that is written line by line.

    Attributes:
        node: The mapping.
        end: The number of the line behind it, counted from 0.
        order: How its keys are to be ordered.
    """

    node: MapNode
    end: int
    order: tuple[str, ...]


def format_spec(text: str, name: str) -> str:
    """Format a spec.

    Args:
        text: The spec.
        name: The file that it came from, for diagnostics.

    Returns:
        The same spec, formatted; formatting that once more changes nothing.

    Raises:
        DiagnosticError: If it is no YAML.
    """
    unix = text.replace("\r\n", "\n")
    meaning = plain(parse_document(unix, name).root)
    for step in (_ordered, _requoted, _trimmed):
        changed = step(unix, name)
        try:
            unix = changed if plain(parse_document(changed, name).root) == meaning else unix
        except DiagnosticError:  # an alias that was moved before its anchor, say
            continue
    return unix.replace("\n", "\r\n") if "\r\n" in text else unix


def _ordered(text: str, name: str) -> str:
    root = parse_document(text, name).root
    lines = text.split("\n")
    for region in reversed(list(_regions(root, len(lines)))):
        _reorder(region, lines)
    return "\n".join(lines)


def _regions(root: Node, end: int) -> Iterator[Region]:
    """The mappings whose keys have an order, each before those inside of it."""
    if not isinstance(root, MapNode):
        return
    yield Region(root, end, ROOT_KEYS)
    workflow = root.get("workflow")
    if isinstance(workflow, ListNode):
        yield from _items(workflow, _end_of(root, "workflow", end))


def _items(items: ListNode, end: int) -> Iterator[Region]:
    for place, item in enumerate(items.items):
        if not isinstance(item, MapNode):
            continue
        stop = items.items[place + 1].line - 1 if place + 1 < len(items.items) else end
        tasks = item.get("tasks")
        if is_switch(item):
            yield from _switch(item, stop)
            continue
        order = GROUP_KEYS if tasks is not None else USE_KEYS if "uses" in item.entries else INSTANCE_KEYS
        yield Region(item, stop, order)
        if isinstance(tasks, ListNode):
            yield from _items(tasks, _end_of(item, "tasks", stop))


def _switch(item: MapNode, end: int) -> Iterator[Region]:
    yield Region(item, end, SWITCH_KEYS)
    cases, default = item.get("cases"), item.get(OTHERWISE)
    branches: list[tuple[Node, int]] = []
    if isinstance(cases, ListNode):
        stop = _end_of(item, "cases", end)
        ends = [*(case.line - 1 for case in cases.items[1:]), stop]
        branches += zip(cases.items, ends, strict=True) if cases.items else []
    if default is not None:
        branches.append((default, _end_of(item, OTHERWISE, end)))
    for branch, stop in branches:
        if isinstance(branch, MapNode):
            yield Region(branch, stop, CASE_KEYS)
            tasks = branch.get("tasks")
            if isinstance(tasks, ListNode):
                yield from _items(tasks, _end_of(branch, "tasks", stop))


def _end_of(node: MapNode, key: str, end: int) -> int:
    """The line behind the value of a key."""
    starts = sorted(entry.key.line - 1 for entry in node.entries.values())
    own = node.entries[key].key.line - 1
    return next((start for start in starts if start > own), end)


def _reorder(region: Region, lines: list[str]) -> None:
    keys = [entry.key for entry in region.node.entries.values()]
    columns = {key.column for key in keys}
    starts = [key.line - 1 for key in keys]
    if len(columns) != 1 or len(set(starts)) != len(starts) or len(keys) < 2:
        return  # it is written in braces
    column = columns.pop() - 1
    first, end = starts[0], region.end
    while end > starts[-1] + 1 and _is_aside(lines[end - 1], column):
        end -= 1
    lead = lines[first][:column]
    lines[first] = " " * column + lines[first][column:]
    cuts = [_beginning(lines, start, column) if start != first else first for start in starts]
    chunks = [lines[cut:stop] for cut, stop in zip(cuts, [*cuts[1:], end], strict=True)]
    rank = {key: place for place, key in enumerate(region.order)}
    names = list(region.node.entries)
    order = sorted(range(len(names)), key=lambda place: rank.get(names[place], len(rank)))
    moved = [line for place in order for line in chunks[place]]
    if lead.strip():  # the dash of a list stands before what is first now, above which no comment can stay
        aside = [line for line in moved if moved.index(line) < _first_key(moved, column)]
        moved = moved[len(aside) :]
        moved[0] = lead + moved[0][column:]
        moved = [*(lead[: lead.index("-")] + line.strip() if line.strip() else "" for line in aside), *moved]
    lines[first:end] = moved


def _first_key(lines: list[str], column: int) -> int:
    return next(place for place, line in enumerate(lines) if not _is_aside(line, column))


def _beginning(lines: list[str], start: int, column: int) -> int:
    """The first of the lines that belong to a key: comments right above it do."""
    while start > 0 and lines[start - 1].strip().startswith("#") and _is_aside(lines[start - 1], column):
        start -= 1
    return start


def _is_aside(line: str, column: int) -> bool:
    """Whether a line is blank, or a comment that stands no further inside."""
    return _ASIDE.fullmatch(line) is not None and len(line) - len(line.lstrip()) <= column


def _requoted(text: str, name: str) -> str:
    root = parse_document(text, name).root
    lines = text.split("\n")
    found = sorted(_scalars(root, lines, False), key=lambda each: (each[0].line, each[0].column), reverse=True)
    for node, flow in found:
        line = lines[node.line - 1]
        match = _QUOTED.match(line, node.column - 1)
        if match and isinstance(node.value, str):
            better = _quoted(node.value, match.group(), flow)
            lines[node.line - 1] = line[: match.start()] + better + line[match.end() :]
    return "\n".join(lines)


def _scalars(node: Node, lines: list[str], flow: bool) -> Iterator[tuple[ScalarNode, bool]]:
    """Every scalar that is a value, and whether it stands in brackets or braces."""
    if isinstance(node, ScalarNode):
        yield node, flow
        return
    inside = flow or lines[node.line - 1][node.column - 1 : node.column] in {"[", "{"}
    children = node.items if isinstance(node, ListNode) else [entry.value for entry in node.entries.values()]
    for child in children:
        yield from _scalars(child, lines, inside)


def _quoted(value: str, written: str, flow: bool) -> str:
    """How a text is best written: without quotes, in double quotes, or as it is."""
    if _WORD.fullmatch(value) and not _NOT_TEXT.fullmatch(value):
        return value
    if not flow and "\n" not in value and _EXPRESSION.fullmatch(value):
        return value
    if written[0] == "'" and not any(character in value for character in '"\\\n') and "${{" not in value:
        return f'"{value}"'
    return written


def _trimmed(text: str, _name: str) -> str:
    lines = [line.rstrip() for line in text.split("\n")]
    trimmed = _BLANK_LINES.sub("\n\n", "\n".join(lines)).rstrip("\n")
    return f"{trimmed}\n" if trimmed else ""
