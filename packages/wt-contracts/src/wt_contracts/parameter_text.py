"""Parameters as a person writes them, JSON or YAML: their value, and where each of them stands.

The same for the compiled workflow and for whatever starts it. Reading the bytes and the YAML library are the
caller's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from wt_contracts.codes import Code
    from wt_contracts.json_syntax import JSONMistake
    from wt_contracts.yaml_events import PlacedValue

MOST_BYTES = 64 * 1024 * 1024
"""A longer text holds no parameters; a caller need not read more than one byte beyond."""

_LONGEST_SHOWN = 500
"""In a longer line, such as that of a machine's JSON, a caret helps nobody."""


class ParameterText:
    """A text of parameters.

    Args:
        name: The file, as the user named it.
        text: What is in it.
        yaml_events: Parses YAML into the events that PyYAML has; raises `yaml_events.YAMLEventError`.
        only_json: Whether the text has to be JSON.
        has_lines: Whether lines of the text mean anything to the user.
    """

    def __init__(
        self,
        name: str,
        text: str,
        yaml_events: Callable[[str], Iterator[Any]],
        *,
        only_json: bool = False,
        has_lines: bool = True,
    ) -> None:
        self.name = name
        self._text = text
        self._yaml_events = yaml_events
        self._only_json = only_json or name.endswith(".json")
        self._has_lines = has_lines
        self._placed: PlacedValue | None = None

    @classmethod
    def from_bytes(cls, name: str, content: bytes, yaml_events: Callable[[str], Iterator[Any]]) -> ParameterText:
        """Decode what was read from a file.

        Raises:
            DiagnosticError: If it is not UTF-8, or longer than parameters are.
        """
        if len(content) > MOST_BYTES:
            refuse(f"the file has more than {MOST_BYTES:,} bytes: these are no parameters", name)
        try:
            return cls(name, content.decode("utf-8-sig"), yaml_events)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode(errors="replace")) + 1
            message = f"byte 0x{content[error.start]:02x} is not UTF-8"
            source = _line_of(content.decode(errors="replace"), line)
            refuse(message, name, line, column, "save the file as UTF-8", source=source)

    def read(self) -> dict[str, Any]:
        """The parameters.

        Returns:
            One key a task instance; an empty text has none.

        Raises:
            DiagnosticError: If the text is neither JSON nor YAML, or no mapping.
        """
        value = self._value()
        if value is None:
            return {}
        if not isinstance(value, dict):
            from wt_contracts.refusals import show

            message = f"the parameters must be a mapping of steps to their parameters, and are {show(value)}"
            refuse(message, self.name, hint="write 'step: {parameter: value}' in YAML, or the same in JSON")
        return value

    def place(self, path: tuple[str | int, ...]) -> tuple[int, int] | None:
        """Line and column (from 1) where a parameter stands, as far as they are known and mean anything."""
        from wt_contracts.diagnostics import DiagnosticError

        if not self._has_lines:
            return None
        try:
            self._placed = self._placed or self._parse_yaml()
        except DiagnosticError:  # JSON that is no YAML, such as a tab where YAML has none
            return None
        return self._placed.place(path)

    def line(self, number: int) -> str | None:
        """The text of a line, counted from 1; None if it means nothing to the user or is too long to be shown."""
        return _line_of(self._text, number) if self._has_lines else None

    def _value(self) -> Any:
        if not self._text.strip() and not self._only_json:
            return None
        if self._only_json or self._text.lstrip().startswith("{"):
            try:
                return self._parse_json()
            except json.JSONDecodeError as error:
                if self._only_json:
                    from wt_contracts.json_syntax import explain_json

                    self._refuse_json(explain_json(error.msg, self._text, error.pos))
        self._placed = self._parse_yaml()
        return self._placed.value

    def _parse_json(self) -> Any:
        try:
            value = json.loads(
                self._text,
                object_pairs_hook=_once,
                parse_constant=_refuse_constant,
                parse_float=_parse_float,
                parse_int=_parse_int,
            )
            if "\\ud" in self._text.lower() or not self._text.isascii():
                json.dumps(value, ensure_ascii=False).encode()
            return value
        except UnicodeEncodeError:  # half of a surrogate pair
            refuse("the parameters hold text that is not Unicode", self.name)
        except json.JSONDecodeError:
            raise
        except _JSONValueError as error:
            from wt_contracts.json_syntax import JSONMistake, find_token

            self._refuse_json(JSONMistake(str(error), find_token(self._text, error.beginning)))
        except RecursionError:
            refuse("the values are nested too deeply", self.name)

    def _refuse_json(self, mistake: JSONMistake) -> NoReturn:
        if mistake.place is None:
            refuse(mistake.message, self.name, hint=mistake.hint)
        if not self._has_lines:
            refuse(f"{mistake.message} (character {mistake.place + 1})", self.name, hint=mistake.hint)
        line = self._text.count("\n", 0, mistake.place) + 1
        column = mistake.place - self._text.rfind("\n", 0, mistake.place)
        refuse(mistake.message, self.name, line, column, mistake.hint, source=self.line(line))

    def _parse_yaml(self) -> PlacedValue:
        from wt_contracts.yaml_events import YAMLEventError, parse_events

        try:
            return parse_events(self._yaml_events(self._text))
        except YAMLEventError as error:
            source = self.line(error.line) if error.line is not None else None
            refuse(str(error), self.name, error.line, error.column, error.hint, source=source)


def refuse(
    message: str,
    file: str | None = None,
    line: int | None = None,
    column: int | None = None,
    hint: str | None = None,
    code: Code | None = None,
    source: str | None = None,
) -> NoReturn:
    """Raise one mistake in the parameters.

    Raises:
        DiagnosticError: Always; with the code WT501 unless another is given.
    """
    from wt_contracts.codes import Code
    from wt_contracts.diagnostics import Diagnostic, DiagnosticError

    code = code or Code.PARAMETERS_UNREADABLE
    raise DiagnosticError(
        Diagnostic(code=code, message=message, file=file, line=line, column=column, source=source, hint=hint)
    )


def _line_of(text: str, number: int) -> str | None:
    lines = text.split("\n", number)
    line = lines[number - 1].rstrip("\r") if number <= len(lines) else ""
    return line if 0 < len(line) <= _LONGEST_SHOWN else None


class _JSONValueError(ValueError):
    """A value that JSON does not know.

    Attributes:
        beginning: How it begins in the text.
    """

    def __init__(self, message: str, beginning: str) -> None:
        super().__init__(message)
        self.beginning = beginning


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _JSONValueError(f"the key {twice!r} stands twice in the same object", json.dumps(twice))
    return entries


def _refuse_constant(name: str) -> NoReturn:
    raise _JSONValueError(f"{name} is not a number that JSON knows", name)


def _parse_int(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # Python reads some thousand digits and no more
        raise _JSONValueError(f"{text[:40]}… is too large for a number", text) from None


def _parse_float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _JSONValueError(f"{text[:40]} is too large for a number", text)
    return number
