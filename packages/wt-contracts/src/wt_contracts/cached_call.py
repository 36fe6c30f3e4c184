"""What is kept of a call whose step is cached: its entry in the cache, and a line in the log of the run."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal, NamedTuple, TypeAlias

CALLS_DIRECTORY = "calls"
"""Where entries are, in wt's cache directory: in a directory for each task, in a file that is named by the key."""

LOG_FILE = "calls.jsonl"
"""The log of a run, in its record."""

VARIABLE = "WT_CALL_CACHE"
"""The environment variable by which a run tells its processes where the cache is (`CacheSettings`)."""

KEEP_VARIABLE = "WT_KEEP_CALLS"
"""The environment variable that names a directory in which a run keeps all its calls, whatever the spec says of them.

Their keys are made of what each task depends on in the sources of the libraries whose wheels the workspace has. It is
for runs that follow each other while somebody writes a workflow: what a task reads elsewhere is no part of a key.
"""

ENTRY_VERSION = "2.0"

_DIGEST_SIZE = 16
"""Bytes at the end of an entry: the hash of all that stands before them."""

CallOutcome: TypeAlias = Literal["hit", "ran", "uncached"]
"""Taken from the cache; made, and put there; or made only."""


class CacheSettings(NamedTuple):
    """Where the calls of a run are cached.

    Attributes:
        directory: Where the entries are.
        workflow: The package of the workflow.
        environment: A hash of the lock of its environment; empty if it has none.
        log: The log of the run.
        secrets: The names of its secrets.
        libraries: The top-level modules of which a key has only what a task depends on; of others, all of their files.
    """

    directory: str
    workflow: str
    environment: str
    log: str
    secrets: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> CacheSettings:
        """Read what `text` has written."""
        fields = json.loads(text)
        lists = {name: tuple(fields[name]) for name in ("secrets", "libraries")}
        return cls(**{**fields, **lists})

    @property
    def text(self) -> str:
        """Them as text."""
        return json.dumps(self._asdict())


class LoggedCall(NamedTuple):
    """A call of a cached step.

    Attributes:
        step: The task instance.
        task: The module and the name of the function.
        outcome: What became of it.
        key: Its key; empty if it has none.
        parts: What the key is made from: a hash by name, such as `source` or `argument year`; those of a hit stand in
            its entry, and not here.
        why: Why it is not cached, if it is not.
        time: When, in seconds since the epoch.
    """

    step: str
    task: str
    outcome: CallOutcome
    key: str
    parts: dict[str, str]
    why: str | None = None
    time: float = 0.0

    @property
    def line(self) -> bytes:
        """It as a line of the log."""
        return json.dumps(self._asdict()).encode() + b"\n"


class EntryHead(NamedTuple):
    """The first line of an entry; the pickled value follows, and the hash of both.

    Attributes:
        version: The version of this document.
        workflow: Which workflow made the call.
        step: For which task instance.
        task: The module and the name of the function.
        parts: What the key is made from.
        time: When, in seconds since the epoch.
    """

    version: str
    workflow: str
    step: str
    task: str
    parts: dict[str, str]
    time: float


def written_entry(head: EntryHead, value: bytes) -> bytes:
    """An entry as the content of its file."""
    content = json.dumps(head._asdict()).encode() + b"\n" + value
    return content + _digest(content)


def read_value(entry: bytes) -> bytes:
    """The bytes of an entry's value; its head is read by those alone who ask what is kept.

    Raises:
        ValueError: It is not as it was written.
    """
    content = entry[:-_DIGEST_SIZE]
    if entry[-_DIGEST_SIZE:] != _digest(content):
        raise ValueError("it is damaged")
    return content[content.index(b"\n") + 1 :]


def read_head(line: bytes) -> EntryHead:
    """The head of an entry.

    Raises:
        ValueError: It is no entry of a version that is known here.
    """
    return EntryHead(**_fields(line, EntryHead))


def read_log(content: bytes) -> list[LoggedCall]:
    """The calls in a log; a line that is none was cut short by the end of its writer, and is left out."""
    calls = []
    for line in content.splitlines():
        try:
            calls.append(LoggedCall(**_fields(line, LoggedCall)))
        except ValueError:
            continue
    return calls


def _fields(line: bytes, kind: type[EntryHead | LoggedCall]) -> dict[str, Any]:
    fields = json.loads(line)
    if not isinstance(fields, dict) or fields.keys() != set(kind._fields) or not isinstance(fields["parts"], dict):
        raise ValueError("it has other fields")
    if str(fields.get("version", ENTRY_VERSION)).partition(".")[0] != ENTRY_VERSION.partition(".")[0]:
        raise ValueError("its version is another one")
    return fields


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_SIZE).digest()
