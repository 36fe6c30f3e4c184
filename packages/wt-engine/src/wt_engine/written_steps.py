"""The steps of a workflow as they are written, made drafts: what each gets, what it waits for, what it is called."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Final

from wt_engine.approvals import ASKED, answered, asking
from wt_engine.checkpoints import CHECKPOINT, keeping, seeing
from wt_engine.definition import BarrierType, Draft, Function, describe_function
from wt_engine.drafting import check_count, check_options, draft
from wt_engine.errors import DefinitionError, place_of
from wt_engine.events import NodeKind
from wt_engine.gate import GATE, gated
from wt_engine.injection import Parameters, context_source, item_source
from wt_engine.rounds import LOOP, ROUND, beginning
from wt_engine.scope import Scope, Written
from wt_engine.step_functions import FAILURES, await_call, handling, make_call, nothing
from wt_engine.step_values import kept_source

ON_THE_LOOP: Final[Mapping[str, Any]] = {"executor": "inline"}
"""The options of a step that takes no time."""

SUB: Final = "sub"
"""The method of what decides whether the steps of a sub-workflow run."""

_UNTOLD: Final = ("value", "approval", "checkpoint")


class WrittenSteps:
    """Gathers steps.

    Attributes:
        drafts: Each step with its options, by name.
        methods: How each step is called that a run tells of: `call`, `map`, `mapvalues`, `loop` or `SUB`.
        gates: For steps that may be skipped together, the one that decides: they are told of as that one.
        checkpoints: The steps that keep a checkpoint: what it is called, and after which step.
        scope: What the parameters of the next function mean.
    """

    def __init__(self) -> None:
        self.drafts: dict[str, Draft] = {}
        self.methods: dict[str, str] = {}
        self.gates: dict[str, str] = {}
        self.checkpoints: dict[str, tuple[str, str]] = {}
        self.scope = Scope({})
        self._places: dict[str, int] = {}

    @property
    def lasting(self) -> dict[str, int]:
        """The steps whose value a checkpoint keeps, and their places: all that call tasks or ask people."""
        told = {name for name, method in self.methods.items() if method != SUB}
        return {
            name: place
            for name, place in self._places.items()
            if name in told or (self.drafts[name].keeps and not self.drafts[name].returns_data)
        }

    def place(self, written: Written, scope: Scope | None = None) -> None:
        """Add a step, and those of the workflow that it uses, whose parameters mean something else.

        Args:
            written: The step.
            scope: What its parameters mean, if it stands in another workflow.

        Raises:
            DefinitionError: A parameter names no earlier step, or an option is wrong.
        """
        scope = scope or self.scope
        self._add(written, scope)
        if written.steps is None:
            return
        own = written.function.__name__
        gate = written.name if written.may_skip else scope.gate
        if written.may_skip:
            self.methods[written.name] = SUB
        inner = Scope({}, scope.names[own], gate)
        for each in written.steps or (Written("value", nothing, nothing.__name__, ON_THE_LOOP),):
            named = f"{written.name}.{each.checkpoint}" if each.checkpoint else None
            self.place(each._replace(name=f"{written.name}.{each.name}", checkpoint=named), inner)
        assert inner.last is not None
        scope.names[own] = inner.last

    def _add(self, written: Written, scope: Scope) -> None:
        method, function, name, options, limit = written[:5]
        if name in self.drafts:
            raise DefinitionError(f"Step '{name}' is already registered", name, place_of(function))
        parents = scope.parents(function, name)
        called = self._called(written, scope, parents)
        kind = NodeKind.STEP if limit is None else NodeKind.MAP
        each = None if limit is None else f"{name}.{ROUND if method == LOOP else 'element'}"
        if limit is not None:
            check_count("max_concurrency", limit, 1)
        own: Mapping[str, Any] = options if each is None else {}
        shared = {"barrier_timeout": None, "barrier_type": BarrierType.ALL, "each": each, "max_concurrency": limit}
        handler = options.get("on_error")
        wanted = {} if handler is None else scope.parents(handler, f"{name}.on_error", FAILURES)
        handles = None if handler is None else handling(handler, self._parameters(wanted))
        drafted = draft(kind, name, called, [], handles if each is None else None, {**shared, **own})
        check_options(drafted)
        drafted.returns_data, drafted.keeps = written.form is None, True
        before = [each for each, other in self.drafts.items() if other.keeps] if method == "checkpoint" else []
        self._keep(name, drafted, [*parents.values(), *wanted.values(), *before])
        if each is not None:
            self._add_worker(each, written.awaits or inspect.iscoroutinefunction(function), options, handles)
        if method not in _UNTOLD:
            self.methods[name] = method
        if method != "checkpoint":
            scope.names[function.__name__] = name

    def _called(self, written: Written, scope: Scope, parents: dict[str, str | None]) -> Function:
        """What a step calls; one that may be skipped gets another parent."""
        function, name = written.function, written.name
        call = beginning(function) if written.method == LOOP else function
        if written.form is not None:
            call = asking(name.removesuffix(ASKED), function, written.form)
        if written.checkpoint is not None:
            after = name.removesuffix(CHECKPOINT)
            self.checkpoints[name] = (written.checkpoint, after)
            call = keeping(written.checkpoint, after, self.lasting, function)
        if scope.gate is not None:
            parents[GATE] = self.gates[name] = scope.gate
            call = gated(call)
        parameters = self._parameters(parents)
        if written.form is not None:
            parameters = answered(parameters)
        return describe_function(call, seeing(parameters) if written.checkpoint is not None else parameters)

    def _keep(self, name: str, drafted: Draft, parents: Iterable[str | None]) -> None:
        self._places[name] = len(self.drafts)
        self.drafts[name] = drafted
        for parent in dict.fromkeys(parents):
            if parent is not None:
                self.drafts[parent].to.append(name)

    def _add_worker(self, name: str, awaits: bool, options: Mapping[str, Any], handler: Function | None) -> None:
        called = describe_function(await_call if awaits else make_call, Parameters((("call", item_source),), (), ()))
        shared = {"barrier_timeout": None, "barrier_type": BarrierType.ALL}
        worker = draft(NodeKind.STEP, name, called, [], handler, {**shared, **options})
        check_options(worker)
        worker.returns_data = True
        self._keep(name, worker, ())

    def _parameters(self, parents: Mapping[str, str | None]) -> Parameters:
        sources = [
            (parameter, context_source if parent is None else kept_source(parent, self._places[parent]))
            for parameter, parent in parents.items()
        ]
        return Parameters(tuple(sources), (), ())
