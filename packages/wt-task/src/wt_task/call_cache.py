"""Calls that need not be made again: what they returned is kept under the key of all that decides it."""

from __future__ import annotations

import hashlib
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
    read_entry,
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


class Inquiry(NamedTuple):
    """A call that is about to be made.

    Attributes:
        step: The task instance.
        key: Its key; None if it has none, and is not kept.
    """

    step: str
    key: CallKey | None


def cached(task: Task[..., Any], args: tuple[Any, ...], arguments: Mapping[str, Any], call: Callable[[], Any]) -> Any:
    """What an earlier call has returned; else what this call returns, which is kept.

    A run that nobody told where its cache is makes every call.

    Args:
        task: Whose function is called.
        args: Arguments by place.
        arguments: Arguments by name.
        call: Makes the call.
    """
    calls = current()
    if calls is None:
        return call()
    inquiry = calls.inquire(task, args, arguments)
    found = calls.find(inquiry)
    if found is not None:
        return found.value
    value = call()
    calls.keep(inquiry, value)
    return value


async def cached_async(
    task: Task[..., Any],
    args: tuple[Any, ...],
    arguments: Mapping[str, Any],
    call: Callable[[], Awaitable[Any]],
) -> Any:
    """As `cached`, for a call that is awaited."""
    calls = current()
    if calls is None:
        return await call()
    inquiry = calls.inquire(task, args, arguments)
    found = calls.find(inquiry)
    if found is not None:
        return found.value
    value = await call()
    calls.keep(inquiry, value)
    return value


def current() -> CallCache | None:
    """The cache of the run that this process belongs to, if it has one."""
    text = os.environ.get(VARIABLE)
    return _opened(text) if text else None


@cache
def _opened(text: str) -> CallCache:
    return CallCache(CacheSettings.read(text))


class CallCache:
    """Entries in files: written whole and once, so any number of processes can share them.

    Reading an entry runs what a pickle names: the directory is the user's own, and nobody else's.

    Args:
        settings: Where they are.
    """

    def __init__(self, settings: CacheSettings) -> None:
        self._settings = settings
        self._log: int | None = None
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
            with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
                head, content = read_entry(file.read())
            if head.digest != _hash(content):
                return None
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
        head = EntryHead(ENTRY_VERSION, self._settings.workflow, step, key.task, key.parts, time.time(), _hash(content))
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

    def _tell(self, step: str, outcome: CallOutcome, key: CallKey, why: str | None = None) -> None:
        line = LoggedCall(step, key.task, outcome, key.text, key.parts, why, time.time()).line
        if self._log is None:
            self._log = os.open(self._settings.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._log, line)  # in one piece, so that processes can share the file


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


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
