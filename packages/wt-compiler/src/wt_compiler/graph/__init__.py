"""The picture of a workflow: DOT and Mermaid text by us, SVG by Graphviz in WebAssembly, PNG from the SVG."""

from __future__ import annotations

MOST_DRAWN = 300
"""A graph of more instances is not drawn by a compile: nobody can read it, and it takes long. `wt graph` draws it."""


class NotDrawnError(Exception):
    """The picture could not be made; says why in one line."""
