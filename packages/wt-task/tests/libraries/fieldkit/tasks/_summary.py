from __future__ import annotations

from typing import Annotated

from pydantic import Field
from wt_task import task
from wt_task.skip import SkippedDependencyFallback, SkipSentinel

from fieldkit.tasks._io import Count


def summarise(counts: list[Count], factor: float = 1.0) -> float:
    return sum(count.animals for count in counts) * factor


@task(description="A line about a site", tags=["text"])
def describe_site(site: str, animals: Annotated[int, Field(ge=0)]) -> str:
    return f"{site}: {animals}"


def _none_if_skipped(value: object) -> object:
    return None if isinstance(value, SkipSentinel) else value


@task
def label(value: Annotated[float | None, SkippedDependencyFallback(_none_if_skipped)]) -> str:
    return "no data" if value is None else f"{value:g}"
