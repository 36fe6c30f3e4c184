"""Whoever turns pictures into text."""

from __future__ import annotations

from typing import Protocol

from wt_engine.visualization.visual_ast import VisualAST


class GraphRenderer(Protocol):
    """Draws pictures of pipelines, for `Pipe.graph(renderer)`."""

    def render(self, picture: VisualAST) -> str:
        """The picture as text."""
