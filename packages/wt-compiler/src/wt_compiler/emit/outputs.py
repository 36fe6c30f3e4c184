"""Which expressions give the outputs of a sub-workflow, a mapping whose keys a spec may write as attributes."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from wt_compiler.dag import Dag
from wt_compiler.values import Attribute, Constant, Expression, Index, LoopValue, Position, Reference, Value

_DEEP = {"call": 0, "map": 1, "mapvalues": 2, "loop": 0}
"""How many indices lead from what an instance returns to what one call does."""


class Outputs(NamedTuple):
    """What a sub-workflow returns that names it.

    Attributes:
        dag: The sub-workflow.
        path: Its id, behind those of the sub-workflows that it is inside of, each with a dot behind it.
    """

    dag: Dag
    path: str

    def named(self, name: str) -> Value:
        """The value that has a name; None if there is none."""
        return self.dag.outputs.get(name)


def outputs_of(value: Value, dag: Dag) -> Outputs | None:
    """The outputs that a value is.

    Args:
        value: The value.
        dag: The workflow in which it is written.

    Returns:
        Those of a sub-workflow; None if the value is anything else.
    """
    deep = 0
    inner = value
    while isinstance(inner, Index):
        inner, deep = inner.owner, deep + 1
    if isinstance(inner, Reference):
        if switch := dag.switches.get(inner.instance_id):
            found = [outputs_of(result, dag) for result in switch.results]
            return found[0] if found and not deep and all(found) else None
        instance = dag.by_id.get(inner.instance_id)
        if instance is None or instance.uses is None:
            return None
        if deep == _DEEP.get(instance.method):
            return _within(f"{instance.id}.", _returned(instance.uses.dag))
    taken = taken_from(value, dag)
    if taken is None:
        return None
    owner, name = taken
    return _within(owner.path, outputs_of(owner.named(name), owner.dag))


def taken_from(value: Value, dag: Dag) -> tuple[Outputs, str] | None:
    """The outputs of which a value is one, and its name."""
    if not isinstance(value, Attribute | Index):
        return None
    owner = outputs_of(value.owner, dag)
    index = value.index if isinstance(value, Index) else None
    constant = index.value if isinstance(index, Constant) else None
    name = value.name if isinstance(value, Attribute) else constant
    return (owner, name) if owner is not None and isinstance(name, str) else None


def after_a_round(value: Expression, instance_id: str) -> Expression:
    """A value that is taken from the last round of a loop, as if it were taken from what the loop returns."""
    if isinstance(value, LoopValue):
        return Reference(instance_id, value.position)
    if isinstance(value, Attribute | Index):
        return replace(value, owner=after_a_round(value.owner, instance_id))
    return value


def _returned(dag: Dag) -> Outputs | None:
    """The outputs that a workflow returns: its own, or those of the sub-workflow that is its last instance."""
    last = dag.last
    if dag.outputs or last is None:
        return Outputs(dag, "") if dag.outputs else None
    return outputs_of(Reference(last, Position(1, 1)), dag)


def _within(path: str, found: Outputs | None) -> Outputs | None:
    return found._replace(path=f"{path}{found.path}") if found is not None else None
