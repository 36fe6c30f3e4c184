"""A pipeline as plain data, for those who want to look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wt_engine.assembly import Assembly
from wt_engine.definition import Draft, Function, name_of
from wt_engine.events import NodeKind
from wt_engine.injection import InjectionSource

_PHASES = ("startup", "shutdown", "on_error")


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
        parameters: Where each of its function's parameters gets its argument from.
    """

    name: str
    kind: NodeKind
    targets: tuple[str, ...]
    timeout: float | None
    retries: int
    barrier_timeout: float | None
    has_error_handler: bool
    place: str | None
    parameters: Mapping[str, InjectionSource]


@dataclass(frozen=True, slots=True)
class HookSpec:
    """What is known of a hook.

    Attributes:
        phase: `startup`, `shutdown` or `on_error`.
        name: Its function's name.
        place: `file:line` of its function.
        parameters: Where each of its parameters gets its argument from.
    """

    phase: str
    name: str
    place: str | None
    parameters: Mapping[str, InjectionSource]


def hook_specs(phase: str, functions: Iterable[Function]) -> Iterator[HookSpec]:
    """What is known of the hooks of a phase."""
    for function in functions:
        yield HookSpec(phase, name_of(function.call), function.place, function.parameters.named())


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
            draft.function.parameters.named(drafts.keys() - {draft.name}),
        )


def describe(
    name: str, drafts: Mapping[str, Draft], metadata: Mapping[str, Any], hooks: Iterable[HookSpec]
) -> dict[str, Any]:
    """The pipeline as data that JSON can hold.

    Args:
        name: The pipeline's name.
        drafts: Its steps.
        metadata: What its author says about it.
        hooks: Its hooks.

    Raises:
        DefinitionError: A target does not exist.
    """
    assembly = Assembly(drafts)
    known = list(hooks)
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
        "hooks": {phase: [hook.name for hook in known if hook.phase == phase] for phase in _PHASES},
    }
