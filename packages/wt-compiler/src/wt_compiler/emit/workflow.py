"""Everything that the files of a workspace are made from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from wt_compiler.dag import Dag
from wt_compiler.emit.one_line import one_line
from wt_compiler.emit.part import Part
from wt_compiler.formatting import LINE_LENGTH
from wt_compiler.forms import Forms
from wt_compiler.installed import installed_version
from wt_compiler.names import Names
from wt_compiler.values import Call, EnvVariable, Expression, Secret

if TYPE_CHECKING:
    from wt_contracts.workflow_case import WorkflowCase
    from wt_envs.lock import AnyLock

    from wt_compiler.version import Stamp


class Workflow(Struct, frozen=True, dict=True):
    """What is emitted.

    Attributes:
        dag: The checked workflow.
        names: What it and its files are called.
        forms: Its parameter schemas.
        stamp: Its version and hashes.
        lock: Its environment; None if none was wanted.
        cases: The test cases that travel with the workspace, by name.
        pictured: Whether `graph.svg` and `graph.png` will stand beside the files.
    """

    dag: Dag
    names: Names
    forms: Forms
    stamp: Stamp
    lock: AnyLock | None = None
    cases: dict[str, WorkflowCase] = field(default_factory=dict)
    pictured: bool = True

    @property
    def compiler(self) -> str:
        """The version of wt-compiler that compiles."""
        return installed_version("wt-compiler") or "0"

    @property
    def is_conda(self) -> bool:
        """Whether its environment holds conda packages."""
        if self.lock is not None:
            from wt_envs.pixi_lock import PixiLock

            return isinstance(self.lock, PixiLock)
        from wt_envs.backend import backend_of

        return backend_of(self.dag.requirements) == "conda"

    @property
    def line_length(self) -> int:
        """How long the lines of the generated Python may be."""
        return LINE_LENGTH

    @property
    def title(self) -> str:
        """What the author calls the workflow, in one line."""
        return title_of(self.dag)

    @property
    def description(self) -> str:
        """What the author says of it; may be empty."""
        return str(self.dag.metadata.get("description") or "").strip()

    @property
    def part(self) -> Part:
        """The package of the workflow itself, which holds those of its sub-workflows."""
        return Part(self.dag, self.names.package, "", self.forms.params["properties"])

    @property
    def has_io(self) -> bool:
        """Whether any step reads from or writes to the outside."""
        return any(instance.task.is_io for dag in self.dag.parts for instance in dag.instances)

    @property
    def approvals(self) -> tuple[str, ...]:
        """The task instances that a person has to approve, in their order."""
        return tuple(self.dag.approvals)

    @property
    def resources(self) -> dict[str, str]:
        """What the calls of each step that asks for something ask for, as the inside of an inline table."""
        asked = {}
        for part in self.part.walk():
            for instance in part.dag.instances:
                given = instance.execution.resources
                amounts = {"cpu": given.cpu, "memory": given.memory, "gpu": given.gpu}
                if needs := ", ".join(f"{name} = {amount:.15g}" for name, amount in amounts.items() if amount):
                    asked[f"{part.path}{instance.id}"] = needs
        return asked

    @property
    def caches(self) -> bool:
        """Whether any step is cached."""
        return any(instance.execution.caches for dag in self.dag.parts for instance in dag.instances)

    @cached_property
    def env_vars(self) -> tuple[str, ...]:
        """The environment variables that the workflow cannot do without, sorted."""
        found = self._expressions
        replaced = {id(call.arguments[0]) for call in found if isinstance(call, Call) and call.function == "default"}
        return tuple(
            sorted({each.name for each in found if isinstance(each, EnvVariable) and id(each) not in replaced})
        )

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that the workflow reads, sorted."""
        return tuple(sorted({each.name for each in self._expressions if isinstance(each, Secret)}))

    @property
    def _expressions(self) -> list[Expression]:
        return [each for dag in self.dag.parts for each in dag.expressions]


def title_of(dag: Dag) -> str:
    """What the author calls a workflow, in one line."""
    name = dag.metadata.get("name")
    return one_line(str(name)) if name else dag.id.replace("_", " ").strip().capitalize()
