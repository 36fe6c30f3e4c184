"""YAML with positions: a tree in which every key and every value knows its line and column.

The reading is libyaml's; what is built from its events is ours, because no loader keeps the places, and because the
input is not to be trusted: nothing here recurses, and nesting, size and the expansion of aliases are bounded.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct, field
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.scalars import Scalar

from wt_compiler.findings import Findings
from wt_compiler.values import Position

MOST_BYTES = 32 * 1024 * 1024
"""A larger file is not a spec; one of 5,000 task instances has one MiB."""

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What libyaml counts as the end of a line."""


class ScalarNode(Struct, eq=False):
    """A single value; `broken` stands for something that was reported and can be read no further."""

    value: Scalar
    line: int
    column: int
    broken: bool = False
    size: int = 1

    @property
    def position(self) -> Position:
        """Where it starts."""
        return Position(self.line, self.column)


class ListNode(Struct, eq=False):
    """A sequence; `size` is the number of nodes in it, aliases counted as often as they are used."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)
    size: int = 1

    @property
    def position(self) -> Position:
        """Where it starts."""
        return Position(self.line, self.column)


class Entry(Struct, eq=False):
    """A key with its value in a mapping."""

    key: ScalarNode
    value: Node


class MapNode(Struct, eq=False):
    """A mapping; its keys are strings, each there once."""

    line: int
    column: int
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1

    @property
    def position(self) -> Position:
        """Where it starts."""
        return Position(self.line, self.column)

    def get(self, key: str) -> Node | None:
        """The value under a key, or None."""
        entry = self.entries.get(key)
        return entry.value if entry else None


Node: TypeAlias = ScalarNode | ListNode | MapNode


class Document(Struct):
    """A YAML file: its tree, and where to say what is wrong with it."""

    root: Node
    findings: Findings


def read_document(path: Path, what: str = "the spec") -> Document:
    """Read a YAML file.

    Args:
        path: The file, which may be a pipe; named in diagnostics as it is given here.
        what: What it is, for the message if it cannot be read.

    Returns:
        Its tree. Findings (duplicate keys, say) may already be in `findings`.

    Raises:
        DiagnosticError: If it cannot be read, is not UTF-8, is no YAML or is too complex to be a spec.
    """
    name = str(path)
    return parse_document(_decode(_read(path, name, what), name), name)


def parse_document(text: str, name: str) -> Document:
    """Build the tree of a YAML text.

    Args:
        text: The YAML.
        name: The file that it came from, for diagnostics.

    Raises:
        DiagnosticError: If it is no YAML, or too complex to be a spec.
    """
    from wt_compiler.composer import compose  # imports PyYAML

    text = text.removeprefix("\ufeff")
    findings = Findings(name, LINE_BREAK.split(text))
    return Document(compose(text, findings), findings)


def plain(node: Node) -> Any:
    """The node as dicts, lists and scalars, without positions."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items()}


def _read(path: Path, name: str, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "give the path of a spec.yaml" if isinstance(error, FileNotFoundError | IsADirectoryError) else None
        raise _failure(Code.FILE_UNREADABLE, f"{what} cannot be read: {reason}", name, hint=hint) from None
    if len(content) > MOST_BYTES:
        raise _failure(Code.YAML_TOO_COMPLEX, f"the file has more than {MOST_BYTES:,} bytes, which no spec has", name)
    return content


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        lines = LINE_BREAK.split(before)
        message = f"byte 0x{content[error.start]:02x} at offset {error.start} is not UTF-8"
        position = Position(len(lines), len(lines[-1]) + 1)
        raise _failure(Code.NOT_UTF8, message, name, position, "save the file as UTF-8") from None


def _failure(
    code: Code, message: str, name: str, position: Position | None = None, hint: str | None = None
) -> DiagnosticError:
    line, column = (position.line, position.column) if position else (None, None)
    return DiagnosticError(Diagnostic(code=code, message=message, file=name, line=line, column=column, hint=hint))
