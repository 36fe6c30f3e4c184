"""What the pictures of a workflow say of a step, beside what it is called and what it calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wt_compiler.dag import Instance
from wt_compiler.execution import Execution, Resources, Retry
from wt_compiler.schemas import SHARED_KEY

_UNITS: Final = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
_PERIODS: Final = (("d", 86_400), ("h", 3600), ("m", 60))
_PLACES: Final = {"process": "in a process", "inline": "on the event loop", "thread": "in a thread"}


def qualities(instance: Instance) -> list[str]:
    """How often a step calls its task, how each call is run, and when it runs at all; a few words each."""
    return [*_calls(instance), *ways(instance), *([f"when {instance.when.text}"] if instance.when else [])]


def ways(instance: Instance) -> list[str]:
    """How each call is run, and what becomes of one that fails."""
    return [*_execution(instance.execution), *_course(instance)]


def _calls(instance: Instance) -> Iterator[str]:
    if instance.mapping:
        names = instance.mapping.argnames  # those of a sub-workflow are places in a file of parameters
        yield f"for each {', '.join(name.removeprefix(f'{SHARED_KEY}.') if instance.uses else name for name in names)}"
    if instance.loop:
        yield instance.loop.text


def _execution(execution: Execution) -> Iterator[str]:
    if execution.retry:
        yield tried(execution.retry)
    if execution.timeout is not None:
        yield f"at most {period(execution.timeout)}"
    place = placed(execution.resources)
    if place:
        yield place
    if execution.caches:
        yield "cached"
    if execution.skips_errors:
        yield "on error: skipped"


def _course(instance: Instance) -> Iterator[str]:
    if instance.handler:
        yield f"on error: {instance.handler.task.entry.function_name}"
    if instance.approval:
        yield "waits for approval"
    if instance.checkpoint:
        yield f"checkpoint {instance.checkpoint.name}"


def tried(retry: Retry) -> str:
    """How often a call is tried."""
    times = "once" if retry.attempts == 1 else f"up to {retry.attempts} times"
    return f"tried {times}" + (f" on {', '.join(name.rpartition('.')[2] for name in retry.on)}" if retry.on else "")


def placed(resources: Resources) -> str:
    """Where a call runs, and with how much; empty if nothing is said."""
    amounts = [
        f"{each:g} {name}" for each, name in ((resources.cpu, "cpu"), (resources.gpu, "gpu")) if each is not None
    ]
    amounts += [size(resources.memory)] if resources.memory is not None else []
    place = _PLACES.get(resources.executor or "", "")
    return f"{place} with {', '.join(amounts)}" if place and amounts else place or ", ".join(amounts)


def size(amount: int) -> str:
    """Bytes in the largest unit in which they are a whole number."""
    return next((f"{amount // unit} {name}" for name, unit in _UNITS if amount % unit == 0), f"{amount} B")


def period(seconds: float) -> str:
    """Seconds in the largest unit in which they are a whole number."""
    return next((f"{seconds // unit:g} {name}" for name, unit in _PERIODS if seconds % unit == 0), f"{seconds:g} s")
