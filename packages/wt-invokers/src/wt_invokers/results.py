"""The directory of a run's results, here or in an object store, with `result.json` and `run.json` in it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec
from wt_contracts.cli import RESULT_FILE
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.provenance import RunProvenance
from wt_contracts.result import WorkflowResult
from wt_contracts.run_record import RUN_FILE
from wt_contracts.versions import check_major

from wt_invokers.whole_file import write_whole

_ELSEWHERE = "'--results' takes another directory or URL"


class Results:
    """A results directory.

    Args:
        location: A path, or a URL: `file://`, or any that obstore knows (`s3://`, `gs://`, `az://`, …).

    Attributes:
        url: The URL that the workflow gets.
        path: The local directory, or None if it is elsewhere.

    Raises:
        DiagnosticError: If the URL means nothing.
    """

    def __init__(self, location: str | Path) -> None:
        text = str(location)
        self.path: Path | None = None
        self._store: Any = None
        self._claim: int | None = None
        if "://" in text and not text.startswith("file:"):
            self.url = text
            self._store = _open_store(text)
        else:
            self.path = _path_of(text).absolute() if text.startswith("file:") else Path(text).absolute()
            self.url = self.path.as_uri()

    def __str__(self) -> str:
        return self.url if self.path is None else str(self.path)

    def clear(self, *, goes_on: bool = False) -> None:
        """Remove what an older run said; a missing local directory is created, and is this run's until `release`.

        Args:
            goes_on: Whether the older run goes on: then what it said stays until the workflow has taken over.

        Raises:
            DiagnosticError: If that is not possible, or another run writes into the directory right now.
        """
        try:
            if self.path is not None:
                self.path.mkdir(parents=True, exist_ok=True)
                self._claim = self._claim if self._claim is not None else _claim(self.path)
            for name in () if goes_on else (RESULT_FILE, RUN_FILE):
                self._remove(name)
        except BlockingIOError as error:
            message = f"another run writes into the results directory {self}"
            raise DiagnosticError(
                Diagnostic(code=Code.RESULTS_NOT_WRITABLE, message=message, hint=_ELSEWHERE)
            ) from error
        except OSError as error:
            raise _not_writable(self, error) from error

    def release(self) -> None:
        """Let other runs have the directory."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def read(self) -> WorkflowResult | None:
        """What the workflow wrote; None if it wrote no whole `result.json`."""
        try:
            return _read(self._get(RESULT_FILE))
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def read_provenance(self) -> RunProvenance | None:
        """What the workflow says that it was; None if it wrote no whole `run.json` of a version known here."""
        try:
            return parse_account(self._get(RUN_FILE))
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, result: WorkflowResult, provenance: RunProvenance | None = None) -> None:
        """Write `result.json`, and `run.json` if there was a run, in place of the workflow.

        Raises:
            DiagnosticError: If that is not possible.
        """
        content = json.dumps(asdict(result), ensure_ascii=False).encode(errors="backslashreplace")
        try:
            self._put(RESULT_FILE, content)
            if provenance is not None:
                self._put(RUN_FILE, written_account(provenance))
        except OSError as error:
            raise _not_writable(self, error) from error

    def _remove(self, name: str) -> None:
        if self.path is not None:
            (self.path / name).unlink(missing_ok=True)
        else:
            _delete(self._store, name)

    def _get(self, name: str) -> bytes:
        return (self.path / name).read_bytes() if self.path is not None else _get(self._store, name)

    def _put(self, name: str, content: bytes) -> None:
        if self.path is not None:
            write_whole(self.path / name, content)  # a task may have tidied the directory away
        else:
            _put(self._store, name, content)


def _read(content: bytes) -> WorkflowResult:
    """What `result.json` says.

    Raises:
        ValueError: It is not one.
        TypeError: It has keys that a result has not.
    """
    document = json.loads(content)  # which reads numbers of any size, and those that are none
    return msgspec.convert(vars(WorkflowResult(**document)), WorkflowResult)


def written_account(provenance: RunProvenance) -> bytes:
    """What `run.json` says, as JSON for people."""
    return json.dumps(asdict(provenance), ensure_ascii=False, indent=2).encode(errors="backslashreplace") + b"\n"


def parse_account(content: bytes) -> RunProvenance:
    """What `run.json` says.

    Raises:
        ValueError: It is not one, or of a version that is not known here.
    """
    document = json.loads(content)
    if isinstance(document, dict):  # a document of another version may lack what is looked for here
        check_major("run.json", str(document.get("version", "?")), 1, "wt-contracts")
    return msgspec.convert(document, RunProvenance)


def _claim(directory: Path) -> int | None:
    """Lock a directory for as long as the descriptor is open; None where directories cannot be locked.

    Raises:
        BlockingIOError: If another process has locked it.
    """
    try:
        import fcntl
    except ImportError:
        return None
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path or parts.query or parts.fragment:
        message = f"{url} is not the URL of a local directory"
        hint = "write file:///path with three slashes, ? as %3F and # as %23"
        raise DiagnosticError(Diagnostic(code=Code.RESULTS_NOT_WRITABLE, message=message, hint=hint))
    return Path(url2pathname(parts.path))


def _not_writable(results: Results, error: OSError) -> DiagnosticError:
    message = f"the results directory {results} cannot be used: {error.strerror or error}"
    return DiagnosticError(Diagnostic(code=Code.RESULTS_NOT_WRITABLE, message=message, hint=_ELSEWHERE))


def _open_store(url: str) -> Any:
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        return from_url(url)
    except (BaseError, ValueError) as error:
        message = f"the results directory {url} cannot be opened: {str(error).splitlines()[0]}"
        raise DiagnosticError(Diagnostic(code=Code.RESULTS_NOT_WRITABLE, message=message)) from error


def _delete(store: Any, name: str) -> None:
    import obstore
    from obstore.exceptions import BaseError, NotFoundError

    try:
        obstore.delete(store, name)
    except (NotFoundError, FileNotFoundError):
        return
    except BaseError as error:
        raise OSError(str(error).splitlines()[0]) from error


def _get(store: Any, name: str) -> bytes:
    import obstore
    from obstore.exceptions import BaseError

    try:
        return bytes(obstore.get(store, name).bytes())
    except BaseError as error:
        raise OSError(str(error).splitlines()[0]) from error


def _put(store: Any, name: str, content: bytes) -> None:
    import obstore
    from obstore.exceptions import BaseError

    try:
        obstore.put(store, name, content)
    except BaseError as error:
        raise OSError(str(error).splitlines()[0]) from error
