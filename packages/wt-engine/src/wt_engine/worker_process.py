"""What runs in a worker process: one errand after the other, until the process that started it is gone."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import threading
from multiprocessing import parent_process
from typing import TYPE_CHECKING, Any

from wt_engine.errand import Errand, Report

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from wt_engine.memory import Memory

READY = b"ready"
"""What a worker says first."""


def serve(connection: Connection) -> None:
    """Run errands as they come, and send back what came of each."""
    if hasattr(os, "setsid"):
        # A group of its own: it can be ended with all that it has started, and Ctrl-C is the parent's business.
        os.setsid()
    threading.Thread(target=_follow_parent, name="wt-engine-parent", daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        connection.send_bytes(READY)
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            connection.send_bytes(_answer(message))
        except OSError:
            return


def packed(errand: Errand) -> bytes:
    """An errand as bytes.

    Raises:
        TypeError: Something of it cannot be sent to another process.
    """
    try:
        return pickle.dumps(errand, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        things: dict[str, Any] = {"its function": errand.function}
        things |= {f"its argument '{name}'": value for name, value in errand.arguments.items()}
        things |= {"the state": errand.state}
        raise TypeError(_refusal(errand.step, things, "be sent to another process", error)) from error


def message(step: str, memory: Memory | None, body: bytes) -> bytes:
    """What a worker gets.

    Args:
        step: Whose errand it is.
        memory: What the worker may take for it; None if somebody else sees to that.
        body: The errand, packed.
    """
    return pickle.dumps((step, memory, body), pickle.HIGHEST_PROTOCOL)


def unpacked(message: bytes) -> Report:
    """What came of an errand.

    Raises:
        BaseException: What its function raised.
    """
    report, error = pickle.loads(message)  # noqa: S301 - the worker process is this program itself
    if error is not None:
        raise error
    assert isinstance(report, Report)
    return report


def _answer(message: bytes) -> bytes:
    step, memory, body = pickle.loads(message)  # noqa: S301 - as above
    try:
        return _made(step, memory, body)
    except BaseException as error:  # noqa: BLE001 - a step may raise anything, and whoever waits for it must know
        from wt_contracts.portable import PortableError

        return pickle.dumps((None, PortableError(error)), pickle.HIGHEST_PROTOCOL)


def _made(step: str, memory: Memory | None, body: bytes) -> bytes:
    from wt_engine.memory import memory_limit

    with memory_limit(memory) if memory is not None else contextlib.nullcontext():
        try:
            errand = pickle.loads(body)  # noqa: S301 - as above
        except (AttributeError, ImportError) as error:
            raise TypeError(
                f"step '{step}' cannot be found in another process ({error}); its function and the types of its "
                f"arguments must stand at the top level of a module that can be imported there"
            ) from error
        report = errand()
    try:
        return pickle.dumps((report, None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        things = {"what it returned": report.result}
        things |= {f"what it wrote to the state ({name!r})": value for name, value in _written(report)}
        raise TypeError(_refusal(step, things, "be sent back from its process", error)) from error


def _written(report: Report) -> list[tuple[Any, Any]]:
    changed = report.changes.changed if report.changes else None
    return list(changed.items()) if isinstance(changed, dict) else [("", changed)]


def _refusal(step: str, things: dict[str, Any], what: str, error: Exception) -> str:
    """Which of some things cannot travel, and what to do."""
    for thing, value in things.items():
        try:
            pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except Exception as cause:  # noqa: BLE001 - pickling calls code of the user's, which may raise anything
            kind = type(value).__name__
            return (
                f"step '{step}': {thing} ({kind}) cannot {what}: {cause}. Functions and classes must stand at the top "
                f"level of a module; what cannot be pickled belongs into a step without executor='process'"
            )
    return f"step '{step}' cannot {what}: {error}"


def _follow_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    parent.join()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
