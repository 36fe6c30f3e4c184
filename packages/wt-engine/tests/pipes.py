"""Small pipes, as tests need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from wt_engine import (
    DefinitionError,
    Event,
    EventType,
    Observer,
    ObserverMeta,
    Pipe,
    PipelineTerminalStatus,
)
from wt_engine.testing import TestResult

Collect = Callable[..., TestResult]


STATUS = PipelineTerminalStatus


@dataclass
class State:
    seen: list[Any] = field(default_factory=list)
    count: int = 0


def steps(pipe: Pipe[Any, Any], **bodies: Callable[..., Any]) -> None:
    for name, body in bodies.items():
        pipe.step(name)(body)


async def nothing() -> None: ...


def chain(length: int, **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(**options)
    for place in range(length):
        pipe.step(f"s{place}", to=f"s{place + 1}" if place + 1 < length else None)(nothing)
    return pipe


def fan(items: int, worker: Callable[..., Any], **options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(**options)

    @pipe.map(each="work", to="after")
    async def split() -> Any:
        return range(items)

    pipe.step("work")(worker)
    pipe.step("after")(nothing)
    return pipe


async def take(item: int) -> int:
    return item


def kinds(result: TestResult) -> list[tuple[EventType, str]]:
    return [(event.type, event.stage) for event in result.events]


class Recorder(Observer):
    def __init__(self) -> None:
        self.events: list[EventType] = []
        self.ends: list[str] = []
        self.missed = 0

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        self.events.append(event.type)

    async def on_pipeline_end(self, state: Any, ctx: Any, meta: ObserverMeta, duration_s: float) -> None:
        self.ends.append("end")
        self.missed = meta.missed

    async def on_pipeline_error(self, state: Any, ctx: Any, meta: ObserverMeta, error: BaseException) -> None:
        self.ends.append(str(error))


# Definitions


def wrong(build: Callable[[Pipe[Any, Any]], Any], **options: Any) -> DefinitionError:
    pipe: Pipe[Any, Any] = Pipe(**options)

    def define() -> None:
        build(pipe)
        pipe.validate()

    with pytest.raises(DefinitionError) as caught:
        define()
    return caught.value
