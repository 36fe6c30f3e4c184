"""What there is to look at in a run's result."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

_PAGES = (".html", ".htm")
_PICTURES = (".png", ".svg", ".jpg", ".jpeg")


def find_page(result: Any, directory: Path | None) -> str | None:
    """The URL of the first thing in a result that a browser shows.

    Args:
        result: What the workflow returned.
        directory: The local results directory, which relative paths in the result start from, if there is one.

    Returns:
        The URL of an HTML page if there is one, else of a picture or another web address; None if there is nothing.
        If the result names nothing, but the directory holds a page or picture, that.
    """
    urls = [url for text in _texts(result) if (url := _url_of(text, directory))]
    if not urls and directory is not None and directory.is_dir():
        urls = [path.as_uri() for path in sorted(directory.iterdir()) if path.suffix in _PAGES + _PICTURES]
    return next((url for url in urls if urlsplit(url).path.endswith(_PAGES)), urls[0] if urls else None)


def open_page(url: str) -> bool:
    """Show a URL in the person's browser; whether there is one."""
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def _url_of(text: str, directory: Path | None) -> str | None:
    if text.startswith(("http://", "https://")):
        return text if not any(character.isspace() for character in text) else None
    if not text.lower().endswith(_PAGES + _PICTURES) or "\n" in text or len(text) > 4096:
        return None
    path = Path(url2pathname(urlsplit(text).path)) if text.startswith("file:") else Path(text)
    for base in (directory, Path.cwd()):
        candidate = base / path if base is not None else path
        if candidate.is_file():
            return candidate.absolute().as_uri()
    return None
