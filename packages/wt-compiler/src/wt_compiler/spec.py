"""A spec as its author wrote it: the grammar's shape, names not yet resolved.

What could not be read is None, and was reported; later stages pass over it, so that all errors are found in one run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from wt_compiler.dag import Override
from wt_compiler.document import Node
from wt_compiler.execution import Execution
from wt_compiler.findings import Findings
from wt_compiler.flow import Condition
from wt_compiler.values import Position, Value

if TYPE_CHECKING:
    from wt_envs.requirement import Requirement


class Name(NamedTuple):
    """A word of the author's, and where it stands."""

    text: str
    position: Position


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


class InstanceSpec(NamedTuple):
    """A task instance."""

    id: Name | None
    title: str
    task: Name | None
    partial: tuple[Argument, ...]
    mapping: MappingSpec | None
    skipif: SkipifSpec | None
    when: Condition | None
    execution: Execution
    position: Position

    @property
    def conditional(self) -> bool:
        """Whether it is skipped under some condition."""
        return self.when is not None or (self.skipif is not None and bool(self.skipif.conditions))

    @property
    def values(self) -> list[Value]:
        """Everything of it that an expression can stand in: its condition, its arguments, what it maps over."""
        return [*([self.when.expression] if self.when else []), *self.arguments]

    @property
    def arguments(self) -> list[Value]:
        """What its arguments are bound to, in order; what it maps over comes last."""
        mapped = [self.mapping.argvalues] if self.mapping else []
        return [*(argument.value for argument in self.partial), *mapped]


class GroupSpec(NamedTuple):
    """A task group."""

    title: Name | None
    description: str
    instances: tuple[InstanceSpec, ...]
    position: Position


class ParameterSpec(NamedTuple):
    """A parameter of the workflow as a whole: its schema, and the node of its default."""

    name: Name
    schema: dict[str, Any]
    default: Node | None


@dataclass(frozen=True)
class Spec:
    """A whole spec.

    Attributes:
        id: Names the workflow.
        requirements: What its environment must hold.
        requirements_position: Where that is written.
        requirement_positions: Where each of them is written.
        metadata: Free, apart from the types of the well-known keys.
        params: Parameters of the workflow as a whole.
        outputs: What the workflow returns, by name; without any, what its last instance returns.
        overrides: Patches of the form.
        items: Instances and groups in order.
        findings: What was found so far, and where to say more.
    """

    id: Name | None
    requirements: tuple[Requirement, ...]
    requirements_position: Position
    requirement_positions: tuple[Position, ...]
    metadata: dict[str, Any]
    params: tuple[ParameterSpec, ...]
    outputs: tuple[Argument, ...]
    overrides: tuple[Override, ...]
    items: tuple[InstanceSpec | GroupSpec, ...]
    findings: Findings = field(repr=False)

    @property
    def values(self) -> list[Value]:
        """Everything that an expression can stand in."""
        bound = [value for instance in self.instances for value in instance.values]
        return [*bound, *(output.value for output in self.outputs)]

    @property
    def instances(self) -> list[InstanceSpec]:
        """All instances, groups flattened, in order."""
        flat: list[InstanceSpec] = []
        for item in self.items:
            flat.extend(item.instances if isinstance(item, GroupSpec) else (item,))
        return flat
