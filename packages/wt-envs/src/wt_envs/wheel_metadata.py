"""What a wheel says that it needs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def requires(wheel: Path) -> list[Requirement]:
    """What a wheel depends on, with the markers."""
    from packaging.metadata import parse_email
    from packaging.requirements import Requirement

    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        declared = parse_email(archive.read(name))[0].get("requires_dist", [])
    return [Requirement(text) for text in declared]


def applies(requirement: Requirement, extras: tuple[str, ...] = ()) -> bool:
    """Whether a dependency is needed here, with some extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def extra_lines(wheel: Path) -> list[str]:
    """The lines of metadata that say what the extras of a wheel need."""
    found = [requirement for requirement in requires(wheel) if "extra" in str(requirement.marker or "")]
    names = sorted({part for requirement in found for part in str(requirement.marker).split('"')[1::2]})
    return [*(f"Provides-Extra: {name}" for name in names), *(f"Requires-Dist: {each}" for each in found)]
