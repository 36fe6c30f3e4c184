"""A lock in the words of other tools."""

from __future__ import annotations

import re
from pathlib import Path

from wt_envs.lock import AnyLock, Lock


def export(lock: AnyLock) -> str:
    """Write what is installed on this platform for `pip install -r`, or for `conda create --file`.

    Args:
        lock: The lock.

    Returns:
        Of a lock of uv, pins `name==version`, one a line. Of one with conda packages, an explicit list: the URL of each
        package with its MD5, and what comes from PyPI as comments.
    """
    if isinstance(lock, Lock):
        return "".join(f"{name}=={version}\n" for name, version in lock.packages)
    lines = ["@EXPLICIT"]
    for kind, location in lock.locations():
        if kind == "conda":
            found = re.search(rf"^- conda: {re.escape(location)}\n(?:  .*\n)*?  md5: (\w+)$", lock.text, re.MULTILINE)
            url = location if "://" in location else Path(location).as_uri()
            lines.append(f"{url}#{found[1]}" if found else url)
        else:
            lines.append(f"# pip: {location}")
    return "\n".join(lines) + "\n"
