"""Worker processes of a run: started when they are needed, used again, killed when a step overruns."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import os
import signal
import threading
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any

from wt_engine.errors import ProcessDiedError
from wt_engine.threads import GRACE, Threads

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from wt_engine.cgroup import MemoryGroup
    from wt_engine.errand import Errand, Report
    from wt_engine.memory import Memory

_CHECK = 0.5
"""Seconds between two looks at whether a worker is alive: what it has started may hold its pipe open after its end."""

_UNGUARDED = (
    "A script that runs a pipeline with process steps must do so under `if __name__ == '__main__':`, because each "
    "worker process imports it"
)


class Processes:
    """The worker processes of one run. They are spawned afresh: forking a process that has threads may hang.

    Args:
        threads: Where to wait for them.
        limit: How many there are at once; by default as many as processors. Further calls wait.
    """

    def __init__(self, threads: Threads, limit: int | None = None) -> None:
        self._threads = threads
        self._limit = limit
        self._free: asyncio.Semaphore | None = None
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()

    async def call(self, errand: Errand, memory: Memory | None, limit: AbstractAsyncContextManager[Any]) -> Report:
        """Make a call in a worker process, which is killed if the caller is cancelled meanwhile.

        Args:
            errand: The call.
            memory: What its process may use.
            limit: Entered when the call starts, after the wait for a worker; what cancels it when it takes too long.

        Returns:
            What came of it.

        Raises:
            TypeError: Something cannot be sent there, or back.
            ProcessDiedError: The process ended instead of returning.
            MemoryError: It took more than it may.
            BaseException: Whatever the function raises.
        """
        from wt_engine.worker_process import packed, unpacked

        if self._free is None:
            self._free = asyncio.Semaphore(self._limit or _processors())
            atexit.register(self._kill)
        async with self._free:
            body = packed(errand)
            worker = self._idle.pop() if self._idle else await self._hire(errand.step)
            async with limit:
                answer = await self._waited(worker, functools.partial(worker.exchange, errand.step, body, memory))
            self._idle.append(worker)
            return unpacked(answer)

    async def close(self) -> None:
        """End the workers; those that do not end by themselves are killed."""
        if self._free is None:
            return
        workers, self._all = self._all, set()
        self._idle.clear()
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            await self._threads.call(worker.ended, abandon=False)
        atexit.unregister(self._kill)

    async def _hire(self, step: str) -> Worker:
        worker = Worker()
        self._all.add(worker)
        await self._waited(worker, functools.partial(worker.start, step))
        return worker

    async def _waited(self, worker: Worker, function: Any) -> Any:
        """Wait for a worker; a caller that is cancelled leaves no process behind."""
        waiting = asyncio.ensure_future(self._threads.call(function, abandon=True))
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            worker.kill()
            await asyncio.wait({waiting}, timeout=GRACE)
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._all.discard(worker)
            raise
        except (ProcessDiedError, MemoryError):
            self._all.discard(worker)
            raise

    def _kill(self) -> None:
        for worker in self._all:
            worker.kill()


class Worker:
    """One worker process. Everything but `kill` and `dismiss` blocks, and belongs into a thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unwanted = False
        self._connection: Connection[Any, Any]
        self._process: BaseProcess | None = None

    def start(self, step: str) -> None:
        """Start it, and wait until it is ready.

        Raises:
            ProcessDiedError: It ended before.
        """
        import multiprocessing

        from wt_engine.worker_process import serve

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._connection = ours
        # Not a daemon: a step may use processes itself.
        process = context.Process(target=serve, args=(theirs,), name="wt-engine-step", daemon=False)
        with self._lock, theirs:
            if self._unwanted:
                raise ProcessDiedError(step, None, "it was not wanted any more")
            if getattr(multiprocessing.current_process(), "_inheriting", False):
                # This is a worker that still imports the script, which runs its pipeline once more: a script without a
                # guard. Ending here is what tells the process that waits for this worker.
                os._exit(1)
            process.start()
            self._process = process
        self._received(step, f"before it was ready. {_UNGUARDED}")

    def exchange(self, step: str, body: bytes, memory: Memory | None) -> bytes:
        """Send an errand and wait for the answer.

        Args:
            step: Whose errand it is.
            body: The errand, packed.
            memory: What the worker may take for it: the kernel kills what takes more, in a group of its own, or where
                there can be none the worker refuses it to itself.

        Raises:
            ProcessDiedError: It ended instead of answering.
            MemoryError: It was killed because it took more.
        """
        from wt_engine.worker_process import message

        with _bounded(self._process, memory) as group:
            with contextlib.suppress(OSError):
                self._connection.send_bytes(message(step, memory if group is None else None, body))
            try:
                return self._received(step)
            except ProcessDiedError as error:
                if group is None or not group.exceeded:
                    raise
                from wt_engine.memory import exceeding

                raise MemoryError(exceeding(group.limit)) from error

    def kill(self) -> None:
        """End it at once, with all that it has started in its group."""
        with self._lock:
            self._unwanted = True
            process = self._process
        if process is None or process.pid is None:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(ValueError, OSError):
            process.kill()

    def dismiss(self) -> None:
        """Let it end, now that nothing more comes."""
        if self._process is not None:
            self._connection.close()

    def ended(self) -> None:
        """Wait for its end, and help if that takes long."""
        if self._process is None:
            return
        self._process.join(1)
        self.kill()
        self._process.join(GRACE)

    def _received(self, step: str, when: str = "") -> bytes:
        from multiprocessing.connection import wait

        process = self._process
        assert process is not None
        while True:
            alive = process.is_alive()
            try:
                if self._connection in wait([self._connection, process.sentinel], 0 if not alive else _CHECK):
                    return self._connection.recv_bytes()
            except (EOFError, OSError):
                alive = False
            if not alive:
                process.join(GRACE)
                self.kill()
                raise ProcessDiedError(step, process.exitcode, when)


def _bounded(process: BaseProcess | None, memory: Memory | None) -> AbstractContextManager[MemoryGroup | None]:
    if memory is None or process is None or process.pid is None:
        return contextlib.nullcontext()
    from wt_engine.cgroup import memory_group
    from wt_engine.memory import bytes_of

    return memory_group(process.pid, bytes_of(memory))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
