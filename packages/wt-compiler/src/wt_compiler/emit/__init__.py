"""From a checked workflow to the text of every file of its workspace; one module a family of files.

Each has a function `emit(...)` that returns files by their path in the workspace. Nothing is written here, and nothing
but the arguments decides what comes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

Files: TypeAlias = dict[str, str | bytes | Path]
"""What to write, by path relative to the workspace; a `Path` is a file to copy."""
