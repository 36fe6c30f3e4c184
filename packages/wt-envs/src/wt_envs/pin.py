"""Where one package comes from, whoever asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from wt_envs.requirement import canonical


class Pin(NamedTuple):
    """Where a package comes from.

    Attributes:
        specifier: The versions that are allowed; empty for any.
        source: Its entry in uv's table of sources; None for the index.
        wheel: The wheel that goes into the workspace; its source is made from it.
        sources: Entries for different platforms, instead of one.
    """

    specifier: str = ""
    source: Mapping[str, Any] | None = None
    wheel: Path | None = None
    sources: tuple[Mapping[str, Any], ...] = ()


def split_name(dependency: str) -> str:
    """The canonical name in a PEP 508 dependency."""
    match = re.match(r"[A-Za-z0-9._-]+", dependency.strip())
    return canonical(match[0]) if match else dependency
