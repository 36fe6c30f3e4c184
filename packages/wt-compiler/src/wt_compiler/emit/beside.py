"""What stands beside a step in a run module: its approval, the handler of its failures, its checkpoint."""

from __future__ import annotations

from collections.abc import Callable

from wt_compiler.dag import Instance
from wt_compiler.emit.expressions import FAILED
from wt_compiler.emit.literals import Literals, quoted
from wt_compiler.emit.module_names import added_names
from wt_compiler.emit.part import Part
from wt_compiler.emit.step import Asking, Handling, Keeping
from wt_compiler.values import (
    Approved,
    Call,
    Expression,
    Operation,
    Parameter,
    Prefixed,
    Reference,
    Value,
    expressions,
)


class Beside:
    """Writes what stands beside the steps of a workflow.

    Args:
        part: What is emitted.
        functions: The name of every function in the module, by the task's dotted path.
        answers: The names of the functions that ask people, by task instance.
        taken: The names that the module has already; those of what stands beside are added.
        literals: Writes values.
        parameters: Says what a function needs in whose body some values are written.

    Attributes:
        handlers: The names of the functions that handle failures, by task instance.
    """

    def __init__(
        self,
        part: Part,
        functions: dict[str, str],
        answers: dict[str, str],
        taken: set[str],
        literals: Literals,
        parameters: Callable[[list[Value]], tuple[str, ...]],
    ) -> None:
        instances = part.dag.instances
        self.handlers = added_names("failed", [each.id for each in instances if each.handler], taken)
        self._checkpoints = added_names("checkpoint", [each.id for each in instances if each.checkpoint], taken)
        self._part = part
        self._functions = functions
        self._answers = answers
        self._literals = literals
        self._parameters = parameters

    def handler(self, instance: Instance) -> Handling | None:
        """What stands in for a call of a step that fails."""
        handler = instance.handler
        if handler is None:
            return None
        arguments = [f"{name}={self._literals.source(value)}" for name, value in handler.partial.items()]
        return Handling(
            name=self.handlers[instance.id],
            task=self._functions[handler.task.dotted_path],
            partial=(f".partial({', '.join(arguments)})",) if arguments else (),
            is_async=handler.task.entry.is_async,
            call=instance.method != "call",
            parameters=self._parameters([*handler.partial.values()]),
        )

    def approval(self, instance: Instance, chosen: list[str]) -> Asking | None:
        """What a person is asked before a step; the function that asks gets all that the step gets.

        Args:
            instance: The step.
            chosen: What it gets of the switch that it is a branch of.
        """
        if instance.approval is None:
            return None
        name, dag = self._answers[instance.id], self._part.dag
        used = any(isinstance(each, Approved) and each.instance_id == instance.id for each in dag.expressions)
        others = [each for each in expressions(instance.own_values) if not _is_answer(each, instance.id)]
        given = [each for each in others if isinstance(each, Reference | Parameter | Approved)]
        return Asking(
            name=name,
            target=name if used else "",
            step=quoted(instance.id),
            path=quoted(f"{self._part.path}{instance.id}"),
            reason=self._literals.source(instance.approval.reason),
            form=self._literals.source({**instance.approval.form}),
            parameters=(*chosen, *self._parameters([*given])),
        )

    def checkpoint(self, instance: Instance) -> Keeping | None:
        """Where a later run can begin behind a step, which there is nothing behind if it is skipped."""
        checkpoint = instance.checkpoint
        if checkpoint is None:
            return None
        reached = checkpoint.when.expression if checkpoint.when else None
        if instance.skippable:
            there = _is_there(instance)
            reached = Operation("and", there, reached, instance.position) if reached else there
        return Keeping(
            function=self._checkpoints[instance.id],
            name=quoted(checkpoint.name),
            path=quoted(f"{self._part.path}{checkpoint.name}"),
            after=quoted(instance.id),
            reached=self._literals.source(reached) if reached else "",
            parameters=self._parameters([reached] if reached else []),
        )


def handled(handler: Handling | None) -> tuple[str, ...]:
    """What a sequential run puts into the chain of a step whose failures are handled."""
    if handler is None:
        return ()
    return (f".on_error(lambda {FAILED}: task({handler.task}).validate(){''.join(handler.partial)}.call())",)


def _is_answer(value: Expression, instance_id: str) -> bool:
    return isinstance(value, Approved) and value.instance_id == instance_id


def _is_there(instance: Instance) -> Expression:
    """That a step was not skipped."""
    at = instance.position
    return Prefixed("not", Call("skipped", (Reference(instance.id, at),), at), at)
