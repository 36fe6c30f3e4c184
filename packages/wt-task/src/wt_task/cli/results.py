"""The directory that a run leaves its results in: a path, or a URL of a local or remote directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from wt_task.whole_file import write_whole

RESULT_FILE = "result.json"

_CHUNK = 1 << 20

_SPECIAL = frozenset("%?#;[]\\\t\r\n")
"""What has a meaning of its own in a URL."""


class ResultsError(Exception):
    """The results directory cannot be used; the text says why."""


class ResultsDirectory(Protocol):
    """Where results go.

    Attributes:
        path: The local directory, or None if it is elsewhere.
    """

    path: str | None

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that a reader sees all of it or nothing."""
        ...

    def files(self) -> Iterator[tuple[str, object]]:
        """The path of each file in it, below it too, and something that is another if the file is."""
        ...

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file, piece by piece.

        Raises:
            OSError: It is not there any more, or cannot be read.
        """
        ...


def open_results(location: str) -> ResultsDirectory:
    """Open a results directory; a local one is created if it is missing.

    Args:
        location: A path, absolute or relative to the working directory, or a URL: `file://`, or any that obstore
            knows, such as `s3://bucket/prefix`, `gs://`, `az://` or `memory://`.

    Returns:
        The directory.

    Raises:
        ResultsError: If it cannot be created or the URL means nothing.
    """
    if "://" not in location and not location.startswith("file:"):
        return _LocalDirectory(location)
    if location.startswith("file:"):
        return _LocalDirectory(_path_of(location))
    return _RemoteDirectory(location)


def _path_of(url: str) -> str:
    if url.startswith("file:///") and os.name == "posix" and not set(url) & _SPECIAL:
        return url.removeprefix("file://")  # as most are, without the 5 ms that importing urllib.parse takes
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise ResultsError(f"{url} names the host {parts.netloc!r}: write file:///path with three slashes")
    if not parts.path or parts.query or parts.fragment:
        raise ResultsError(f"{url} is not the URL of a directory: write file:///path, with ? as %3F and # as %23")
    if os.name == "nt":
        from urllib.request import url2pathname

        return url2pathname(parts.path)
    return unquote(parts.path)  # what url2pathname does here, without the 30 ms that importing it takes


class _LocalDirectory:
    def __init__(self, path: str) -> None:
        self.path: str | None = os.path.abspath(path)  # noqa: PTH100 - importing pathlib costs more than a run may take
        self._path = self.path or path
        try:
            os.makedirs(self._path, exist_ok=True)  # noqa: PTH103
        except (OSError, ValueError) as error:
            raise ResultsError(f"{self._path} cannot be created: {_reason(error)}") from error

    def remove(self, name: str) -> None:
        try:
            os.unlink(f"{self._path}/{name}")  # noqa: PTH108
        except FileNotFoundError:
            return
        except OSError as error:
            raise ResultsError(f"{self._path}/{name} cannot be removed: {_reason(error)}") from error

    def write(self, name: str, content: bytes) -> None:
        try:
            write_whole(f"{self._path}/{name}", content, private=False, durable=True)  # a task may have tidied it away
        except OSError as error:
            raise ResultsError(f"{self._path}/{name} cannot be written: {_reason(error)}") from error

    def files(self) -> Iterator[tuple[str, object]]:
        pending = [""]
        while pending:
            above = pending.pop()
            try:
                with os.scandir(f"{self._path}/{above}") as entries:
                    for entry in entries:
                        path = f"{above}{entry.name}"
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(f"{path}/")
                        elif entry.is_file():
                            stat = entry.stat()
                            yield path, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            except OSError:  # a task may tidy up meanwhile
                continue

    def chunks(self, name: str) -> Iterator[bytes]:
        with open(f"{self._path}/{name}", "rb") as file:  # noqa: PTH123
            while content := file.read(_CHUNK):
                yield content


class _RemoteDirectory:
    def __init__(self, url: str) -> None:
        import obstore
        from obstore.exceptions import BaseError
        from obstore.store import from_url

        self.path: str | None = None
        self._url = url.rstrip("/")
        self._obstore = obstore
        self._error: type[Exception] = BaseError
        try:
            self._store = from_url(url)
        except (BaseError, ValueError) as error:
            raise ResultsError(f"{url} cannot be opened: {_reason(error)}") from error

    def remove(self, name: str) -> None:
        try:
            self._obstore.delete(self._store, name)
        except FileNotFoundError:
            return
        except (self._error, OSError) as error:
            raise ResultsError(f"{self._url}/{name} cannot be removed: {_reason(error)}") from error

    def write(self, name: str, content: bytes) -> None:
        try:
            self._obstore.put(self._store, name, content)
        except (self._error, OSError) as error:
            raise ResultsError(f"{self._url}/{name} cannot be written: {_reason(error)}") from error

    def files(self) -> Iterator[tuple[str, object]]:
        try:
            for found in self._obstore.list(self._store):
                for each in found:
                    yield each["path"], (each["size"], each["last_modified"], each["e_tag"])
        except (self._error, OSError):  # one that may be written and not listed
            return

    def chunks(self, name: str) -> Iterator[bytes]:
        try:
            for content in self._obstore.get(self._store, name).stream(min_chunk_size=_CHUNK):
                yield bytes(content)
        except self._error as error:
            raise OSError(_reason(error)) from error


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.splitlines()[0] if text else type(error).__name__
