"""Processors and graphics cards that the calls of a run share."""

from __future__ import annotations

import asyncio
import contextlib
import glob
import os
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wt_engine.plan import Node


class Need(NamedTuple):
    """What a call takes as long as it runs; also what there is.

    Attributes:
        cpu: Processors.
        gpu: Graphics cards.
    """

    cpu: float = 0
    gpu: float = 0

    def fits(self, other: Need) -> bool:
        """Whether there is as much in another."""
        return self.cpu <= other.cpu and self.gpu <= other.gpu


class Share:
    """What there is, and who waits for a part of it: first come, first served, so that no large need waits for ever.

    Args:
        total: What there is; None for what this machine has.
    """

    def __init__(self, total: Need | None) -> None:
        self._total = total
        self._taken = Need()
        self._waiting: deque[tuple[Need, asyncio.Future[None]]] = deque()

    @contextlib.asynccontextmanager
    async def held(self, need: Need) -> AsyncIterator[None]:
        """Take a part for as long as the block runs, once it is there.

        Raises:
            ValueError: There is never as much.
        """
        if not need.fits(self._whole):
            raise ValueError(f"this needs {_words(need)}, and there is {_words(self._whole)}")
        if self._waiting or not need.fits(self._free):
            await self._turn(need)
        else:
            self._take(need)
        try:
            yield
        finally:
            self._take(Need(-need.cpu, -need.gpu))
            self._serve()

    async def _turn(self, need: Need) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((need, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._take(Need(-need.cpu, -need.gpu))
            else:
                self._waiting.remove((need, turn))
            self._serve()
            raise

    @property
    def _whole(self) -> Need:
        if self._total is None:
            self._total = machine()
        return self._total

    @property
    def _free(self) -> Need:
        return Need(self._whole.cpu - self._taken.cpu, self._whole.gpu - self._taken.gpu)

    def _take(self, need: Need) -> None:
        self._taken = Need(self._taken.cpu + need.cpu, self._taken.gpu + need.gpu)

    def _serve(self) -> None:
        while self._waiting and self._waiting[0][0].fits(self._free):
            need, turn = self._waiting.popleft()
            if not turn.done():
                self._take(need)
                turn.set_result(None)


def machine(cpus: float | None = None, gpus: float | None = None) -> Need:
    """What there is on this machine, for this process.

    Args:
        cpus: How many processors to use, if not all.
        gpus: How many graphics cards to use, if not all.
    """
    if cpus is None:
        cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Need(cpus, _gpus() if gpus is None else gpus)


def available(nodes: Iterable[Node], cpus: float | None, gpus: float | None) -> Need | None:
    """What there is for the steps of a run.

    Args:
        nodes: The steps.
        cpus: As for `machine`.
        gpus: As for `machine`.

    Returns:
        That, or None if no step asks.

    Raises:
        DiagnosticError: A step needs more (WT560).
    """
    asking = [node for node in nodes if node.need is not None]
    if not asking:
        return None
    total = machine(cpus, gpus)
    said = [
        f"the step {node.name.removesuffix('.element')!r} needs {_words(node.need)}, and there is {_words(total)}"
        for node in asking
        if node.need is not None and not node.need.fits(total)
    ]
    if said:
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, DiagnosticError

        hint = "ask for less in 'resources', run it on a larger machine, or say with --cpus and --gpus what there is"
        raise DiagnosticError([Diagnostic(code=Code.RESOURCES_LACKING, message=each, hint=hint) for each in said])
    return total


def _words(need: Need) -> str:
    return f"cpu: {need.cpu:g}, gpu: {need.gpu:g}"


def _gpus() -> int:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name.strip() and name.strip() != "-1"])
    return len(glob.glob("/dev/nvidia[0-9]*"))  # noqa: PTH207 - importing pathlib costs more than a run may take
