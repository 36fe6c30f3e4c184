"""SVG to PNG with a bundled font, so that the picture is the same on every machine."""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path

from wt_compiler.graph import NotDrawnError
from wt_compiler.graph.palette import FONT

FONTS = Path(__file__).parent.parent / "fonts"
ZOOM = 1.5
MOST_PIXELS = 1_000_000
"""Large graphs are drawn at less than `ZOOM` pixels a CSS pixel: drawing takes a tenth of a second a million pixels."""

_SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')


def load() -> None:
    """Load the drawing library, ahead of its use.

    Raises:
        NotDrawnError: If it cannot be loaded.
    """
    try:
        import resvg_py  # noqa: F401 - the import is all that is wanted
    except (ImportError, OSError) as error:
        raise NotDrawnError(f"the drawing library cannot be loaded: {error}") from error


def to_png(svg: str) -> bytes:
    """Draw an SVG that Graphviz made.

    Args:
        svg: The document.

    Returns:
        A PNG file, two pixels a CSS pixel as long as that is not too large.

    Raises:
        NotDrawnError: If it cannot be drawn.
    """
    load()
    import resvg_py

    size = _SIZE.search(svg)
    if size is None:
        raise NotDrawnError("the picture has no size")
    width, height = (float(points) * 96 / 72 for points in size.groups())
    zoom = min(ZOOM, sqrt(MOST_PIXELS / max(width * height, 1.0)))
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                width=max(1, round(width * zoom)),
                dpi=96.0,
                background="white",
                skip_system_fonts=True,
                font_files=[str(FONTS / f"{FONT}-{weight}.ttf") for weight in ("Regular", "Bold")],
                font_family=FONT,
                sans_serif_family=FONT,
            )
        )
    except ValueError as error:
        raise NotDrawnError(f"the picture cannot be drawn: {error}") from error
