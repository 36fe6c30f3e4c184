from __future__ import annotations

from enum import Enum
from typing import Literal

from pydantic import BaseModel
from wt_registry import get_registry, register
from wt_registry.document import Document, describe
from wt_registry.pretty import format_pretty
from wt_registry.problem import Problem


class Color(Enum):
    RED = "red"


class Options(BaseModel):
    size: int = 1


async def many(
    options: Options, kinds: list[Literal["a", "b"]], maybe: int | None = None, color: Color = Color.RED
) -> Options:
    """Take many types."""
    return options


def test_types_are_written_shortly():
    register(deprecated=True, deprecation_message="use few")(many)
    text = format_pretty(describe(get_registry()))
    assert "async many - Many" in text
    assert "    Deprecated: use few" in text
    assert "      options: Options\n" in text
    assert "      kinds: array of 'a' | 'b'" in text
    assert "      maybe: integer | null = None" in text
    assert "      color: Color = 'red'" in text
    assert "      -> Options" in text


def test_a_document_without_tasks_says_what_to_do():
    assert "entry-point group 'wt_registry'" in format_pretty(Document())


def test_problems_stand_at_the_end_with_their_place():
    text = format_pretty(Document(problems=[Problem("a.b", "it is so", "task", "/x.py", 3)]))
    assert text.splitlines()[-2:] == ["task a.b: it is so", "    /x.py:3"]
