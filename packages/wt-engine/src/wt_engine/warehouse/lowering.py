"""From a list of steps to a plan: sequences become chains, conditions switches, loops edges that come back."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wt_engine.definition import Mode
from wt_engine.errors import DefinitionError
from wt_engine.events import NodeKind
from wt_engine.injection import Recipe, Source, answer_source, value_source
from wt_engine.plan import NOWHERE, Around, Callee, Node, Plan
from wt_engine.run import Settings
from wt_engine.warehouse import callees
from wt_engine.warehouse.blocks import Background, Condition, For, Parallel
from wt_engine.warehouse.calling import ANSWER, ITERATION, AsyncStepCall, StepCall, Wants, check_travels, step_call
from wt_engine.warehouse.checkpoints import tell_of_unreached
from wt_engine.warehouse.merging import MergePolicy
from wt_engine.warehouse.order import Arranged, arrange
from wt_engine.warehouse.surroundings import Beside, Surrounded, Surroundings, merge_only
from wt_engine.warehouse.tasks import Block, Nested, StepSettings, Task, read_block, retries_of

Tail = tuple[int, Any]
"""Where control comes from: a step, and for a switch the value by which it goes there."""

_ALWAYS: Any = object()
_ROUND: Any = object()
_ENDS: Any = object()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the list a step stands.

    Attributes:
        loop: The place of the innermost loop around it in the same plan.
        shared: Whether other steps may run at the same time on the same warehouse.
        policy: What becomes of what it returns: see `For`.
    """

    loop: int | None = None
    shared: bool = False
    policy: MergePolicy = "last_wins"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A part of a pipeline that runs as a pipeline of its own.

    Attributes:
        name: What it is called.
        plan: Its plan.
        settings: What was decided for its runs.
    """

    name: str
    plan: Plan
    settings: Settings

    def prepared(self) -> tuple[Plan, Settings]:
        """The plan and the settings."""
        return self.plan, self.settings


@dataclass(slots=True)
class _Draft:
    """A node that is being connected."""

    node: Node
    successors: dict[int, None] = field(default_factory=dict)
    parents: dict[int, None] = field(default_factory=dict)
    returns: set[int] = field(default_factory=set)
    routes: dict[Any, int] = field(default_factory=dict)


class Lowering:
    """Builds the plan of a list of steps.

    Args:
        name: The pipeline's name.
        defaults: What counts for steps that do not say it themselves.
        around: What stands around every step.
        settings: What was decided for the runs.
    """

    def __init__(self, name: str, defaults: StepSettings, around: Surroundings, settings: Settings) -> None:
        self._name = name
        self._defaults = defaults
        self._around = around
        self._settings = settings
        self._drafts: list[_Draft] = []
        self._index: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._workers: set[int] = set()
        self._shared = False

    def plan(self, entries: Sequence[Any], last: Sequence[Any] = ()) -> Plan:
        """The plan of a list of entries.

        Args:
            entries: What was given to the pipeline.
            last: What runs after all of it.

        Raises:
            DefinitionError: Something about it is wrong.
        """
        tails = self._list(entries, [], Scope())
        self._list(last, tails, Scope(shared=self._shared))
        nodes = tuple(self._finished(draft) for draft in self._drafts)
        roots = tuple(n.index for n in nodes if not n.parents and n.index not in self._workers)
        return Plan(self._name, nodes, dict(self._index), roots, shutdown=self._last_words())

    def _last_words(self) -> tuple[Callee, ...]:
        if not self._around.checkpoints:
            return ()
        tell = functools.partial(tell_of_unreached, self._around.checkpoints)
        return (Callee(tell, Mode.AWAIT, Recipe((("run", callees.the_run),))),)

    def _finished(self, draft: _Draft) -> Node:
        node = draft.node
        changes: dict[str, Any] = {
            "successors": tuple(draft.successors),
            "parents": tuple(draft.parents),
            "returns": frozenset(draft.returns),
        }
        if node.kind is NodeKind.SWITCH and isinstance(node.routes, callees.GoOn):
            changes["routes"] = callees.GoOn(self._drafts[draft.routes[_ROUND]].node.name)
            changes["default"] = draft.routes.get(_ENDS, NOWHERE)
        elif node.kind is NodeKind.SWITCH:
            changes["routes"] = {side: draft.routes.get(side, NOWHERE) for side in (True, False)}
        return replace(node, **changes)

    def _list(self, entries: Sequence[Any], tails: list[Tail], scope: Scope) -> list[Tail]:
        arranged = arrange([read_block(entry) for entry in entries])
        if arranged.concurrent:
            self._shared = True
            scope = replace(scope, shared=True)
        if not arranged.graph:
            for block in arranged.blocks:
                tails = self._block(block, tails, scope)
            return tails
        return self._graph(arranged, tails, scope)

    def _graph(self, arranged: Arranged, tails: list[Tail], scope: Scope) -> list[Tail]:
        start = self._plainly(tails, "fork") if len(tails) > 1 or any(key is not _ALWAYS for _, key in tails) else tails
        ends: list[list[Tail]] = []
        used: set[int] = set()
        for block, above in zip(arranged.blocks, arranged.above, strict=True):
            used.update(above)
            came = [tail for place in above for tail in ends[place]] if above else start
            left = self._block(block, came, scope)
            ends.append(left if all(key is _ALWAYS for _, key in left) else self._plainly(left, "join"))
        return [tail for place, left in enumerate(ends) if place not in used for tail in left]

    def _block(self, block: Block, tails: list[Tail], scope: Scope) -> list[Tail]:
        if isinstance(block, Task):
            return self._connect(tails, self._task(block, scope))
        if isinstance(block, Nested):
            return self._connect(tails, self._nested(block.name, block.pipeline, scope))
        if isinstance(block, Condition):
            return self._condition(block, tails, scope)
        if isinstance(block, For):
            return self._for(block, tails, scope)
        if isinstance(block, Parallel):
            return self._parallel(block, tails, scope) if block.steps else tails
        return self._background(block, tails, scope)

    def _add(self, name: str, kind: NodeKind, callee: Callee, **more: Any) -> int:
        place = len(self._drafts)
        own = name
        while own in self._index:
            self._counts[name] = self._counts.get(name, 1) + 1
            own = f"{name}#{self._counts[name]}"
        self._index[own] = place
        plain = callee.mode is Mode.AWAIT and more.get("timeout") is None and more.get("around") is None
        self._drafts.append(_Draft(Node(place, own, kind, callee, (), (), plain, more.pop("keeps", False), **more)))
        return place

    def _connect(self, tails: list[Tail], place: int) -> list[Tail]:
        for source, key in tails:
            self._drafts[source].successors[place] = None
            self._drafts[source].routes[key] = place
            self._drafts[place].parents[source] = None
        return [(place, _ALWAYS)]

    def _plainly(self, tails: list[Tail], name: str) -> list[Tail]:
        """Let control come from one step that does nothing, where it may go on to several."""
        return self._connect(
            tails, self._add(name, NodeKind.STEP, Callee(callees.do_nothing, Mode.AWAIT, Recipe(())), merges=True)
        )

    def _task(self, task: Task, scope: Scope, base: Source | None = None, *, process: bool = False) -> int:
        call, mode = step_call(task, scope.policy)
        if process:
            check_travels(call)
            mode = Mode.PROCESS
        source = base or functools.partial(callees.view_for, mode is Mode.THREAD, scope.shared)
        around: Around | None = Surrounded(task, self._around) if _asked_for(self._around) else merge_only
        if around is merge_only and isinstance(call, AsyncStepCall) and base is None and not scope.shared:
            call.alone, source, around = True, callees.the_state, None
        return self._add(
            task.name,
            NodeKind.STEP,
            Callee(call, mode, self._recipe(call, source, scope)),
            timeout=self._defaults.timeout if task.settings.timeout is None else task.settings.timeout,
            retries=retries_of(task.settings, self._defaults),
            place=task.place,
            merges=base is None,
            around=around,
        )

    def _recipe(self, call: StepCall, source: Source, scope: Scope) -> Recipe:
        sources: list[tuple[str, Source]] = [("warehouse", source)]
        sources += [
            (parameter.name, _provided(parameter.name, scope))
            for parameter in call.parameters or ()
            if parameter.wants is Wants.RUN
        ]
        return Recipe(tuple(sources))

    def _condition(self, block: Condition, tails: list[Tail], scope: Scope) -> list[Tail]:
        name = f"if {_shown(block.expression)}"
        ask = functools.partial(callees.ask, block.test)
        callee = Callee(ask, Mode.AWAIT, Recipe((("state", callees.the_state),)))
        place = self._add(name, NodeKind.SWITCH, callee, routes={}, merges=True)
        self._connect(tails, place)
        left = self._list(block.branch_true, [(place, True)], scope)
        return left + self._list(block.branch_false, [(place, False)], scope)

    def _for(self, block: For, tails: list[Tail], scope: Scope) -> list[Tail]:
        what = [] if block.iterations is None else [f"{block.iterations} times"]
        what += [] if block.test is None else [f"while {_shown(block.validation_expression)}"]
        place = len(self._drafts)
        ask = functools.partial(callees.next_round, block)
        recipe = Recipe((("state", callees.the_state), ("last", value_source(place))))
        callee = Callee(ask, Mode.AWAIT, recipe)
        self._add(f"for {' '.join(what)}", NodeKind.SWITCH, callee, keeps=True, routes=callees.GoOn(""), merges=True)
        self._connect(tails, place)
        inner = replace(scope, loop=place, policy=block.merge_policy)
        for source, key in self._list(block.steps, [(place, _ROUND)], inner):
            self._drafts[source].successors[place] = None
            self._drafts[source].routes[key] = place
            self._drafts[place].returns.add(source)
        return [(place, _ENDS)]

    def _parallel(self, block: Parallel, tails: list[Tail], scope: Scope) -> list[Tail]:
        place = self._add(
            "parallel",
            NodeKind.MAP,
            Callee(functools.partial(callees.deal, len(block.steps)), Mode.AWAIT, Recipe(())),
            max_concurrency=block.max_workers,
            merges=True,
        )
        self._connect(tails, place)
        team = [self._worker(read_block(entry), block, scope) for entry in block.steps]
        self._workers.update(team)
        names = [self._drafts[worker].node.name for worker in team]
        gather = functools.partial(callees.gather_team, block.merge_policy, names, self._around)
        draft = self._drafts[place]
        draft.node = replace(draft.node, each=team[0], team=tuple(team), gather=gather)
        return [(place, _ALWAYS)]

    def _worker(self, block: Block, owner: Parallel, scope: Scope) -> int:
        if isinstance(block, Task):
            source = callees.fork_elsewhere if owner.use_processes else callees.fork
            return self._task(block, replace(scope, policy="last_wins"), source, process=owner.use_processes)
        if owner.use_processes:
            raise DefinitionError(f"Parallel(use_processes=True) takes functions, not {type(block).__name__}")
        if isinstance(block, Nested):
            return self._nested(block.name, block.pipeline, scope, worker=True)
        name = f"branch {len(self._drafts)}"
        inner = Lowering(name, self._defaults, self._around, self._settings)
        plan = inner.plan([block])
        return self._nested(name, Compiled(name, plan, self._settings), scope, worker=True)

    def _nested(self, name: str, pipeline: Any, scope: Scope, *, worker: bool = False) -> int:
        begin = functools.partial(callees.begin_child, scope.shared or worker)
        callee = Callee(begin, Mode.AWAIT, Recipe((("base", callees.the_state), ("iteration", _iteration(scope)))))
        gather = functools.partial(callees.gather_child, self._around)
        return self._add(name, NodeKind.SUB, callee, pipeline=pipeline, gather=gather, merges=not worker)

    def _background(self, block: Background, tails: list[Tail], scope: Scope) -> list[Tail]:
        if any(key is not _ALWAYS for _, key in tails):
            tails = self._plainly(tails, "fork")
        task = read_block(block.step)
        if not isinstance(task, Task):
            raise DefinitionError(f"Background takes a function, not {type(task).__name__}")
        place = self._task(task, replace(scope, shared=True), callees.snapshot)
        draft = self._drafts[place]
        assert draft.node.around is not None
        draft.node = replace(draft.node, around=Beside(draft.node.around, capture=block.capture_error), merges=True)
        self._connect(tails, place)
        return tails


def _asked_for(around: Surroundings) -> bool:
    return bool(around.pre or around.post or around.captures or around.checkpoints)


def _shown(test: Any) -> str:
    text = test if isinstance(test, str) else str(getattr(test, "__name__", "condition"))
    return text if len(text) <= 60 else text[:57] + "..."


def _provided(name: str, scope: Scope) -> Source:
    return _iteration(scope) if name == ITERATION else answer_source if name == ANSWER else callees.the_token


def _iteration(scope: Scope) -> Source:
    return callees.outer_iteration if scope.loop is None else value_source(scope.loop)
