"""The versions of installed packages."""

from __future__ import annotations

import os
import re
import sys

_SUFFIX = ".dist-info"


def installed_version(name: str) -> str | None:
    """The version of an installed package; None if it is not installed.

    It stands in the name of the directory `<name>-<version>.dist-info`
    (https://packaging.python.org/specifications/recording-installed-packages/). `importlib.metadata` knows older forms
    as well, which takes it 30 ms; it is asked only if there is no such directory.

    Args:
        name: The package's name, in any spelling that indexes accept.
    """
    prefix = re.sub(r"[-_.]+", "_", name).lower() + "-"
    for directory in sys.path:
        try:
            entries = os.listdir(directory or ".")  # noqa: PTH208  pathlib would cost more than the scan
        except OSError:
            continue
        for entry in entries:
            if entry.endswith(_SUFFIX) and entry.lower().startswith(prefix):
                return entry[len(prefix) : -len(_SUFFIX)]
    return _from_metadata(name)


def _from_metadata(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None
