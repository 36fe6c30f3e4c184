"""Where a task is meant to be imported from."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from wt_registry.registration import Registration


def public_module_paths(roots: Iterable[str], registrations: Mapping[str, Registration]) -> dict[str, str]:
    """Find for each task the shortest public module that exposes it under its own name.

    The search starts from the modules that were asked for and follows their public attributes that are modules of
    the same packages, each once, so references in a circle do no harm. Modules with a private part in their name
    count only if they were asked for by name or nothing else exposes the task.

    Args:
        roots: The imported modules to start from.
        registrations: The tasks by dotted path.

    Returns:
        The module path by the task's dotted path; of several shortest the alphabetically first. A task that no
        module exposes keeps the module that defines it.
    """
    roots = list(roots)
    packages = {path.split(".")[0] for path in roots}
    packages |= {registration.module_path.split(".")[0] for registration in registrations.values()}
    ranked = sorted(
        _reachable(roots, packages), key=lambda path: (path not in roots and _is_private(path), len(path), path)
    )
    found: dict[str, str] = {}
    for module_path in ranked:
        module = sys.modules[module_path]
        for dotted_path, registration in registrations.items():
            if dotted_path not in found and _exposes(module, registration):
                found[dotted_path] = module_path
    return {path: found.get(path, registration.module_path) for path, registration in registrations.items()}


def _reachable(roots: Iterable[str], packages: set[str]) -> set[str]:
    reached: set[str] = set()
    waiting = [path for path in roots if path in sys.modules]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting.extend(_public_submodules(sys.modules[path], packages))
    return reached


def _public_submodules(module: ModuleType, packages: set[str]) -> Iterator[str]:
    for name, value in list(vars(module).items()):
        if isinstance(value, ModuleType) and not name.startswith("_"):
            path = value.__name__
            if path.split(".")[0] in packages and sys.modules.get(path) is value:
                yield path


def _exposes(module: ModuleType, registration: Registration) -> bool:
    name = registration.function_name
    if name not in vars(module) and name not in getattr(module, "__all__", ()):
        return False
    # A decorator above @register may have wrapped the function; then its name and module are what is left of it.
    value = getattr(module, name, None)
    if value is registration.function:
        return True
    origin = (getattr(value, "__module__", None), getattr(value, "__name__", None))
    return callable(value) and origin == (registration.module_path, name)


def _is_private(module_path: str) -> bool:
    return any(part.startswith("_") for part in module_path.split("."))
