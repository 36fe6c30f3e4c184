"""Importing the task libraries of an environment, so that their functions register themselves."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from importlib.metadata import entry_points

from wt_registry.problem import Problem, library_problem

GROUP = "wt_registry"


def installed_libraries() -> list[str]:
    """The modules that installed packages name in the entry-point group `wt_registry`, sorted, each once."""
    return sorted({entry_point.module for entry_point in entry_points(group=GROUP)})


def import_libraries(module_paths: Iterable[str]) -> tuple[list[str], list[Problem]]:
    """Import modules one after the other; one that fails does not stop the others.

    Args:
        module_paths: What to import; repetitions are ignored.

    Returns:
        The modules that were imported, and a problem for each that was not, whatever it raised (`SystemExit` too).

    Raises:
        KeyboardInterrupt: If the user interrupts an import.
    """
    imported: list[str] = []
    problems: list[Problem] = []
    for module_path in dict.fromkeys(module_paths):
        try:
            importlib.import_module(module_path)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a library does while it is imported, the others count
            problems.append(library_problem(module_path, error))
        else:
            imported.append(module_path)
    return imported, problems


def is_importable(module_path: str) -> bool:
    """Whether a module was imported and not taken back because it, or a package around it, failed."""
    parts = module_path.split(".")
    return all(".".join(parts[:count]) in sys.modules for count in range(1, len(parts) + 1))
