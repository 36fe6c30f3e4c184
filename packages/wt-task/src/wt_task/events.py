"""What the steps of a workflow say while they run, and who listens.

A step is a task that has a task instance id; calls of tasks without one say nothing.

    with subscribe(print):
        task(f).set_task_instance_id("f").call()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from wt_contracts.step_event import StepEvent

__all__ = ["Observer", "StepEvent", "observers", "subscribe", "unobserved"]

Observer: TypeAlias = Callable[[StepEvent], object]

_observers: ContextVar[tuple[Observer, ...]] = ContextVar("wt_task_observers", default=())


@contextmanager
def subscribe(observer: Observer) -> Iterator[None]:
    """Tell an observer of every step that runs inside the `with` block, in this context and those copied from it.

    The observer is called where the step is called, not where its calls run, and it must return soon. What it raises
    ends the step: an observer that may fail handles that itself.

    Args:
        observer: Called with each event.
    """
    token = _observers.set((*_observers.get(), observer))
    try:
        yield
    finally:
        _observers.reset(token)


@contextmanager
def unobserved() -> Iterator[None]:
    """Tell nobody of the steps that run inside the `with` block: they are parts of one that is told of."""
    token = _observers.set(())
    try:
        yield
    finally:
        _observers.reset(token)


def observers() -> tuple[Observer, ...]:
    """Who listens in this context; empty if nobody does, so that a step need not build an event."""
    return _observers.get()
