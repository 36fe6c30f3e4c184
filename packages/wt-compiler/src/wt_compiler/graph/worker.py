"""The process that draws: DOT on standard input, SVG and PNG on standard output.

Its argument is the directory where the compiled Graphviz is kept. Of this package it imports only what draws.

Drawing holds the interpreter's lock for a good part of a second; beside the compiler, not inside it, it costs nothing.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main() -> None:
    """Draw one graph; what stops that is said on standard error, with exit code 1."""
    gc.disable()  # it ends before any garbage could matter
    from wt_compiler.graph import NotDrawnError
    from wt_compiler.graph.graphviz import Graphviz
    from wt_compiler.graph.raster import load, to_png
    from wt_compiler.graph.typography import set_type

    try:
        graphviz = Graphviz(Path(sys.argv[1]))
        load()
        svg = set_type(graphviz.to_svg(sys.stdin.buffer.read().decode()))
        png = to_png(svg)
    except NotDrawnError as error:
        sys.stderr.write(str(error))
        raise SystemExit(1) from None
    text = svg.encode()
    sys.stdout.buffer.write(len(text).to_bytes(8, "big") + text + png)
    gc.freeze()  # nor is it looked for at the end
