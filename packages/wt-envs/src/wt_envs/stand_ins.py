"""Wheels without code that tell uv which Python packages the conda half of an environment already holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from wt_envs.pin import Pin
from wt_envs.platforms import PLATFORMS

DIRECTORY: Final = "stand-ins"
_WHEEL: Final = "Wheel-Version: 1.0\nGenerator: wt\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def stand_in_pins(
    provided: Mapping[str, Mapping[str, str]], extras: Mapping[str, Iterable[str]], directory: Path
) -> dict[str, Pin]:
    """Make a wheel for each package that comes from conda.

    Args:
        provided: For each platform, the canonical names with their versions.
        extras: Lines of metadata of a package that say what its extras need.
        directory: The project's directory; the wheels go below it.

    Returns:
        Where uv is to take each package from, on the platforms where conda has it.
    """
    pins: dict[str, Pin] = {}
    (directory / DIRECTORY).mkdir(parents=True, exist_ok=True)
    for name in sorted({name for names in provided.values() for name in names}):
        by_version: dict[str, list[str]] = {}
        for platform, names in provided.items():
            if name in names:
                by_version.setdefault(_pep440(names[name]), []).append(platform)
        everywhere = sum(map(len, by_version.values())) == len(PLATFORMS)
        sources: list[dict[str, Any]] = []
        for version, platforms in by_version.items():
            wheel = _write(directory / DIRECTORY, name, version, extras.get(name, ()))
            source = {"path": f"{DIRECTORY}/{wheel}"}
            if len(by_version) > 1 or not everywhere:
                source["marker"] = " or ".join(f"({PLATFORMS[platform].marker})" for platform in platforms)
            sources.append(source)
        pins[name] = Pin(sources=tuple(sources))
    return pins


def _pep440(version: str) -> str:
    """A conda version as Python can read it; what is not PEP 440 loses what comes after its numbers."""
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion:
        numbers = re.match(r"\d+(?:\.\d+)*", version)
        return numbers[0] if numbers else "0"


def _write(directory: Path, name: str, version: str, extras: Iterable[str]) -> str:
    import zipfile

    stem = f"{name.replace('-', '_')}-{version.replace('-', '_')}"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *extras]
    wheel = f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(directory / wheel, "w") as archive:
        # A fixed date: the same packages give the same bytes, and so the same lock.
        for member, text in (("METADATA", "\n".join(lines) + "\n"), ("WHEEL", _WHEEL), ("RECORD", "")):
            archive.writestr(zipfile.ZipInfo(f"{stem}.dist-info/{member}"), text)
    return wheel
