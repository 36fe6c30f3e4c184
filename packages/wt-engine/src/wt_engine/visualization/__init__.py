"""Pictures of pipelines.

- `visual_ast`: a picture as data. `drawing`: from a pipe to its picture; `jumps`: the edges that only its source knows.
- `renderer`: whoever turns pictures into text. `mermaid` does, in the colours of `theme`.
"""

from __future__ import annotations

from wt_engine.visualization.drawing import picture_of
from wt_engine.visualization.mermaid import MermaidRenderer, generate_mermaid_graph
from wt_engine.visualization.renderer import GraphRenderer
from wt_engine.visualization.theme import MermaidTheme
from wt_engine.visualization.visual_ast import (
    ParallelGroup,
    VisualAST,
    VisualEdge,
    VisualEdgeKind,
    VisualNode,
    VisualNodeKind,
)

__all__ = [
    "GraphRenderer",
    "MermaidRenderer",
    "MermaidTheme",
    "ParallelGroup",
    "VisualAST",
    "VisualEdge",
    "VisualEdgeKind",
    "VisualNode",
    "VisualNodeKind",
    "generate_mermaid_graph",
    "picture_of",
]
