"""The extras that a wheel offers, and whether what is asked for is among them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss

from wt_envs.requirement import canonical


def check_extras(name: str, wanted: Collection[str], wheel: Path) -> None:
    """Refuse an extra that a wheel does not have: installers leave it out without an error.

    Args:
        name: What the requirement calls the package.
        wanted: The extras that are asked for.
        wheel: The wheel.

    Raises:
        DiagnosticError: Names every extra that is missing (WT115).
    """
    if not wanted:
        return
    offered = _offered(wheel)
    known = {canonical(extra) for extra in offered}
    missing = [extra for extra in wanted if canonical(extra) not in known]
    if missing:
        raise DiagnosticError([_missing(name, extra, offered) for extra in missing])


def _offered(wheel: Path) -> list[str]:
    from email.parser import BytesHeaderParser
    from zipfile import ZipFile

    with ZipFile(wheel) as archive:
        metadata = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA"))
        headers = BytesHeaderParser().parsebytes(archive.read(metadata))
    return [str(extra) for extra in headers.get_all("Provides-Extra", [])]


def _missing(name: str, extra: str, offered: list[str]) -> Diagnostic:
    meant = near_miss(extra, offered)
    listed = f"it has: {', '.join(offered)}" if offered else "it has none: leave `extras` out"
    hint = f"did you mean {meant!r}?" if meant else listed
    return Diagnostic(code=Code.WRONG_REQUIREMENT, message=f"{name} has no extra {extra!r}", hint=hint)
