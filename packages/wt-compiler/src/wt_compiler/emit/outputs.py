"""Which expressions give the outputs of a sub-workflow, a mapping whose keys a spec may write as attributes."""

from __future__ import annotations

from wt_compiler.dag import Dag
from wt_compiler.values import Attribute, Constant, Index, Reference, Value

_DEEP = {"call": 0, "map": 1, "mapvalues": 2}
"""How many indices lead from what an instance returns to what one call does."""


def outputs_of(value: Value, dag: Dag) -> Dag | None:
    """The workflow whose outputs a value is.

    Args:
        value: The value.
        dag: The workflow in which it is written.

    Returns:
        The sub-workflow; None if the value is anything else.
    """
    deep = 0
    inner = value
    while isinstance(inner, Index):
        inner, deep = inner.owner, deep + 1
    if isinstance(inner, Reference):
        instance = next((each for each in dag.instances if each.id == inner.instance_id), None)
        if instance is None or instance.uses is None:
            return None
        if deep == _DEEP[instance.method]:
            return _named(instance.uses.dag)
    name = _name(value)
    owner = outputs_of(value.owner, dag) if isinstance(value, Attribute | Index) else None
    return outputs_of(owner.outputs.get(name), owner) if owner is not None and name is not None else None


def _named(dag: Dag) -> Dag | None:
    """The workflow whose outputs a workflow returns: itself, or the sub-workflow that is its last instance."""
    last = dag.instances[-1] if dag.instances else None
    if dag.outputs or last is None:
        return dag if dag.outputs else None
    return outputs_of(Reference(last.id, last.position), dag)


def _name(value: Value) -> str | None:
    if isinstance(value, Attribute):
        return value.name
    index = value.index if isinstance(value, Index) else None
    return index.value if isinstance(index, Constant) and isinstance(index.value, str) else None
