"""Import statements, sorted as isort and ruff sort them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

_Natural: TypeAlias = tuple[tuple[int, int], ...]
_UNITS = re.compile(r"\d+|\D")


class Import(NamedTuple):
    """`from module import name [as alias]`."""

    module: str
    name: str
    alias: str

    @property
    def statement(self) -> str:
        """The statement for this name alone."""
        return f"from {self.module} import {self.clause}"

    @property
    def clause(self) -> str:
        """What stands behind `import`."""
        return self.name if self.name == self.alias else f"{self.name} as {self.alias}"


def statements(imports: Iterable[Import]) -> list[str]:
    """One statement a module for the names that keep theirs, one a name for the others; sorted."""
    plain: dict[str, set[str]] = {}
    renamed: set[Import] = set()
    for item in imports:
        if item.name == item.alias:
            plain.setdefault(item.module, set()).add(item.name)
        else:
            renamed.add(item)
    members = {module: sorted(names, key=_member_key) for module, names in plain.items()}
    keyed = [
        ((_module_key(module), _member_key(names[0]), ""), f"from {module} import {', '.join(names)}")
        for module, names in members.items()
    ]
    keyed += [((_module_key(item.module), _member_key(item.name), item.alias), item.statement) for item in renamed]
    return [line for _, line in sorted(keyed)]


def _natural(text: str) -> _Natural:
    parts = _UNITS.findall(text)
    return tuple((ord("0"), int(part)) if part.isdecimal() else (ord(part), 0) for part in parts)


def _module_key(module: str) -> tuple[_Natural, _Natural]:
    return _natural(module.lower()), _natural(module)


def _member_key(name: str) -> tuple[int, _Natural, _Natural]:
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return kind, _natural(name.lower()), _natural(name)
