"""Importing the run module, which brings the task library and pydantic: most of the time that a short run takes."""

from __future__ import annotations

import gc
import importlib
from types import ModuleType

from wt_task.cli.type_hints import each_compiled_once


def import_run_module(name: str) -> ModuleType:
    """Import a run module for good: neither this nor the run nor its end looks for garbage in what it brings.

    Args:
        name: Its full name.

    Returns:
        The module.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        with each_compiled_once():
            return importlib.import_module(name)
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
