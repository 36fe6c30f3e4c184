"""The compiler's only intermediate form: a checked workflow, every name resolved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct, field
from wt_contracts.registry import RegistryEntry

from wt_compiler.execution import AS_USUAL, Execution
from wt_compiler.findings import Findings
from wt_compiler.flow import Condition, Loop
from wt_compiler.override_path import split
from wt_compiler.values import Approved, Expression, Position, Reference, Value, expressions

if TYPE_CHECKING:
    from wt_envs.requirement import Requirement


class TaskUse(Struct, frozen=True):
    """A registered function, and the name that the generated code imports it under.

    Attributes:
        dotted_path: Public module path and function name; unique among all tasks.
        alias: The function name, or `<name>_<n>` when several modules expose that name.
        entry: What the registry says of it.
    """

    dotted_path: str
    alias: str
    entry: RegistryEntry

    @property
    def is_io(self) -> bool:
        """Whether the task reads from or writes to the outside, and is replaced in mock runs."""
        return "io" in self.entry.metadata.tags


class Mapping(Struct, frozen=True):
    """Calls once an element (`map`) or once a key (`mapvalues`)."""

    method: Literal["map", "mapvalues"]
    argnames: tuple[str, ...]
    argvalues: Value


class Skipif(Struct, frozen=True):
    """When an instance is skipped; `conditions` may be empty."""

    conditions: tuple[TaskUse, ...]
    unpack_depth: int


class Approval(Struct, frozen=True):
    """What a person is asked before an instance runs.

    Attributes:
        reason: What the person is to look at.
        form: The JSON schema of each thing that can be filled in; one without a default is required.
    """

    reason: Value
    form: dict[str, dict[str, Any]]


class Checkpoint(Struct, frozen=True):
    """Where a later run can begin: behind an instance, and all that stand before it.

    Attributes:
        name: What it is called.
        when: When it is kept; None for always.
    """

    name: str
    when: Condition | None


class Handler(Struct, frozen=True):
    """What stands in for a call that fails for good.

    Attributes:
        task: The function.
        partial: Its arguments.
    """

    task: TaskUse
    partial: dict[str, Value]


class SubWorkflow(Struct, frozen=True):
    """Another workflow as a step of this one.

    Attributes:
        path: The spec that it was read from, relative to the one that uses it.
        dag: The workflow.
        findings: What is found in that spec.
    """

    path: str
    dag: Dag
    findings: Findings


class Branch(NamedTuple):
    """Where an instance stands that runs only if its branch of a switch is taken.

    Attributes:
        switch: The switch.
        case: The label of the branch.
    """

    switch: str
    case: str


class Instance(Struct, frozen=True, dict=True):
    """One step: a task with some of its arguments bound, or a sub-workflow with some of its parameters bound.

    Attributes:
        id: The identifier that other instances refer to.
        title: What forms call it; empty if the author gave no name.
        task: The function; of a sub-workflow, which has none, what a task would say of itself that does the same.
        partial: Arguments bound in the spec.
        mapping: How it is mapped, or None for a single call.
        skipif: When it is skipped, after the spec's defaults were applied; None for never.
        when: What has to hold for it to run; None for always.
        loop: How often it calls the task; None for a single call or a map.
        approval: What a person is asked before it runs, if one is.
        handler: What stands in for a call that fails for good, if something does.
        checkpoint: Where a later run can begin, if it can behind this instance.
        execution: How it is run.
        position: Where it stands in the spec.
        uses: The sub-workflow, if it is one.
        branch: The branch that it stands in, if it does.
    """

    id: str
    title: str
    task: TaskUse
    partial: dict[str, Value]
    mapping: Mapping | None
    skipif: Skipif | None
    position: Position
    execution: Execution = AS_USUAL
    when: Condition | None = None
    approval: Approval | None = None
    handler: Handler | None = None
    uses: SubWorkflow | None = None
    branch: Branch | None = None
    loop: Loop | None = None
    checkpoint: Checkpoint | None = None

    @property
    def method(self) -> Literal["call", "map", "mapvalues", "loop"]:
        """How it calls its task."""
        return "loop" if self.loop else self.mapping.method if self.mapping else "call"

    @cached_property
    def bound(self) -> frozenset[str]:
        """The arguments that the spec binds, which therefore appear in no form."""
        return frozenset(self.partial) | frozenset(self.mapping.argnames if self.mapping else ())

    @property
    def values(self) -> list[Value]:
        """Everything of it that an expression can stand in: conditions, loop, arguments, those of its handler."""
        return [*self.own_values, *(self.handler.partial.values() if self.handler else []), *self.after]

    @property
    def after(self) -> list[Value]:
        """What is evaluated once it has ended: the condition of its checkpoint."""
        return [self.checkpoint.when.expression] if self.checkpoint and self.checkpoint.when else []

    @property
    def own_values(self) -> list[Value]:
        """What it takes before it ends, apart from its handler."""
        before: list[Value] = [self.when.expression] if self.when else []
        before += [self.approval.reason] if self.approval else []
        before += self.loop.values if self.loop else []
        return [*before, *self.partial.values(), *([self.mapping.argvalues] if self.mapping else [])]

    @property
    def tasks(self) -> tuple[TaskUse, ...]:
        """Every function that it may call: its own, its conditions, its handler; none in a sub-workflow."""
        own = () if self.uses else (self.task,)
        return (*own, *(self.skipif.conditions if self.skipif else ()), *([self.handler.task] if self.handler else []))

    @property
    def conditional(self) -> bool:
        """Whether it is skipped under some condition."""
        own = self.when is not None or self.branch is not None
        return own or (self.skipif is not None and bool(self.skipif.conditions))

    @property
    def skippable(self) -> bool:
        """Whether it may be skipped, by a condition or because it fails."""
        return self.conditional or self.execution.skips_errors

    @property
    def inlined(self) -> bool:
        """Whether it is a sub-workflow whose steps stand beside those around it: it is called once, not by a task."""
        awaited = self.skipif is not None and any(each.entry.is_async for each in self.skipif.conditions)
        usual = self.execution == AS_USUAL and self.handler is None
        return self.uses is not None and self.method == "call" and not awaited and usual

    @cached_property
    def dependencies(self) -> tuple[str, ...]:
        """The ids of the instances whose results or approvals it takes, each once, in the order of first use."""
        taken = (each.instance_id for each in expressions(self.values) if isinstance(each, Reference | Approved))
        return tuple(dict.fromkeys(name for name in taken if name != self.id))


class Case(Struct, frozen=True):
    """A branch of a switch.

    Attributes:
        label: What it is called.
        condition: When it is taken; None for the one that is taken otherwise.
        instances: Its steps.
        result: What the switch gives if it is taken.
    """

    label: str
    condition: Expression | None
    instances: tuple[Instance, ...]
    result: Value


class Switch(Struct, frozen=True, dict=True):
    """A choice between branches, of which one runs.

    Attributes:
        id: What others refer to.
        title: What people call it; empty if the author gave no name.
        cases: The branches; the one that is taken otherwise comes last.
        position: Where it stands in the spec.
    """

    id: str
    title: str
    cases: tuple[Case, ...]
    position: Position

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """The steps of all branches."""
        return tuple(instance for case in self.cases for instance in case.instances)

    @property
    def total(self) -> bool:
        """Whether some branch is always taken."""
        return self.cases[-1].condition is None

    @property
    def conditions(self) -> list[Value]:
        """When the branches are taken."""
        return [case.condition for case in self.cases if case.condition is not None]

    @property
    def results(self) -> list[Value]:
        """What the branches give."""
        return [case.result for case in self.cases]


class Group(Struct, frozen=True):
    """Instances that a form shows together; presentation only."""

    title: str
    description: str
    instances: tuple[Instance, ...]
    position: Position


class Override(Struct, frozen=True):
    """One patch of `rjsf.json`: a path in one section, and the value to put there.

    Attributes:
        section: Which part of the form.
        path: Where in it, as `wt_compiler.override_path` reads it.
        value: What to put there.
        position: Where the spec says so.
    """

    section: Literal["properties", "$defs", "uiSchema"]
    path: str
    value: Any
    position: Position

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return split(self.path)


class Dag(Struct, frozen=True, dict=True):
    """A workflow that passed every check.

    Attributes:
        id: The spec's id.
        items: Instances, groups and switches in the order of the spec, which is an order of execution.
        requirements: What the environment must hold.
        metadata: Name, description, licence and whatever else the author wrote there.
        overrides: Patches of the form's schema, in order.
        params: The schema of each parameter of the workflow as a whole; one without a default is required.
        outputs: What the workflow returns, by name; without any, what its last instance returns.
    """

    id: str
    items: tuple[Instance | Group | Switch, ...]
    requirements: tuple[Requirement, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    params: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """All instances, groups and switches flattened, in order."""
        flat: list[Instance] = []
        for item in self.items:
            flat.extend((item,) if isinstance(item, Instance) else item.instances)
        return tuple(flat)

    @cached_property
    def by_id(self) -> dict[str, Instance]:
        """The instances by their ids."""
        return {instance.id: instance for instance in self.instances}

    @cached_property
    def switches(self) -> dict[str, Switch]:
        """All switches by their ids, in order."""
        return {item.id: item for item in self.items if isinstance(item, Switch)}

    @property
    def last(self) -> str | None:
        """The id of what the workflow returns if it has no outputs: the last instance, or the switch that it is in."""
        ids = (
            item.id if not isinstance(item, Group) else item.instances[-1].id
            for item in reversed(self.items)
            if not isinstance(item, Group) or item.instances
        )
        return next(ids, None)

    @cached_property
    def parts(self) -> tuple[Dag, ...]:
        """The workflow itself and its sub-workflows, and theirs."""
        inner = (part for each in self.instances if each.uses is not None for part in each.uses.dag.parts)
        return (self, *inner)

    @cached_property
    def steps(self) -> dict[str, str]:
        """What a run tells of, by its name: the dotted path of its task, or the spec of what it uses.

        The instances of a sub-workflow that is opened stand behind the id of the sub-workflow; one that is
        skipped as a whole is told of by its own id.
        """
        found: dict[str, str] = {}
        for each in self.instances:
            if each.uses is None:
                found[each.id] = each.task.dotted_path
            elif each.inlined:
                found |= {f"{each.id}.{name}": task for name, task in each.uses.dag.steps.items()}
            else:
                found[each.id] = each.uses.path
        return found

    @property
    def skippable_steps(self) -> tuple[str, ...]:
        """What a run may tell of as skipped."""
        return tuple(dict.fromkeys([*self.steps, *(path for path, each in self.walk() if each.uses is not None)]))

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Instance]]:
        """All instances, those of sub-workflows behind the sub-workflow and its id."""
        for each in self.instances:
            yield f"{prefix}{each.id}", each
            if each.uses is not None:
                yield from each.uses.dag.walk(f"{prefix}{each.id}.")

    @property
    def approvals(self) -> dict[str, dict[str, Any]]:
        """The task instances that a person has to approve, in their order, and what can be filled in."""
        return {path: each.approval.form for path, each in self.walk() if each.approval is not None}

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """Every expression of the workflow, also those that are parts of others."""
        values: list[Value] = [value for instance in self.instances for value in instance.values]
        values += [value for switch in self.switches.values() for value in (*switch.conditions, *switch.results)]
        return tuple(expressions([*values, *self.outputs.values()]))

    @cached_property
    def tasks(self) -> tuple[TaskUse, ...]:
        """Every function that is used, conditions included, each once, sorted by dotted path; not in sub-workflows."""
        uses = {use.dotted_path: use for instance in self.instances for use in instance.tasks}
        return tuple(uses[path] for path in sorted(uses))
