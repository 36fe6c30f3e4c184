"""What is written down with every run of a pipeline because its author said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something to write down.

    Attributes:
        type: What kind of thing it is.
        name: What it is called.
        message: What to tell people.
        data: What else is known.
        tags: How to find it.
    """

    type: str
    name: str
    message: str = ""
    data: Any = None
    tags: tuple[str, ...] = ()
