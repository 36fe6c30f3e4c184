"""What is kept of a failure: the state, the place, the traceback, and what the process used at that moment."""

from __future__ import annotations

import linecache
import os
import sysconfig
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter, process_time, time
from types import FrameType, TracebackType
from typing import Any

from wt_engine.failures import text_of
from wt_engine.injection import MISSING
from wt_engine.snapshot import Secrets, Snapshot

FULL_REPORTS = 100
"""How many failures of a run are kept with state and resources; further ones with their place and traceback only."""

_TRACEBACK = 20_000
_SAMPLE_HOLDS = 0.1
_ENGINE = os.path.dirname(__file__)  # noqa: PTH120 - compared with the text of every frame's file
_INSTALLED = tuple({sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")})

_STRANGERS = (_ENGINE, "<frozen", *_INSTALLED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pipe wants to be kept of failures.

    Attributes:
        secrets: What must not be shown.
        capture_locals: Whether the local variables of the place are kept.
    """

    secrets: Secrets = field(default_factory=Secrets)
    capture_locals: bool = False


class Forensics:
    """Writes the reports of the failures of one run. Costs two readings of a clock until something fails.

    Args:
        evidence: What the pipe wants to be kept.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._since = (perf_counter(), process_time())
        self._sample: tuple[float, dict[str, Any]] | None = None
        self._reports = 0

    def text(self, error: BaseException) -> str:
        """The text of an exception, without secrets."""
        return self._evidence.secrets.masked(text_of(error))

    def shown(self, text: str) -> str:
        """A text without secrets."""
        return self._evidence.secrets.masked(text)

    def report(self, error: BaseException, state: Any, place: str | None = None, item: Any = MISSING) -> dict[str, Any]:
        """The report of a failure, as data that JSON can hold.

        Args:
            error: What was raised.
            state: The shared state.
            place: `file:line` of the step's function, for an error without a traceback.
            item: The item of a map, if there is one.

        Returns:
            `error` (type, message), `file`, `line`, `function`, `code`, `traceback`, `time` (seconds since the epoch);
            for the first `FULL_REPORTS` failures of a run also `state`, `item` and `process` (CPU in percent of a
            core, RSS in MB); `locals` if they are wanted.
        """
        self._reports += 1
        snapshot = Snapshot(self._evidence.secrets)
        report: dict[str, Any] = {"time": time()}
        if self._reports <= FULL_REPORTS:
            report["state"] = snapshot.take(state)
            if item is not MISSING:
                report["item"] = snapshot.take(item)
            report["process"] = self._process()
        frame = _frame(error, _STRANGERS) if self._evidence.capture_locals else None
        if frame is not None and frame[0].f_locals:  # a frame of another process has none
            report["locals"] = snapshot.take(dict(frame[0].f_locals))
        report.update(_location(error, place, snapshot))
        report["error"] = {"type": type(error).__qualname__, "message": snapshot.text(text_of(error))}
        report["traceback"] = self._evidence.secrets.masked(_traceback(error), snapshot.found)
        return report

    def _process(self) -> dict[str, Any]:
        now = perf_counter()
        if self._sample is None or now - self._sample[0] > _SAMPLE_HOLDS:
            # Many failures at once look at the process once.
            began, used = self._since
            cpu = process_time()
            percent = 100 * (cpu - used) / max(now - began, 1e-6)
            self._since = (now, cpu)
            self._sample = (now, {"cpu_percent": round(percent, 1), **_resources()})
        return self._sample[1]


def _resources() -> dict[str, Any]:
    # Only a failure pays for the import.
    import psutil

    process = psutil.Process()
    children, cpu, rss = 0, 0.0, 0
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
            cpu += 100 * (times.user + times.system) / max(time() - child.create_time(), 0.01)
            rss += child.memory_info().rss
            children += 1
        except psutil.Error:
            continue
    return {
        "pid": process.pid,
        "rss_mb": round(process.memory_info().rss / 2**20, 2),
        "threads": process.num_threads(),
        "children": children,
        "children_cpu_percent": round(cpu, 1),
        "children_rss_mb": round(rss / 2**20, 2),
        "system_available_mb": round(psutil.virtual_memory().available / 2**20, 2),
    }


def _frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _frame(error: BaseException, strangers: tuple[str, ...]) -> tuple[FrameType, int] | None:
    """The innermost frame whose file is not one of the strangers'; causes count."""
    chain: list[BaseException] = []
    wrapped: BaseException | None = error
    while wrapped is not None and wrapped not in chain:
        chain.append(wrapped)
        wrapped = wrapped.__cause__
    for part in chain:
        found = [f for f in _frames(part.__traceback__) if not f[0].f_code.co_filename.startswith(strangers)]
        if found:
            return found[-1]
    return None


def _location(error: BaseException, place: str | None, snapshot: Snapshot) -> dict[str, Any]:
    frame = _frame(error, _STRANGERS)
    if frame is None and place is not None:
        file, _, text = place.rpartition(":")
        return {"file": file, "line": int(text), "function": None, "code": None}
    frame = frame or _frame(error, (_ENGINE,))
    if frame is None:
        return {"file": None, "line": None, "function": None, "code": None}
    code, line = frame[0].f_code, frame[1]
    # A frame of another process has the plain name alone
    function = code.co_qualname if code.co_qualname.endswith(code.co_name) else code.co_name
    text = snapshot.text(linecache.getline(code.co_filename, line).strip())
    return {"file": code.co_filename, "line": line, "function": function, "code": text}


def _traceback(error: BaseException) -> str:
    """The traceback without the engine's own frames, cut in the middle if it is very long."""
    whole = traceback.TracebackException.from_exception(error, compact=True)
    todo: list[traceback.TracebackException | None] = [whole]
    while todo:
        part = todo.pop()
        if part is not None:
            part.stack = traceback.StackSummary.from_list([f for f in part.stack if not f.filename.startswith(_ENGINE)])
            todo += [part.__cause__, part.__context__, *(part.exceptions or [])]
    text = "".join(whole.format())
    if len(text) > _TRACEBACK:
        text = f"{text[: _TRACEBACK // 2]}\n… {len(text) - _TRACEBACK} characters …\n{text[-_TRACEBACK // 2 :]}"
    return text
