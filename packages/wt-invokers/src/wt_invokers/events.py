"""What a running workflow says, read live from a FIFO."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec
from wt_contracts.events import WorkflowEvent

Observer: TypeAlias = Callable[[WorkflowEvent], object]

_END = b"\0"
"""No JSON line holds this byte, so it can say that nothing more comes."""


def parse_events(lines: Iterable[str | bytes]) -> Iterator[WorkflowEvent]:
    """Read event lines, such as those of a file that `WT_EVENTS_FILE` named.

    Args:
        lines: JSON lines. One that is no event of a version known here is left out: it was cut short by the end of
            its writer, or comes from a newer workflow.

    Yields:
        The events, in order.
    """
    for line in lines:
        try:
            event = msgspec.json.decode(line, type=WorkflowEvent)
        except (msgspec.DecodeError, UnicodeError):
            continue
        yield event


class EventStream:
    """A FIFO for a workflow's events, and the thread that reads it.

    Args:
        path: Where to make the FIFO.
        observers: Get each event, in the reading thread.
    """

    def __init__(self, path: Path, *observers: Observer) -> None:
        self.path = path
        self._observers = observers
        self._failure: Exception | None = None
        self._closed = False
        os.mkfifo(path, 0o600)
        self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        # Held open by us too, so that the stream has an end only when we say so
        self._writer = os.open(path, os.O_WRONLY)
        os.set_blocking(self._reader, True)
        self._thread = threading.Thread(target=self._read, name="wt-events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hand over all that was written until now, and end the stream.

        Raises:
            Exception: What an observer raised, if one did.
        """
        if self._closed:
            return
        self._closed = True
        os.write(self._writer, _END)
        os.close(self._writer)
        self._thread.join()
        os.close(self._reader)
        self.path.unlink(missing_ok=True)
        if self._failure is not None:
            raise self._failure

    def _read(self) -> None:
        for event in parse_events(self._lines()):
            for observer in self._observers:
                self._tell(observer, event)

    def _tell(self, observer: Observer, event: WorkflowEvent) -> None:
        try:
            observer(event)
        except Exception as error:  # noqa: BLE001 - raised by close(); the stream must flow on until then
            self._failure = self._failure or error

    def _lines(self) -> Iterator[bytes]:
        pending = b""
        while chunk := os.read(self._reader, 64 * 1024):
            *lines, pending = (pending + chunk).split(b"\n")
            yield from lines
            if _END in pending:
                return
