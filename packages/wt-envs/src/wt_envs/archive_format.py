"""What an archive of an environment says of itself, and how its files find their new place."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import PurePosixPath
from typing import IO, Any, Final, Literal, NamedTuple, TypeAlias

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1

_LONGEST_SHEBANG: Final = 127

Relocation: TypeAlias = Literal["text", "binary"]


class Manifest(NamedTuple):
    """The first member of an archive.

    Attributes:
        digest: What the environment is addressed by.
        machine: The platform and interpreter that it runs on.
        prefix: Where it was when it was packed.
        files: The SHA-256 of each file.
        links: The target of each symbolic link.
        relocate: The files that name the prefix, and how it stands in them.
    """

    digest: str
    machine: str
    prefix: str
    files: dict[str, str]
    links: dict[str, str]
    relocate: dict[str, Relocation]

    def to_json(self) -> bytes:
        """The content of the member."""
        return json.dumps({"format": FORMAT, **self._asdict()}, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes, archive: str) -> Manifest:
        """Read it back.

        Raises:
            DiagnosticError: If it is none, or a newer one (WT414).
        """
        try:
            fields: dict[str, Any] = json.loads(content)
            version = fields.pop("format")
            manifest = cls(**fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise refused(archive, "it is no archive of an environment") from error
        if version != FORMAT:
            raise refused(archive, f"it has format {version}, and this wt reads {FORMAT}")
        for path in (*manifest.files, *manifest.links):
            check_inside(path, archive)
        return manifest


def check_inside(path: str, archive: str) -> None:
    """Refuse a path that leads out of the environment.

    Raises:
        DiagnosticError: WT414.
    """
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts or "\\" in path or re.match(r"[A-Za-z]:", path):
        raise refused(archive, f"its member {path!r} is outside of the environment")


def refused(archive: str, reason: str) -> DiagnosticError:
    """The diagnostic for an archive that is not unpacked."""
    message = f"the archive {archive} is refused: {reason}"
    hint = "pack it again with `wt env pack`, and copy it whole"
    return DiagnosticError(Diagnostic(code=Code.ARCHIVE_REFUSED, message=message, hint=hint), exit_code=1)


def relocate(content: bytes, old: bytes, new: bytes, kind: Relocation) -> bytes | None:
    """A file with its environment's prefix replaced.

    Args:
        content: The file.
        old: The prefix that it names.
        new: The prefix that it shall name.
        kind: Whether it is text, or a program, in which no offset may change.

    Returns:
        The new content; None if it is a program and the new prefix does not fit.
    """
    if kind == "text":
        return _point_script(content.replace(old, new))
    if len(new) > len(old):
        return None

    def fill(found: re.Match[bytes]) -> bytes:
        replaced = found[0].replace(old, new)
        return replaced.ljust(len(found[0]), b"\0")

    return re.sub(re.escape(old) + rb"[^\0]*", fill, content)


def _point_script(content: bytes) -> bytes:
    """A script that can be started: no system takes blanks or a long path in the line that names its interpreter."""
    line, _, rest = content.partition(b"\n")
    if not line.startswith(b"#!/") or (b" " not in line and len(line) <= _LONGEST_SHEBANG):
        return content
    interpreter = line[2:].strip()
    if not re.search(rb"/bin/python[\d.]*$", interpreter):
        return content
    # To the shell this starts the interpreter with this file; to Python it is a text that is not used.
    return b"#!/bin/sh\n'''exec' \"" + interpreter + b'" "$0" "$@"\n\' \'\'\'\n' + rest


def open_zstd(path: str, mode: Literal["rb", "wb"]) -> IO[bytes]:
    """Open a file that is compressed with Zstandard.

    Raises:
        DiagnosticError: If this Python cannot, and backports.zstd is not installed (WT512).
    """
    zstd = _library()
    opened: IO[bytes] = zstd.open(path, mode)
    return opened


def errors() -> tuple[type[Exception], ...]:
    """What reading a damaged archive raises."""
    import tarfile

    found: type[Exception] = _library().ZstdError
    return (found, tarfile.TarError, EOFError, OSError)


def _library() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    message = "archives need Zstandard, which this Python does not have"
    hint = "install 'wt-envs[pack]'"
    raise DiagnosticError(Diagnostic(code=Code.USAGE, message=message, hint=hint))
