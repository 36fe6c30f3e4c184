"""In which order the steps of a list run: one after the other, or as `depends_on` says."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from wt_engine.errors import DefinitionError, suggestion
from wt_engine.warehouse.blocks import Parallel
from wt_engine.warehouse.tasks import Block, Nested, Task, read_block


@dataclass(frozen=True, slots=True)
class Arranged:
    """Steps in an order in which each comes after those that it waits for.

    Attributes:
        blocks: The steps.
        above: What each waits for, by place in `blocks`; empty for those that wait for what comes before the list.
        graph: Whether some step says what it depends on; else each waits for the one before it.
        concurrent: Whether several may run at the same time.
    """

    blocks: list[Block]
    above: list[list[int]]
    graph: bool
    concurrent: bool


def arrange(blocks: Sequence[Block]) -> Arranged:
    """Put the steps of a list in order.

    A step that says what it depends on waits for that and for nothing else; one that does not waits for all that comes
    before it, as in any list.

    Args:
        blocks: The steps, in the order in which they were given.

    Raises:
        DefinitionError: A step depends on one that does not exist, or on itself by way of others.
    """
    blocks = _side_by_side(blocks)
    if all(depends_on(block) is None for block in blocks):
        return Arranged(list(blocks), [], graph=False, concurrent=False)
    places = _places(blocks)
    wanted = [_wanted(block, places) for block in blocks]
    order = _sorted(blocks, wanted)
    position = {place: number for number, place in enumerate(order)}
    above: list[list[int]] = []
    used: set[int] = set()
    for number, place in enumerate(order):
        needs = wanted[place]
        found = [n for n in range(number) if n not in used] if needs is None else [position[need] for need in needs]
        used.update(found)
        above.append(found)
    chain = all(parents == ([number - 1] if number else []) for number, parents in enumerate(above))
    return Arranged([blocks[place] for place in order], above, graph=True, concurrent=not chain)


def depends_on(block: Block) -> tuple[str, ...] | None:
    """What a step says that it depends on; None if it says nothing."""
    if isinstance(block, Task):
        return block.settings.depends_on
    return block.depends_on if isinstance(block, Nested) else None


def _side_by_side(blocks: Sequence[Block]) -> list[Block]:
    """Neighbours that say `parallel=True` and depend on nothing in particular, as one `Parallel`."""
    found: list[Block] = []
    group: list[Block] = []
    for block in [*blocks, None]:
        if isinstance(block, Task) and block.settings.parallel and block.settings.depends_on is None:
            group.append(block)
            continue
        if group:
            found.append(Parallel(group) if len(group) > 1 else group[0])
            group = []
        if block is not None:
            found.append(block)
    return found


def _places(blocks: Sequence[Block]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, block in enumerate(blocks):
        if isinstance(block, Task | Nested):
            places.setdefault(block.name, place)
        elif isinstance(block, Parallel):
            for entry in map(read_block, block.steps):
                if isinstance(entry, Task | Nested):
                    places.setdefault(entry.name, place)
    return places


def _wanted(block: Block, places: dict[str, int]) -> list[int] | None:
    names = depends_on(block)
    if names is None:
        return None
    assert isinstance(block, Task | Nested)
    at = block.place if isinstance(block, Task) else None
    for name in names:
        if name == block.name:
            raise DefinitionError(f"Step '{block.name}' depends on itself", block.name, at)
        if name not in places:
            known = ", ".join(list(places)[:20])
            raise DefinitionError(
                f"Step '{block.name}' depends on unknown step '{name}'.{suggestion(name, places)} Steps: {known}",
                block.name,
                at,
            )
    return list(dict.fromkeys(places[name] for name in names))


def _sorted(blocks: Sequence[Block], wanted: Sequence[list[int] | None]) -> list[int]:
    """An order that respects what is wanted, and the list where that says nothing (Kahn 1962)."""
    waiting = [len(needs or ()) for needs in wanted]
    below: list[list[int]] = [[] for _ in blocks]
    for place, needs in enumerate(wanted):
        for need in needs or ():
            below[need].append(place)
    free = [place for place, count in enumerate(waiting) if not count]
    order: list[int] = []
    while free:
        place = heapq.heappop(free)
        order.append(place)
        for child in below[place]:
            waiting[child] -= 1
            if not waiting[child]:
                heapq.heappush(free, child)
    if len(order) < len(blocks):
        raise _cycle(blocks, wanted, set(range(len(blocks))) - set(order))
    return order


def _cycle(blocks: Sequence[Block], wanted: Sequence[list[int] | None], left: set[int]) -> DefinitionError:
    place = min(left)
    path: list[int] = []
    while place not in path:
        path.append(place)
        place = next(need for need in wanted[place] or () if need in left)
    names = [_name(blocks[one]) for one in [*path[path.index(place) :], place]]
    first = blocks[place]
    text = f"Circular dependency: {' -> '.join(names)} (each depends on the next)"
    return DefinitionError(text, names[0], first.place if isinstance(first, Task) else None)


def _name(block: Block) -> str:
    return block.name if isinstance(block, Task | Nested) else repr(block)
