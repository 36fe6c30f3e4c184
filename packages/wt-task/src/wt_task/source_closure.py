"""What a function depends on in the sources of some libraries, so that an edit elsewhere in them changes nothing.

Statements are taken, not lines: the one that defines the function, those that define the names in it, and so on,
through imports and into other modules. What is executed when a module is imported, and is no mere definition, counts
for all functions of the module, and for those of each module that imports it. Where names are looked up in ways that
cannot be read from the source (`importlib`, `eval`, `__file__`, …), all files of the library count.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

_UNREADABLE = frozenset(
    {"importlib", "__import__", "eval", "exec", "globals", "vars", "pkgutil", "runpy", "entry_points", "modules"}
    | {"__file__", "__path__", "__spec__", "__loader__", "__subclasses__"}
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_FUNCTIONS_AND_CLASSES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class UnreadableError(Exception):
    """What a function depends on cannot be read from the sources."""


class Import(NamedTuple):
    """A name that an import binds.

    Attributes:
        bound: The name.
        module: The module that is imported, or imported from.
        name: What is imported from it; None if it is the module, `*` if it is all.
    """

    bound: str
    module: str
    name: str | None


class Statement:
    """A statement of a module.

    Args:
        node: Its syntax.
        module: The module's name, to which relative imports are relative.
        is_package: Whether that is a package.
    """

    def __init__(self, node: ast.stmt, module: str, is_package: bool) -> None:
        self.node = node
        self._module = module
        self._is_package = is_package

    @cached_property
    def text(self) -> str:
        """It without comments."""
        return ast.unparse(self.node)

    @cached_property
    def words(self) -> frozenset[str]:
        """All names and attributes in it."""
        found = set()
        for node in ast.walk(self.node):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
        return frozenset(found)

    @cached_property
    def imports(self) -> list[Import]:
        """The imports in it, at whatever depth."""
        return [each for node in ast.walk(self.node) for each in self._imports_of(node)]

    @property
    def is_import(self) -> bool:
        """Whether it is nothing but an import."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that it binds in its module."""
        if isinstance(self.node, _FUNCTIONS_AND_CLASSES):
            return frozenset({self.node.name})
        if self.is_import:
            return frozenset(each.bound for each in self.imports)
        found = {each.bound for each in self.imports}
        for node in ast.walk(self.node):
            if isinstance(node, _FUNCTIONS_AND_CLASSES):
                found.add(node.name)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
        return frozenset(found)

    @cached_property
    def above(self) -> frozenset[str]:
        """The names of what it is derived from or decorated with, if it defines a class or a function."""
        if not isinstance(self.node, _FUNCTIONS_AND_CLASSES):
            return frozenset()
        roots = [*self.node.decorator_list, *(self.node.bases if isinstance(self.node, ast.ClassDef) else ())]
        return frozenset(node.id for root in roots for node in ast.walk(root) if isinstance(node, ast.Name))

    @property
    def acts(self) -> bool:
        """Whether executing it may do more than bind names; what decorators do is another question."""
        node = self.node
        if isinstance(node, _DEFINITIONS):
            return False
        if isinstance(node, ast.Expr):
            return not isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Assign):
            return not all(_is_plain(target) for target in node.targets)
        return not (isinstance(node, ast.AnnAssign) and _is_plain(node.target))

    def _imports_of(self, node: ast.AST) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.asname or alias.name.partition(".")[0], alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            source = self._absolute(node.module or "", node.level)
            for alias in node.names:
                yield Import(alias.asname or alias.name, source, alias.name)

    def _absolute(self, module: str, level: int) -> str:
        if not level:
            return module
        parts = self._module.split(".")
        above = parts[: len(parts) - level + self._is_package]
        return ".".join([*above, *([module] if module else [])])


def _is_plain(target: ast.expr) -> bool:
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return all(isinstance(part, ast.Name) for part in parts)


class SourceClosures:
    """Hashes of what functions and classes depend on.

    Args:
        libraries: The top-level modules whose sources are read; others count by their versions.
    """

    def __init__(self, libraries: Iterable[str]) -> None:
        self._libraries = frozenset(libraries)
        self._modules: dict[str, list[Statement] | None] = {}
        self._hashes: dict[tuple[str, str], str] = {}

    def holds(self, module: str) -> bool:
        """Whether the sources of a module are read."""
        return module.partition(".")[0] in self._libraries

    def digest(self, module: str, name: str) -> str:
        """The hash of what a name of a module depends on.

        Args:
            module: A module of one of the libraries.
            name: A function or a class in it.

        Raises:
            OSError: A source cannot be read.
        """
        known = self._hashes.get((module, name))
        if known is None:
            try:
                texts = sorted(_Walk(self).of(module, name))
            except (UnreadableError, SyntaxError, ValueError, RecursionError):
                texts = sorted(self._all_files())
            hasher = hashlib.blake2b(digest_size=16)
            for text in texts:
                hasher.update(b"%d:%b" % (len(text), text))
            known = self._hashes[module, name] = hasher.hexdigest()
        return known

    def statements(self, module: str) -> list[Statement] | None:
        """The statements of a module; None if there is no such module among the libraries."""
        if module not in self._modules:
            self._modules[module] = self._read(module) if self.holds(module) else None
        return self._modules[module]

    def _read(self, module: str) -> list[Statement] | None:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError):
            return None
        if spec is None or spec.origin is None:
            return [] if spec is not None else None  # a namespace has no statements
        if not spec.origin.endswith(".py"):
            raise UnreadableError(module)
        with open(spec.origin, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
            tree = ast.parse(file.read())
        is_package = spec.submodule_search_locations is not None
        return [Statement(node, module, is_package) for node in tree.body]

    def _all_files(self) -> Iterator[bytes]:
        for library in self._libraries:
            spec = importlib.util.find_spec(library)
            for place in spec.submodule_search_locations or [] if spec else []:
                for directory, folders, names in os.walk(place):
                    folders[:] = [each for each in folders if each != "__pycache__"]
                    for name in names:
                        yield from _content(f"{directory}{os.sep}{name}", place)
            if spec is not None and spec.origin and not spec.submodule_search_locations:
                yield from _content(spec.origin, os.path.dirname(spec.origin))  # noqa: PTH120


def _content(path: str, below: str) -> Iterator[bytes]:
    with open(path, "rb") as file:  # noqa: PTH123
        yield path.removeprefix(below).encode("utf-8", "surrogateescape") + b"\0" + file.read()


class _Walk:
    """Gathers the statements that a name depends on."""

    def __init__(self, closures: SourceClosures) -> None:
        self._closures = closures
        self._taken: dict[int, tuple[str, Statement]] = {}
        self._names: set[tuple[str, str]] = set()
        self._imported: dict[str, list[Statement]] = {}
        self._open: list[tuple[str, Statement]] = []

    def of(self, module: str, name: str) -> Iterator[bytes]:
        """The texts of the statements.

        Raises:
            UnreadableError: They cannot be known.
        """
        self._import(module)
        if not self._need(module, name):
            raise UnreadableError(f"{module}.{name}")
        while self._open or self._take_dependants():
            while self._open:
                self._follow(*self._open.pop())
        for where, statement in self._taken.values():
            text = statement.text if not statement.is_import else self._wanted(where, statement)
            yield f"{where}\0{text}".encode("utf-8", "surrogatepass")

    def _wanted(self, module: str, statement: Statement) -> str:
        """Of an import, the names that are needed."""
        return "\0".join(repr(each) for each in statement.imports if (module, each.bound) in self._names)

    def _import(self, module: str) -> None:
        """What importing a module executes: also the packages around it, and what they import."""
        for end in range(1, module.count(".") + 2):
            name = ".".join(module.split(".")[:end])
            if name in self._imported:
                continue
            statements = self._closures.statements(name)
            if statements is None:
                continue
            self._imported[name] = statements
            for statement in statements:
                if statement.acts:
                    self._take(name, statement)
                for each in statement.imports if statement.is_import or statement.acts else ():
                    self._import(each.module)
                    if each.name is not None:
                        self._import(f"{each.module}.{each.name}")

    def _take(self, module: str, statement: Statement) -> None:
        if id(statement) in self._taken:
            return
        if statement.words & _UNREADABLE or any(
            each.module.partition(".")[0] in _UNREADABLE or each.name in _UNREADABLE for each in statement.imports
        ):
            raise UnreadableError(statement.text)
        self._taken[id(statement)] = (module, statement)
        self._open.append((module, statement))

    def _follow(self, module: str, statement: Statement) -> None:
        if statement.is_import:
            return  # each of its names is followed where it is needed
        for word in statement.words:
            self._need(module, word)
        for each in statement.imports:
            self._need_import(each)

    def _need(self, module: str, name: str) -> bool:
        """Take what defines a name of a module; whether something does."""
        if (module, name) in self._names:
            return True
        found = False
        for statement in self._closures.statements(module) or ():
            starred = [each for each in statement.imports if each.name == "*"] if statement.is_import else []
            if name in statement.bound:
                found = True
                self._names.add((module, name))
                self._take(module, statement)
                for each in statement.imports if statement.is_import else ():
                    if each.bound == name:
                        self._need_import(each)
            elif any(self._need(each.module, name) for each in starred):
                found = True
                self._take(module, statement)
        return found

    def _need_import(self, each: Import) -> None:
        if not self._closures.holds(each.module):
            return
        self._import(each.module)
        if each.name is None or each.name == "*":
            self._need_all(each.module)
        elif not self._need(each.module, each.name):
            self._import(f"{each.module}.{each.name}")
            self._need_all(f"{each.module}.{each.name}")

    def _need_all(self, module: str) -> None:
        for statement in self._closures.statements(module) or ():
            self._take(module, statement)
            for each in statement.imports if statement.is_import else ():
                if (module, each.bound) not in self._names:
                    self._names.add((module, each.bound))
                    self._need_import(each)

    def _take_dependants(self) -> bool:
        """Take what may have told something that is taken of itself: sub-classes, and what is decorated with it."""
        before = len(self._taken)
        known = {name for _, name in self._names}
        for module, statements in self._imported.items():
            local = {name for each in statements if not self._is_foreign(each) for name in each.bound}
            for statement in statements:
                if statement.above & local and (statement.above & known or self._registers(statement)):
                    self._take(module, statement)
        return len(self._taken) > before

    def _is_foreign(self, statement: Statement) -> bool:
        return statement.is_import and not any(self._closures.holds(each.module) for each in statement.imports)

    @staticmethod
    def _registers(statement: Statement) -> bool:
        """Whether a decorator of one of the libraries is at work."""
        node = statement.node
        return isinstance(node, _FUNCTIONS_AND_CLASSES) and bool(node.decorator_list)
