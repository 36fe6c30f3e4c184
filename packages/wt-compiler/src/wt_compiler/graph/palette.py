"""The font and the colours of pictures."""

from __future__ import annotations

FONT = "Arimo"
"""Bundled; as wide as Arial and Helvetica, whose widths Graphviz knows and every browser can stand in with."""

INK, FAINT, LINE = "#1f2933", "#52606d", "#7b8794"
FRAME, GROUND = "#d3dae2", "#fafbfc"
KINDS = {"plain": ("#f5f7fa", "#9aa5b1"), "io": ("#e3f0fc", "#2f7dc4"), "mapped": ("#fdf3e1", "#d19a2e")}
"""Fill and border of a node: an ordinary step, one that reads or writes, one that is called for each element."""
