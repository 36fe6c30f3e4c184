"""Where a step may go by returning a name: found in its source, without running it."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from types import CodeType
from typing import Any

_CONTROLS = frozenset({"Next", "_Next"})


def jumps_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The texts that a function returns, or hands to `Next`, as constants; in their order, each once.

    Args:
        function: The function; one without readable source has none.
    """
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    return _jumps(code) if isinstance(code, CodeType) else ()


@functools.lru_cache(maxsize=4096)
def _jumps(code: CodeType) -> tuple[str, ...]:
    if not any(isinstance(constant, str) for constant in code.co_consts):
        return ()
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError, SyntaxError, ValueError):
        # Made by exec, typed at a prompt, or a piece of a longer line: there is nothing to read.
        return ()
    finder = _Finder()
    finder.visit(tree)
    return tuple(dict.fromkeys(finder.found))


class _Finder(ast.NodeVisitor):
    """Collects what the outermost function returns, and what its generator yields as `Next`."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        if not self._inside:
            self._inside = True
            self._take(node.body)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._take(node.value)

    def visit_Yield(self, node: ast.Yield) -> None:
        if isinstance(node.value, ast.Call):
            self._take(node.value)

    def _enter(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if not self._inside:
            self._inside = True
            for statement in node.body:
                self.visit(statement)

    def _take(self, value: ast.expr) -> None:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            self.found.append(value.value)
        elif isinstance(value, ast.IfExp):
            self._take(value.body)
            self._take(value.orelse)
        elif isinstance(value, ast.BoolOp):
            for part in value.values:
                self._take(part)
        elif isinstance(value, ast.Call) and value.args and _called(value.func) in _CONTROLS:
            self._take(value.args[0])


def _called(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None
