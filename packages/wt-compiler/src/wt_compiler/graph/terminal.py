"""A workflow as a graph in a terminal: a line an instance, a lane a result that is still needed."""

from __future__ import annotations

from wt_compiler.dag import Dag
from wt_compiler.emit.one_line import one_line
from wt_compiler.graph.opened import Opened, Step
from wt_compiler.graph.qualities import qualities


def to_terminal(dag: Dag) -> str:
    """The graph of a workflow as text.

    Args:
        dag: The workflow.

    Returns:
        One line an instance, in order: lanes to the left, then its id, its task and how it is called.
    """
    opened = Opened(dag)
    last_use = {source: place for place, sources in enumerate(opened.edges.values()) for source in sources}
    lanes: list[str | None] = []
    rows = [_row(path, sources, place, lanes, last_use) for place, (path, sources) in enumerate(opened.edges.items())]
    width = max((len(row) for row in rows), default=0)
    ids = max((len(step.path) for step in opened.steps), default=0)
    labels = [_label(step, ids) for step in opened.steps]
    return "\n".join(f"{row:{width}}  {label}".rstrip() for row, label in zip(rows, labels, strict=True))


def _row(path: str, sources: tuple[str, ...], place: int, lanes: list[str | None], last_use: dict[str, int]) -> str:
    """The lanes beside an instance; they are changed to what they are below it."""
    taken = [lane for lane, name in enumerate(lanes) if name in sources]
    ending = [lane for lane in taken if last_use[lanes[lane] or ""] == place]
    free = [lane for lane, name in enumerate(lanes) if name is None]
    own = (ending or free or [len(lanes)])[0]
    if own == len(lanes):
        lanes.append(None)
    low, high = min([own, *taken]), max([own, *taken])
    cells = []
    for lane, name in enumerate(lanes):
        crossed = low < lane < high
        if lane == own:
            cell = "●"
        elif lane in taken:
            cell = _joint(lane in ending, lane == low, lane == high)
        else:
            cell = ("┼" if crossed else "│") if name else ("─" if crossed else " ")
        cells.append(cell + ("─" if low <= lane < high else " "))
    for lane in ending:
        lanes[lane] = None
    lanes[own] = path if last_use.get(path, place) > place else None
    while lanes and lanes[-1] is None:
        lanes.pop()
    return "".join(cells).rstrip()


def _joint(ends: bool, leftmost: bool, rightmost: bool) -> str:
    if leftmost:
        return "└" if ends else "├"
    if rightmost:
        return "┘" if ends else "┤"
    return "┴" if ends else "┼"


def _label(step: Step, width: int) -> str:
    instance = step.instance
    words = [f"{step.path:{width}}", instance.task.entry.function_name]
    words += [f"({use.id}: {', '.join(said)})" for use in step.within if (said := qualities(use))]
    if instance.branch:
        words.append(f"({instance.branch.switch}: {instance.branch.case})")
    words += [f"({quality})" for quality in qualities(instance)]
    if instance.skippable and not instance.branch and not instance.when:
        words.append("(may be skipped)")
    if instance.task.is_io:
        words.append("(io)")
    return one_line(" ".join(words)) if width == 0 else f"{words[0]}  {one_line(' '.join(words[1:]))}"
