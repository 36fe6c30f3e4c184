"""Classes by a name that is written down, and back."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

from wt_engine.codec_forms import PlainError


class Classes:
    """Names classes as `module:qualified name`.

    Args:
        known: Classes that cannot be imported by that name, or stand in a main program, which has another name when
            something else is started.
    """

    def __init__(self, known: Iterable[type[Any]] = ()) -> None:
        self._names: dict[type[Any], str] = {}
        self._found: dict[str, type[Any]] = {}
        self._known: dict[str, type[Any]] = {}
        for kind in known:
            name = f"{kind.__module__}:{kind.__qualname__}"
            self._names[kind], self._found[name] = name, kind
            self._known[kind.__qualname__] = kind

    def name_of(self, kind: type[Any]) -> str:
        """The name of a class.

        Raises:
            PlainError: It could not be found by it.
        """
        name = self._names.get(kind)
        if name is None:
            name = f"{kind.__module__}:{kind.__qualname__}"
            if _resolved(kind.__module__, kind.__qualname__) is not kind:
                raise PlainError(
                    f"class {kind.__qualname__} of {kind.__module__} cannot be imported by its name; define it at the "
                    f"top of a module, or name it in an annotation of the pipeline's state or steps"
                )
            self._names[kind] = name
        return name

    def find(self, name: str) -> type[Any]:
        """The class of a name.

        Raises:
            PlainError: There is none here.
        """
        found = self._found.get(name)
        if found is None:
            module, _, path = name.partition(":")
            candidate = None
            if module == "__main__" or "<locals>" in path:
                candidate = self._known.get(path)
            candidate = candidate or _resolved(module, path)
            if candidate is None:
                raise PlainError(f"class {path} of {module} is not there any more")
            found = self._found[name] = candidate
        return found


def _resolved(module: str, path: str) -> type[Any] | None:
    try:
        found: Any = sys.modules.get(module) or importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) else None
