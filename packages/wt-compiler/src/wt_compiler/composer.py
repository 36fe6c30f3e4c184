"""From libyaml's events to a tree with positions, without recursion and within bounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import yaml
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.scalars import resolve_plain, resolve_tagged

from wt_compiler.document import Entry, ListNode, MapNode, Node, ScalarNode
from wt_compiler.findings import Findings
from wt_compiler.syntax import MASK, mask_expression, report_syntax_error
from wt_compiler.values import Position
from wt_compiler.wording import describe_value, shorten

DEEPEST: Final = 100
"""How deep lists and mappings may be nested; what comes after may therefore recurse."""

MOST_NODES: Final = 2_000_000
"""How many values a document may hold; one of 5,000 task instances holds 100,000."""

MOST_ALIASED: Final = 200_000
"""How many values all aliases together may stand for: the answer to a YAML bomb."""

MOST_REPAIRS: Final = 20
"""How many unquoted expressions are reported in one run; libyaml stops at each, and starts again without it."""

_MAP_TAG: Final = "tag:yaml.org,2002:map"
_LIST_TAG: Final = "tag:yaml.org,2002:seq"


def compose(text: str, findings: Findings) -> Node:
    """Build the tree of a YAML text.

    Args:
        text: The YAML, without a byte order mark.
        findings: Gets what is wrong but does not keep the rest from being read: duplicate keys, keys that are no
            strings, unknown tags, unquoted expressions.

    Returns:
        The root; of an empty document, a scalar that is null.

    Raises:
        DiagnosticError: If the text is no YAML, or too complex to be a spec.
    """
    for repairs_left in reversed(range(MOST_REPAIRS)):
        composer = _Composer()
        try:
            root = composer.compose(yaml.parse(text, Loader=yaml.CSafeLoader))
        except yaml.YAMLError as error:
            repaired = mask_expression(text, error, findings)
            if repaired and repairs_left:
                text = repaired
                continue
            composer.report(findings)
            if repaired is None:
                report_syntax_error(error, text, findings)
            break
        except _TooComplexError as error:
            composer.report(findings)
            findings.error(Code.YAML_TOO_COMPLEX, str(error), error.position)
            break
        composer.report(findings)
        return root
    raise DiagnosticError(findings.sorted)


class _TooComplexError(Exception):
    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.position = position


class _Frame:
    """A collection that is being filled.

    `is_key` if it stands where a key should; `height` is how deep the collections inside of it are nested.
    """

    __slots__ = ("anchor", "height", "is_key", "key", "merged", "node")

    def __init__(self, node: ListNode | MapNode, anchor: str | None, is_key: bool) -> None:
        self.node = node
        self.anchor = anchor
        self.height = 0
        self.is_key = is_key
        self.key: ScalarNode | None = None
        self.merged: list[Node] = []


class _Composer:
    """One pass over the events of one text."""

    def __init__(self) -> None:
        self._stack: list[_Frame] = []
        self._root: Node | None = None
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._nodes = 0
        self._aliased = 0
        self._found: list[tuple[Code, str, Position, str | None]] = []

    def compose(self, events: Iterable[Any]) -> Node:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, MapNode if kind is yaml.MappingStartEvent else ListNode)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent and self._root is not None:
                self._note(
                    Code.YAML_SYNTAX, "a second document starts here", _position(event), "a spec is one document"
                )
                break
        return self._root or ScalarNode(None, 1, 1)

    def report(self, findings: Findings) -> None:
        """Hand over what was found; once, after the pass whose tree is used."""
        for code, message, position, hint in self._found:
            findings.error(code, message, position, hint)

    def _scalar(self, event: Any) -> None:
        mark = event.start_mark
        text = event.value
        node = ScalarNode(text, mark.line + 1, mark.column + 1)
        try:
            if event.tag is not None:
                node.value = resolve_tagged(event.tag, text)
            elif event.implicit[0]:
                node.value = resolve_plain(text)
                node.broken = text.startswith(MASK) or text.endswith(MASK)
        except ValueError as error:
            node.broken = True
            self._note(Code.WRONG_VALUE, str(error), node.position, "put the text in quotes")
        self._count(node)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, 0)
        if text == "<<" and event.implicit[0] and self._awaits_key():
            node.value = _MERGE
        self._add(node)

    def _open(self, event: Any, kind: type[MapNode] | type[ListNode]) -> None:
        mark = event.start_mark
        node = kind(mark.line + 1, mark.column + 1)
        self._count(node)
        if len(self._stack) >= DEEPEST:
            raise _TooComplexError(f"more than {DEEPEST} lists and mappings inside each other", node.position)
        if event.tag not in (None, "!", _MAP_TAG if kind is MapNode else _LIST_TAG):
            self._note(
                Code.WRONG_VALUE, f"the tag {shorten(event.tag)!r} means nothing here", node.position, "remove it"
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(node, event.anchor, self._awaits_key()))

    def _close(self) -> None:
        frame = self._stack.pop()
        node: Node = frame.node
        if frame.merged and isinstance(node, MapNode):
            self._merge(node, frame.merged)
        if frame.is_key:
            node = self._refuse_key(frame.node)
        height = frame.height + 1
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (node, height)
        self._add(node, height)

    def _alias(self, event: Any) -> None:
        position = _position(event)
        if event.anchor not in self._anchors:
            self._note(Code.YAML_SYNTAX, f"there is no anchor &{shorten(event.anchor)} before this alias", position)
            self._add(ScalarNode(None, position.line, position.column, broken=True))
            return
        anchored = self._anchors[event.anchor]
        if anchored is None:
            raise _TooComplexError(f"the alias *{shorten(event.anchor)} stands inside of what it stands for", position)
        target, height = anchored
        if len(self._stack) + height > DEEPEST:
            raise _TooComplexError(f"more than {DEEPEST} lists and mappings inside each other", position)
        self._aliased += target.size
        if self._aliased > MOST_ALIASED:
            raise _TooComplexError(f"the aliases stand for more than {MOST_ALIASED:,} values", position)
        self._add(_at(target, position), height)

    def _add(self, node: Node, height: int = 0) -> None:
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        parent = frame.node
        parent.size += node.size
        frame.height = max(frame.height, height)
        if isinstance(parent, ListNode):
            parent.items.append(node)
        elif frame.key is None:
            frame.key = node if isinstance(node, ScalarNode) else self._refuse_key(node)
        else:
            key, frame.key = frame.key, None
            self._pair(frame, parent, key, node)

    def _pair(self, frame: _Frame, parent: MapNode, key: ScalarNode, node: Node) -> None:
        name = key.value
        if key.broken:
            return
        if name is _MERGE:
            frame.merged.append(node)
        elif not isinstance(name, str):
            self._note(
                Code.WRONG_TYPE,
                f"a key must be a string, not {describe_value(name)}",
                key.position,
                "put the key in quotes",
            )
        elif name in parent.entries:
            first = parent.entries[name].key
            message = f"the key {shorten(name)!r} is there twice, first in line {first.line}, column {first.column}"
            self._note(Code.YAML_DUPLICATE_KEY, message, key.position, "keep one of them")
        else:
            parent.entries[name] = Entry(key, node)

    def _merge(self, node: MapNode, merged: list[Node]) -> None:
        """Apply `<<` (the merge key of YAML 1.1): own keys win, then what was named first."""
        inherited: dict[str, Entry] = {}
        for value in merged:
            for source in value.items if isinstance(value, ListNode) else [value]:
                if isinstance(source, MapNode):
                    for name, entry in source.entries.items():
                        inherited.setdefault(name, entry)
                else:
                    self._note(Code.WRONG_TYPE, "'<<' takes a mapping or a list of mappings", source.position)
        node.entries = inherited | node.entries

    def _refuse_key(self, node: ListNode | MapNode) -> ScalarNode:
        if isinstance(node, MapNode):
            message, hint = "'{{ … }}' is read as a mapping in a mapping", "quote it: '${{ … }}'"
            self._note(Code.UNQUOTED_EXPRESSION, message, node.position, hint)
        else:
            self._note(Code.WRONG_TYPE, "a key must be a string, not a list", node.position)
        return ScalarNode(None, node.line, node.column, broken=True)

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].node, MapNode) and self._stack[-1].key is None

    def _count(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _TooComplexError(f"more than {MOST_NODES:,} values", node.position)

    def _note(self, code: Code, message: str, position: Position, hint: str | None = None) -> None:
        self._found.append((code, message, position, hint))


_MERGE: Any = object()
"""The value of a key that is a plain `<<`; a quoted one is a key like any other."""


def _position(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _at(node: Node, position: Position) -> Node:
    """The node at another place: an alias is reported where it stands."""
    if isinstance(node, ScalarNode):
        return ScalarNode(node.value, position.line, position.column, node.broken, node.size)
    if isinstance(node, ListNode):
        return ListNode(position.line, position.column, node.items, node.size)
    return MapNode(position.line, position.column, node.entries, node.size)
