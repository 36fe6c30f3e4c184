"""From what the user wrote down to a plan: names become places, parameters become recipes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wt_engine.control import Stop
from wt_engine.definition import Draft, Function, Mode, Route, Target, name_of
from wt_engine.errors import DefinitionError, suggestion
from wt_engine.events import NodeKind
from wt_engine.injection import Recipe, answer_or_none, answer_source, item_source, value_source
from wt_engine.middleware import Middleware, leaves_retries, wrapped
from wt_engine.plan import STOP, Callee, Node, Plan, hook_callee

_ANSWER = "answer"
"""The parameter that gets what a suspended run is resumed with."""


class Assembly:
    """Puts a plan together.

    Args:
        drafts: The steps by name, in the order of their definition.
    """

    def __init__(self, drafts: Mapping[str, Draft]) -> None:
        self.drafts = list(drafts.values())
        self.index = {name: place for place, name in enumerate(drafts)}
        self._functions = {id(draft.function.call): draft.name for draft in self.drafts}
        self.edges: list[list[int]] = []
        self.parents: list[list[int]] = [[] for _ in self.drafts]
        self.workers: set[int] = set()
        self._wanted: set[int] = set()
        self._resolve()

    def _resolve(self) -> None:
        for place, draft in enumerate(self.drafts):
            targets = self._switch_targets(draft) if draft.kind is NodeKind.SWITCH else self._targets(draft)
            self.edges.append(targets)
            for target in targets:
                self.parents[target].append(place)
            if draft.each is not None:
                self.workers.add(self.find(draft, draft.each, "targets unknown step"))

    def _targets(self, draft: Draft) -> list[int]:
        return list(dict.fromkeys(self.find(draft, target, "targets unknown step") for target in draft.to))

    def _switch_targets(self, draft: Draft) -> list[int]:
        routes: Iterable[Route] = draft.routes.values() if isinstance(draft.routes, Mapping) else ()
        places = [self._route(draft, route, "routes to unknown step") for route in routes]
        if draft.default is not None:
            places.append(self._route(draft, draft.default, "has an unknown default route"))
        return list(dict.fromkeys(place for place in places if place != STOP))

    def _route(self, draft: Draft, route: Route, mistake: str) -> int:
        return STOP if isinstance(route, Stop) or route is Stop else self.find(draft, route, mistake)

    def find(self, draft: Draft, target: Target, mistake: str) -> int:
        """The place of a target.

        Raises:
            DefinitionError: There is no such step.
        """
        name = self._functions.get(id(target)) or name_of(target)
        if name in self.index:
            return self.index[name]
        known = ", ".join(sorted(self.index)[:20])
        raise DefinitionError(
            f"Step '{draft.name}' {mistake} '{name}'.{suggestion(name, self.index)} Available steps: {known}",
            draft.name,
            draft.function.place,
        )

    @property
    def roots(self) -> tuple[int, ...]:
        """The steps that nothing targets."""
        return tuple(p for p, parents in enumerate(self.parents) if not parents and p not in self.workers)

    def children(self, place: int) -> list[int]:
        """What a step may cause to run, the worker of a map included."""
        draft = self.drafts[place]
        return [*self.edges[place], *([self.find(draft, draft.each, "")] if draft.each is not None else [])]

    def plan(
        self,
        name: str,
        startup: Sequence[Function],
        shutdown: Sequence[Function],
        handler: Function | None,
        middleware: Sequence[Middleware] = (),
    ) -> Plan:
        """The plan, once everything is known to be right.

        Raises:
            DefinitionError: A parameter that nothing provides.
        """
        recipes = [self._recipe(place, draft) for place, draft in enumerate(self.drafts)]
        functions = [wrapped(draft, middleware, name) if middleware else draft.function for draft in self.drafts]
        nodes = tuple(
            self._node(place, draft, functions[place], recipes[place], own=not leaves_retries(middleware, draft))
            for place, draft in enumerate(self.drafts)
        )
        return Plan(
            name,
            nodes,
            dict(self.index),
            self.roots,
            tuple(map(hook_callee, startup)),
            tuple(map(hook_callee, shutdown)),
            hook_callee(handler) if handler else None,
        )

    def _recipe(self, place: int, draft: Draft) -> Recipe:
        sources = list(draft.function.parameters.sources)
        items: list[str] = []
        for name in draft.function.parameters.unknown:
            if name in self.index and self.index[name] != place:
                self._wanted.add(self.index[name])
                sources.append((name, value_source(self.index[name])))
            elif name == _ANSWER and place not in self.workers:
                sources.append((name, answer_or_none))
            else:
                items.append(name)
        if items and (place not in self.workers or len(items) > 1):
            raise self._unrecognized(draft, items)
        sources.extend((name, item_source) for name in items)
        for name in draft.function.parameters.optional:
            if name in self.index and self.index[name] != place:
                self._wanted.add(self.index[name])
                sources.append((name, value_source(self.index[name])))
            elif name == _ANSWER:
                sources.append((name, answer_source))
        required = frozenset(name for name, _ in sources) - set(draft.function.parameters.optional)
        return Recipe(tuple(sources), required)

    def _unrecognized(self, draft: Draft, names: list[str]) -> DefinitionError:
        near = "".join(suggestion(name, [*self.index, "state", "context", "token"]) for name in names)
        return DefinitionError(
            f"Step '{draft.name}' has unrecognized parameters: {', '.join(names)}.{near} A parameter is the state or "
            f"the context (by type or name), the token, the item of a map, or named after the step whose value it gets",
            draft.name,
            draft.function.place,
        )

    def _node(self, place: int, draft: Draft, function: Function, recipe: Recipe, *, own: bool) -> Node:
        return Node(
            index=place,
            name=draft.name,
            kind=draft.kind,
            callee=Callee(function.call, function.mode, recipe),
            successors=tuple(self.edges[place]),
            parents=tuple(self.parents[place]),
            plain=function.mode is Mode.AWAIT and draft.timeout is None and draft.need is None,
            keeps=draft.keeps or place in self._wanted,
            each=None if draft.each is None else self.find(draft, draft.each, ""),
            routes=self._routes(draft),
            default=None if draft.default is None else self._route(draft, draft.default, ""),
            pipeline=draft.pipeline,
            timeout=draft.timeout,
            retries=draft.retries if own else None,
            handler=hook_callee(draft.handler) if draft.handler else None,
            barrier_type=draft.barrier_type,
            barrier_timeout=draft.barrier_timeout,
            max_concurrency=draft.max_concurrency,
            executor=draft.executor,
            memory=draft.memory,
            need=draft.need,
            returns_data=draft.returns_data,
            place=draft.function.place,
        )

    def _routes(self, draft: Draft) -> Any:
        if not isinstance(draft.routes, Mapping):
            return draft.routes
        return {value: self._route(draft, route, "") for value, route in draft.routes.items()}
