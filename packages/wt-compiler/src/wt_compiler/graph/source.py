"""Where a graph to draw comes from: a spec, or a workspace that holds its text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_compiler.graph.dot import to_dot
from wt_compiler.graph.mermaid import to_mermaid

if TYPE_CHECKING:
    from wt_compiler.dag import Dag
    from wt_compiler.environment import TaskSource

DOT_FILE = "graph.dot"
MERMAID_FILE = "graph.mmd"


class GraphText(NamedTuple):
    """A graph in both languages, and the workflow itself if it was read from a spec."""

    dot: str
    mermaid: str
    dag: Dag | None = None


def of_spec(
    path: Path, source: TaskSource, progress: Callable[[str], None] | None = None
) -> tuple[GraphText, list[Diagnostic]]:
    """The graph of a spec.

    Args:
        path: The spec.yaml.
        source: Where to learn what the task libraries offer.
        progress: Is told what is being done.

    Returns:
        The graph, and what the check warned of.

    Raises:
        DiagnosticError: If the spec has mistakes.
    """
    from wt_compiler.reading import read_checked

    spec, dag = read_checked(path, source, progress)
    return GraphText(to_dot(dag), to_mermaid(dag), dag), spec.findings.sorted


def of_workspace(directory: Path) -> GraphText:
    """The graph of a compiled workspace.

    Args:
        directory: The workspace.

    Raises:
        DiagnosticError: If it is none.
    """
    try:
        texts = [(directory / name).read_text(encoding="utf-8") for name in (DOT_FILE, MERMAID_FILE)]
    except (OSError, UnicodeDecodeError):
        raise DiagnosticError(
            Diagnostic(
                code=Code.NOT_A_WORKSPACE,
                message=f"{str(directory)!r} is no compiled workspace: it has no {DOT_FILE}",
                file=str(directory),
                hint="name a spec.yaml, or a directory that `wt compile` wrote",
            )
        ) from None
    return GraphText(texts[0], texts[1])
