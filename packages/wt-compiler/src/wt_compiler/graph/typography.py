"""The weights and sizes of the text in a drawn graph, which DOT's plain labels cannot say."""

from __future__ import annotations

import re

from wt_compiler.graph.palette import FAINT, FONT, GROUND

_NODE = re.compile(r'<g id="node\d+" class="node \w+ title(\d+)">.*?</g>', re.S)
_CLUSTER = re.compile(r'(<g id="clust\d+" class="cluster title(\d+)">.*?)((?:<text [^\n]*</text>\n)+)(</g>)', re.S)
_TEXT = re.compile(r"<text [^>]*>")
_FAMILY = f'font-family="{FONT}"'
_FAMILIES = f'font-family="{FONT}, Arial, Helvetica, sans-serif"'
_HALO = f' stroke="{GROUND}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'


def set_type(svg: str) -> str:
    """Make titles bold, details small, and put the groups' titles above the edges that cross them.

    Args:
        svg: What Graphviz made of the DOT text of `to_dot`.

    Returns:
        The document with its text set, and with fonts that stand in where the bundled one is not installed.
    """
    titles: list[str] = []

    def without_title(match: re.Match[str]) -> str:
        titles.append(_set(match[3], int(match[2]), _HALO))
        return match[1] + match[4]

    svg = _NODE.sub(lambda node: _set(node[0], int(node[1])), _CLUSTER.sub(without_title, svg))
    head, end, tail = svg.rpartition("</g>\n</svg>")
    return f"{head}{''.join(titles)}{end}{tail}".replace(_FAMILY, _FAMILIES)


def _set(texts: str, bold: int, more: str = "") -> str:
    """Texts of which the first lines are a title, and the others details."""
    count = 0

    def style(text: re.Match[str]) -> str:
        nonlocal count
        count += 1
        if count <= bold:
            return text[0].replace("<text ", f'<text font-weight="bold"{more} ', 1)
        small = re.sub(r' font-size="[^"]*"', ' font-size="9.50"', text[0])
        return re.sub(r' fill="[^"]*"', f' fill="{FAINT}"', small).replace("<text ", f"<text{more} ", 1)

    return _TEXT.sub(style, texts)
