"""Three tasks that greet."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from wt_registry import register


@register()
def greet(name: Annotated[str, Field(title="Name", description="Who is greeted.")] = "world") -> str:
    """Greet somebody."""
    return f"Hello, {name}"


@register()
def emphasise(
    text: str, marks: Annotated[int, Field(title="Marks", description="How many exclamation marks.", ge=0, le=10)] = 1
) -> str:
    """Say it louder."""
    return text + "!" * marks


@register()
def frame(text: str) -> str:
    """Put a frame around it."""
    line = "+" + "-" * (len(text) + 2) + "+"
    return f"{line}\n| {text} |\n{line}"
