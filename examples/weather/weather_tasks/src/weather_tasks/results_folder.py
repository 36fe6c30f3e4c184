"""The folder that results are written to."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname


def results_folder(location: str) -> Path:
    """The folder that a path or a `file://` URL names; it is created if it does not exist.

    Args:
        location: What `WT_RESULTS` holds.

    Raises:
        ValueError: If the location is a URL of another kind.
    """
    parts = urlsplit(location)
    # A Windows path such as C:\results looks like a URL whose scheme is one letter.
    if parts.scheme == "file":
        folder = Path(url2pathname(parts.path))
    elif len(parts.scheme) > 1:
        raise ValueError(f"this example writes to folders only, not to {parts.scheme}:// (got {location})")
    else:
        folder = Path(location)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()
