"""Calls that need not be made again: what they returned is kept under the key of all that decides it."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from wt_contracts.cached_call import (
    ENTRY_VERSION,
    VARIABLE,
    CacheSettings,
    CallOutcome,
    EntryHead,
    LoggedCall,
    read_value,
    written_entry,
)

from wt_task.call_key import CallKey, call_key
from wt_task.secrets import secret
from wt_task.skip import SKIP_SENTINEL
from wt_task.stable_digest import UnstableError
from wt_task.whole_file import write_whole

if TYPE_CHECKING:
    from wt_task.chain import Task
    from wt_task.source_closure import SourceClosures

_SALT = ".salt"


class Found(NamedTuple):
    """What an entry holds."""

    value: Any


class News(NamedTuple):
    """What one process has told the log of a run.

    Attributes:
        told: How often each outcome of each step.
        written: How many bytes that are in the log.
        size: How many bytes the log has, with what other processes have told.
    """

    told: dict[tuple[str, CallOutcome], int]
    written: int
    size: int


class Inquiry(NamedTuple):
    """A call that is about to be made.

    Attributes:
        step: The task instance.
        key: Its key; None if it has none, and is not kept.
    """

    step: str
    key: CallKey | None


class Recollection:
    """What is known of a call that is about to be made.

    Attributes:
        found: What an earlier call has returned, if that is kept.
    """

    __slots__ = ("_calls", "_inquiry", "found")

    def __init__(self, calls: CallCache, inquiry: Inquiry) -> None:
        self._calls = calls
        self._inquiry = inquiry
        self.found = calls.find(inquiry)

    def make(self, call: Callable[[], Any]) -> Any:
        """Make the call; what it returns is kept."""
        value = call()
        self._calls.keep(self._inquiry, value)
        return value

    async def make_async(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """As `make`, for a call that is awaited."""
        value = await call()
        self._calls.keep(self._inquiry, value)
        return value


def recollection(task: Task[..., Any], args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Recollection | None:
    """What is known of a call; None in a run that nobody told where its cache is.

    The arguments count as they are given: what makes others of them, a conversion to the types of the function's
    hints, is decided by its source and the environment, which are in the key. So a call that is found needs neither
    its type hints read nor its arguments checked.

    Args:
        task: Whose function is called.
        args: Arguments by place.
        arguments: Arguments by name.
    """
    calls = current()
    return None if calls is None else Recollection(calls, calls.inquire(task, args, arguments))


def current() -> CallCache | None:
    """The cache of the run that this process belongs to, if it has one."""
    text = os.environ.get(VARIABLE)
    return opened(text) if text else None


@cache
def opened(text: str) -> CallCache:
    """The cache that these settings name, the same one whenever this process asks."""
    return CallCache(CacheSettings.read(text))


class CallCache:
    """Entries in files: written whole and once, so any number of processes can share them.

    Reading an entry runs what a pickle names: the directory is the user's own, and nobody else's.

    Args:
        settings: Where they are.
    """

    def __init__(self, settings: CacheSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._log: int | None = None
        self._told: dict[tuple[str, CallOutcome], int] = {}
        self._written = 0
        self._warned: set[str] = set()
        self._salt = b""

    def inquire(self, task: Task[..., Any], args: tuple[Any, ...], arguments: Mapping[str, Any]) -> Inquiry:
        """Prepare a call; one that has no key is said to have none."""
        step = task.task_instance_id or task.name
        try:
            self._salt = self._salt or _salt(self._settings.directory)
            key = call_key(
                task.func,
                args,
                arguments,
                environment=self._settings.environment,
                salt=self._salt,
                closures=self._closures,
            )
        except UnstableError as error:
            self._give_up(step, f"{task.func.__module__}:{task.qualname}", None, str(error))
            return Inquiry(step, None)
        except OSError as error:
            why = f"the cache {self._settings.directory} cannot be used: {error.strerror}"
            self._give_up(step, f"{task.func.__module__}:{task.qualname}", None, why)
            return Inquiry(step, None)
        return Inquiry(step, key)

    def find(self, inquiry: Inquiry) -> Found | None:
        """What is kept of such a call."""
        if inquiry.key is None:
            return None
        path = self._path(inquiry.key)
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
                content = read_value(file.read())
            found = Found(pickle.loads(content))  # noqa: S301 - the user's own directory
            os.utime(path)
        except FileNotFoundError:
            return None
        except Exception:  # noqa: BLE001 - a damaged entry, or one whose class is gone, is no entry
            return None
        self._tell(inquiry.step, "hit", inquiry.key)
        return found

    def keep(self, inquiry: Inquiry, value: Any) -> None:
        """Keep what a call has returned, if that can be; else say so, and go on."""
        step, key = inquiry
        if key is None:
            return
        if value is SKIP_SENTINEL:
            self._tell(step, "uncached", key, "it was skipped")
            return
        try:
            content = pickle.dumps(value, protocol=5)
        except Exception as error:  # noqa: BLE001 - whatever a type's own code raises, the value cannot be kept
            kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
            self._give_up(step, key.task, key, f"what it returned, a {kind}, cannot be written: {error}")
            return
        if any(each.encode("utf-8", "surrogatepass") in content for each in self._secrets):
            self._give_up(step, key.task, key, "what it returned holds a secret")
            return
        head = EntryHead(ENTRY_VERSION, self._settings.workflow, step, key.task, key.parts, time.time())
        try:
            write_whole(self._path(key), written_entry(head, content))
        except OSError as error:
            why = f"the cache {self._settings.directory} cannot be written: {error.strerror}"
            self._give_up(step, key.task, key, why)
            return
        self._tell(step, "ran", key)

    @cached_property
    def _closures(self) -> SourceClosures | None:
        if not self._settings.libraries:
            return None
        from wt_task.source_closure import SourceClosures

        return SourceClosures(self._settings.libraries)

    @property
    def _secrets(self) -> list[str]:
        return [value for value in map(secret, self._settings.secrets) if value]

    def _path(self, key: CallKey) -> str:
        return f"{self._settings.directory}/{key.task.replace(':', '.')}/{key.text}"

    def _give_up(self, step: str, task: str, key: CallKey | None, why: str) -> None:
        self._tell(step, "uncached", key or CallKey(task, {}), why)
        if step in self._warned:
            return
        self._warned.add(step)
        from wt_contracts.codes import Code
        from wt_contracts.diagnostics import Diagnostic, format_text

        message = f"a call of the step {step!r} is not cached: {why}"
        diagnostic = Diagnostic(code=Code.CALL_NOT_CACHED, severity="warning", message=message)
        sys.stderr.write(f"{format_text(diagnostic)}\n")

    def news(self) -> News:
        """What this process has told the log since it was last asked, and how long the log is now."""
        with self._lock:
            told, self._told = self._told, {}
            written, self._written = self._written, 0
            return News(told, written, os.fstat(self._descriptor).st_size)

    def read_log(self, start: int, end: int) -> bytes:
        """A part of the log, into which every process of the run writes."""
        with self._lock:
            return os.pread(self._descriptor, end - start, start)

    def close(self) -> None:
        """Let go of the log."""
        with self._lock:
            if self._log is not None:
                os.close(self._log)
                self._log = None

    def _tell(self, step: str, outcome: CallOutcome, key: CallKey, why: str | None = None) -> None:
        parts = {} if outcome == "hit" else key.parts
        line = LoggedCall(step, key.task, outcome, key.text, parts, why, time.time()).line
        with self._lock:
            self._told[step, outcome] = self._told.get((step, outcome), 0) + 1
            self._written += os.write(self._descriptor, line)  # in one piece, so that processes can share the file

    @property
    def _descriptor(self) -> int:
        if self._log is None:
            self._log = os.open(self._settings.log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        return self._log


def _salt(directory: str) -> bytes:
    """What hashes of arguments are keyed with: one for each cache, so that a log tells nobody what they were.

    Raises:
        OSError: It can neither be read nor made.
    """
    path = f"{directory}/{_SALT}"
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        aside = write_whole(f"{path}.{os.getpid()}.{threading.get_ident()}", os.urandom(32))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(aside)  # noqa: PTH108
        return _salt(directory)
