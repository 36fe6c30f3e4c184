"""A spec as its author wrote it: the grammar's shape, names not yet resolved.

What could not be read is None, and was reported; later stages pass over it, so that all errors are found in one run.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct

from wt_compiler.dag import Override
from wt_compiler.document import Node
from wt_compiler.execution import Execution
from wt_compiler.findings import Findings
from wt_compiler.flow import Condition, Loop
from wt_compiler.values import Constant, Expression, Position, Value

if TYPE_CHECKING:
    from wt_contracts.diagnostics import Note
    from wt_envs.requirement import Requirement


class Name(NamedTuple):
    """A word of the author's, and where it stands."""

    text: str
    position: Position


class Required(NamedTuple):
    """A requirement.

    Attributes:
        requirement: What must be there.
        position: Where the spec says so; or where it uses another spec that does.
        note: Where it is written, which may be in another file.
    """

    requirement: Requirement
    position: Position
    note: Note


class Argument(NamedTuple):
    """An argument bound in `partial`: the value, and the node that it was read from."""

    name: Name
    value: Value
    node: Node


class MappingSpec(NamedTuple):
    """`map` or `mapvalues`."""

    method: Literal["map", "mapvalues"]
    argnames: tuple[Name, ...]
    argvalues: Value
    node: Node


class SkipifSpec(NamedTuple):
    """The conditions, by name, under which an instance is skipped."""

    conditions: tuple[Name, ...]
    unpack_depth: int


class Use(NamedTuple):
    """What an instance has instead of a task: another spec, as the author wrote its path.

    Attributes:
        path: The path, relative to the spec that uses it.
        spec: What is there; None if it could not be read.
    """

    path: Name
    spec: Spec | None


class ParameterSpec(NamedTuple):
    """A parameter of the workflow as a whole: its schema, and the node of its default."""

    name: Name
    schema: dict[str, Any]
    default: Node | None


class ApprovalSpec(NamedTuple):
    """What a person is asked before an instance runs."""

    reason: Value
    form: tuple[ParameterSpec, ...]
    position: Position


class CheckpointSpec(NamedTuple):
    """What a later run can begin behind: the name, and when it is kept."""

    name: Name | None
    when: Condition | None


class InstanceSpec(NamedTuple):
    """A task instance, or a sub-workflow, which has a spec in the place of the task."""

    id: Name | None
    title: str
    task: Name | None
    partial: tuple[Argument, ...]
    mapping: MappingSpec | None
    skipif: SkipifSpec | None
    when: Condition | None
    loop: Loop | None
    execution: Execution
    position: Position
    uses: Use | None = None
    approval: ApprovalSpec | None = None
    handler: InstanceSpec | None = None
    checkpoint: CheckpointSpec | None = None

    @property
    def callee(self) -> str:
        """What it calls, for a message."""
        if self.uses is not None:
            return f"the sub-workflow {self.uses.path.text!r}"
        return f"the task {self.task.text!r}" if self.task else "the task"

    @property
    def callee_position(self) -> Position:
        """Where it says what it calls."""
        name = self.uses.path if self.uses is not None else self.task
        return name.position if name else self.position

    @property
    def bound(self) -> frozenset[str]:
        """The names of the arguments that the spec binds."""
        mapped = self.mapping.argnames if self.mapping else ()
        return frozenset(name.text for name in (*(argument.name for argument in self.partial), *mapped))

    @property
    def conditional(self) -> bool:
        """Whether it is skipped under some condition."""
        return self.when is not None or (self.skipif is not None and bool(self.skipif.conditions))

    @property
    def values(self) -> list[Value]:
        """Everything of it that an expression can stand in: condition, loop, arguments, those of its handler."""
        handled = self.handler.arguments if self.handler else []
        return [*self.before, *(self.loop.values if self.loop else []), *self.arguments, *handled]

    @property
    def after(self) -> list[Value]:
        """What is evaluated once it has ended: the condition of its checkpoint."""
        return [self.checkpoint.when.expression] if self.checkpoint and self.checkpoint.when else []

    @property
    def as_one_step(self) -> str:
        """How all of a sub-workflow is one step, to follow on `cannot stand`; empty if its steps are steps."""
        how = f"in a {self.mapping.method!r}" if self.mapping else "in a 'loop'" if self.loop else ""
        keys = {
            "retry": self.execution.retry is not None,
            "timeout": self.execution.timeout is not None,
            "on-error": self.execution.skips_errors or self.handler is not None,
        }
        return how or next((f"under a {key!r}" for key, there in keys.items() if there), "")

    @property
    def before(self) -> list[Value]:
        """What is evaluated before its arguments: its condition, and what a person is asked."""
        return [*([self.when.expression] if self.when else []), *([self.approval.reason] if self.approval else [])]

    @property
    def arguments(self) -> list[Value]:
        """What its arguments are bound to, in order; what it maps over comes last."""
        mapped = [self.mapping.argvalues] if self.mapping else []
        return [*(argument.value for argument in self.partial), *mapped]


class CaseSpec(NamedTuple):
    """A branch of a switch.

    Attributes:
        label: What the branch is called.
        condition: When it is taken; None for the one that is taken otherwise.
        constants: What the value of the switch is compared with, where it has one.
        instances: Its task instances.
        result: What the switch gives if it is taken; None for nothing.
        position: Where it stands.
    """

    label: str
    condition: Expression | None
    constants: tuple[Constant, ...]
    instances: tuple[InstanceSpec, ...]
    result: Argument | None
    position: Position


class SwitchSpec(NamedTuple):
    """A choice between branches.

    Attributes:
        id: What others refer to.
        title: What people call it; empty if the author gave no name.
        on: The value that decides; None if each branch has a condition.
        cases: The branches; the one that is taken otherwise comes last.
        position: Where it stands.
    """

    id: Name | None
    title: str
    on: Expression | None
    cases: tuple[CaseSpec, ...]
    position: Position

    @property
    def instances(self) -> tuple[InstanceSpec, ...]:
        """The task instances of all branches."""
        return tuple(instance for case in self.cases for instance in case.instances)

    @property
    def total(self) -> bool:
        """Whether some branch is always taken."""
        return bool(self.cases) and self.cases[-1].condition is None

    @property
    def before(self) -> list[Value]:
        """What is evaluated before a branch is taken."""
        return [self.on] if self.on is not None else [case.condition for case in self.cases]

    @property
    def results(self) -> list[Value]:
        """What the branches give."""
        return [case.result.value for case in self.cases if case.result]


ItemSpec: TypeAlias = "InstanceSpec | GroupSpec | SwitchSpec"
"""An entry of a workflow."""


class GroupSpec(NamedTuple):
    """A task group."""

    title: Name | None
    description: str
    instances: tuple[InstanceSpec, ...]
    position: Position


class Spec(Struct, frozen=True, dict=True):
    """A whole spec.

    Attributes:
        id: Names the workflow.
        required: What its environment must hold, with what the specs that it uses require.
        requirements_position: Where that is written.
        metadata: Free, apart from the types of the well-known keys.
        params: Parameters of the workflow as a whole.
        outputs: What the workflow returns, by name; without any, what its last instance returns.
        overrides: Patches of the form.
        items: Instances, groups and switches in order.
        findings: What was found so far, and where to say more.
    """

    id: Name | None
    required: tuple[Required, ...]
    requirements_position: Position
    metadata: dict[str, Any]
    params: tuple[ParameterSpec, ...]
    outputs: tuple[Argument, ...]
    overrides: tuple[Override, ...]
    items: tuple[ItemSpec, ...]
    findings: Findings

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What its environment must hold."""
        return tuple(each.requirement for each in self.required)

    @property
    def values(self) -> list[Value]:
        """Everything that an expression can stand in."""
        bound = [value for instance in self.instances for value in (*instance.values, *instance.after)]
        chosen = [value for switch in self.switches for value in (*switch.before, *switch.results)]
        return [*bound, *chosen, *(output.value for output in self.outputs)]

    @cached_property
    def used(self) -> list[Spec]:
        """The specs of its sub-workflows, and of theirs, as far as they could be read; each once."""
        found: dict[int, Spec] = {}
        for instance in self.instances:
            if instance.uses is not None and instance.uses.spec is not None:
                sub = instance.uses.spec
                found.update({id(spec): spec for spec in (sub, *sub.used)})
        return [*found.values()]

    @property
    def text(self) -> str:
        """What is written in the spec, and in those that it uses."""
        return "\n".join(line for spec in (self, *self.used) for line in spec.findings.lines)

    @cached_property
    def size(self) -> int:
        """How many task instances there are, those of sub-workflows included."""
        inner = [instance.uses.spec for instance in self.instances if instance.uses is not None]
        return len(self.instances) - len(inner) + sum(spec.size for spec in inner if spec is not None)

    @cached_property
    def instances(self) -> list[InstanceSpec]:
        """All instances, groups and switches flattened, in order."""
        flat: list[InstanceSpec] = []
        for item in self.items:
            flat.extend((item,) if isinstance(item, InstanceSpec) else item.instances)
        return flat

    @property
    def last(self) -> Name | None:
        """The id of what the workflow returns if it has no outputs: the last instance, or the switch that it is in."""
        for item in reversed(self.items):
            if not isinstance(item, GroupSpec):
                own: Name | None = item.id
                return own
            if item.instances:
                return item.instances[-1].id
        return None

    @cached_property
    def switches(self) -> list[SwitchSpec]:
        """All switches, in order."""
        return [item for item in self.items if isinstance(item, SwitchSpec)]
