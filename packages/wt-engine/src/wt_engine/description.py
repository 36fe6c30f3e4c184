"""A pipeline as plain data, for those who want to look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wt_engine.assembly import Assembly
from wt_engine.definition import Draft, name_of
from wt_engine.events import NodeKind


@dataclass(frozen=True, slots=True)
class StepInfo:
    """What is known of a step.

    Attributes:
        name: Its name.
        kind: What it is.
        targets: What may run after it, by name; `Stop` is left out.
        timeout: Seconds that an attempt may take.
        retries: How often a failed attempt is repeated.
        barrier_timeout: Seconds that it waits for its other parents.
        has_error_handler: Whether it handles its own failures.
        place: `file:line` of its function.
    """

    name: str
    kind: NodeKind
    targets: tuple[str, ...]
    timeout: float | None
    retries: int
    barrier_timeout: float | None
    has_error_handler: bool
    place: str | None


def step_infos(drafts: Mapping[str, Draft]) -> Iterator[StepInfo]:
    """What is known of each step.

    Raises:
        DefinitionError: A target does not exist.
    """
    assembly = Assembly(drafts)
    for place, draft in enumerate(assembly.drafts):
        yield StepInfo(
            draft.name,
            draft.kind,
            tuple(assembly.drafts[child].name for child in assembly.children(place)),
            draft.timeout,
            draft.retries.retries if draft.retries else 0,
            draft.barrier_timeout,
            draft.handler is not None,
            draft.function.place,
        )


def describe(
    name: str, drafts: Mapping[str, Draft], metadata: Mapping[str, Any], startup: int, shutdown: int
) -> dict[str, Any]:
    """The pipeline as data that JSON can hold.

    Args:
        name: The pipeline's name.
        drafts: Its steps.
        metadata: What its author says about it.
        startup: How many startup hooks it has.
        shutdown: How many shutdown hooks it has.

    Raises:
        DefinitionError: A target does not exist.
    """
    assembly = Assembly(drafts)
    nodes: dict[str, Any] = {}
    for info in step_infos(drafts):
        draft = drafts[info.name]
        node: dict[str, Any] = {"kind": info.kind.value, "targets": list(info.targets)}
        for fact_name in ("timeout", "retries", "barrier_timeout", "has_error_handler"):
            fact = getattr(info, fact_name)
            if fact:
                node[fact_name] = fact
        if draft.pipeline is not None:
            node["pipeline"] = draft.pipeline.describe()
        if draft.each is not None:
            node["each"] = name_of(draft.each)
        nodes[info.name] = node
    return {
        "name": name,
        "nodes": nodes,
        "topology": {info.name: list(info.targets) for info in step_infos(drafts)},
        "roots": [assembly.drafts[root].name for root in assembly.roots],
        "metadata": dict(metadata),
        "hooks": {"startup": startup, "shutdown": shutdown},
    }
