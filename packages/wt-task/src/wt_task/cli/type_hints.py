"""Importing pydantic, and what is built on it, without compiling the same type hint again and again."""

from __future__ import annotations

import functools
import typing
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def each_compiled_once() -> Iterator[None]:
    """Let `typing` reuse the code of a type hint that it has compiled before, while modules are imported.

    Up to Python 3.13 it compiles each hint that is written as text, and pydantic brings over a thousand of which most
    say the same: a fifteenth of a short run. Code is immutable, so nothing can tell the difference. `typing` itself is
    as before at the end.
    """
    names = vars(typing)
    if "compile" in names:  # it is being done already
        yield
        return
    names["compile"] = functools.lru_cache(maxsize=None)(compile)
    try:
        yield
    finally:
        del names["compile"]
