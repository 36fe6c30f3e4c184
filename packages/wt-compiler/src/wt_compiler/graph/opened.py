"""A workflow as it is drawn: the steps of sub-workflows stand among the others, and are joined with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wt_compiler.dag import Dag, Instance, Switch
from wt_compiler.emit.outputs import taken_from
from wt_compiler.graph.qualities import qualities
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.values import Expression, Parameter, Reference, Value, expressions, references


class Step(NamedTuple):
    """A task instance.

    Attributes:
        path: Its id, behind those of the sub-workflows that it is inside of.
        instance: The task instance.
        within: The sub-workflows that it is inside of, the outermost first.
    """

    path: str
    instance: Instance
    within: tuple[Instance, ...] = ()


class Frame(NamedTuple):
    """Steps that are drawn together: a group, or a sub-workflow.

    Attributes:
        title: What stands on it.
        parts: What is in it.
        instance: The sub-workflow, if it is one.
        details: What is said of a sub-workflow below its title.
    """

    title: str
    parts: tuple[Step | Frame, ...]
    instance: Instance | None = None
    details: tuple[str, ...] = ()


class Opened:
    """A workflow with its sub-workflows opened.

    Args:
        dag: The workflow.

    Attributes:
        parts: Steps and frames, in order.
        steps: All steps, in order.
        edges: What each step takes the results of, by path, in the order of first use.
    """

    def __init__(self, dag: Dag) -> None:
        self.parts = tuple(_parts(dag, "", ()))
        self.steps = [*_steps(self.parts)]
        edges: dict[str, dict[str, None]] = {step.path: {} for step in self.steps}
        for source, target in _edges(dag, ""):
            edges[target][source] = None
        self.edges: dict[str, tuple[str, ...]] = {path: tuple(sources) for path, sources in edges.items()}


def _parts(dag: Dag, prefix: str, within: tuple[Instance, ...]) -> Iterator[Step | Frame]:
    for item in dag.items:
        if isinstance(item, Instance):
            yield _part(item, prefix, within)
        elif isinstance(item, Switch):
            yield Frame(item.title or item.id, tuple(_branches(item, prefix, within)))
        else:
            yield Frame(item.title, tuple(_part(member, prefix, within) for member in item.instances))


def _branches(switch: Switch, prefix: str, within: tuple[Instance, ...]) -> Iterator[Frame]:
    for case in switch.cases:
        if case.instances:
            yield Frame(case.label, tuple(_part(member, prefix, within) for member in case.instances))


def _part(instance: Instance, prefix: str, within: tuple[Instance, ...]) -> Step | Frame:
    path = f"{prefix}{instance.id}"
    if instance.uses is None:
        return Step(path, instance, within)
    parts = tuple(_parts(instance.uses.dag, f"{path}.", (*within, instance)))
    return Frame(instance.title or instance.id, parts, instance, tuple(qualities(instance)))


def _steps(parts: tuple[Step | Frame, ...]) -> Iterator[Step]:
    for part in parts:
        if isinstance(part, Step):
            yield part
        else:
            yield from _steps(part.parts)


def _edges(dag: Dag, prefix: str) -> Iterator[tuple[str, str]]:
    for instance in dag.instances:
        path = f"{prefix}{instance.id}"
        deciding = _deciding(instance, dag)
        bindings = [(path, [*deciding, *instance.values])] if instance.uses is None else _into(instance, path, deciding)
        for target, values in bindings:
            for value in values:
                yield from ((source, target) for source in _sources(value, dag, prefix) if source != target)
        if instance.uses is not None:
            yield from _edges(instance.uses.dag, f"{path}.")


def _into(instance: Instance, path: str, deciding: list[Value]) -> Iterator[tuple[str, list[Value]]]:
    """What the steps of a sub-workflow get from around it; the first ones wait for its condition."""
    assert instance.uses is not None
    for place, value in _bindings(instance):
        yield from ((target, [value]) for target in _targets(instance, path, place))
    conditions = [*deciding, *([instance.when.expression] if instance.when else [])]
    if conditions:
        later = {target for _, target in _edges(instance.uses.dag, f"{path}.")}
        steps = (step.path for step in _steps(tuple(_parts(instance.uses.dag, f"{path}.", ()))))
        yield from ((step, conditions) for step in steps if step not in later)


def _bindings(instance: Instance) -> Iterator[tuple[str, Value]]:
    yield from instance.partial.items()
    if instance.mapping is not None:
        for name in instance.mapping.argnames:
            yield name, instance.mapping.argvalues


def _deciding(instance: Instance, dag: Dag) -> list[Value]:
    """What decides about a branch, for the first step in it."""
    if instance.branch is None:
        return []
    switch = dag.switches[instance.branch.switch]
    firsts = [case.instances[0].id for case in switch.cases if case.instances]
    return switch.conditions if instance.id in firsts else []


def _sources(value: Value, dag: Dag, prefix: str) -> Iterator[str]:
    """The steps whose results a value is made of; of a sub-workflow, those that make what is taken from it."""
    joined = any(reference.instance_id in dag.switches for reference in references(value))
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _sources(item, dag, prefix)
    elif not joined and (taken := taken_from(value, dag)) is not None:
        (owner, path), name = taken
        yield from _sources(owner.outputs.get(name), owner, f"{prefix}{path}")
    elif isinstance(value, Reference):
        yield from _giving(value.instance_id, dag, prefix)
    elif isinstance(value, Expression):
        for part in value.parts:
            yield from _sources(part, dag, prefix)


def _giving(name: str, dag: Dag, prefix: str) -> Iterator[str]:
    """The steps that make what an instance, or one of the branches of a switch, gives."""
    if name in dag.switches:
        yield from _sources(dag.switches[name].results, dag, prefix)
        return
    yield from _results(dag.by_id[name], f"{prefix}{name}")


def _results(instance: Instance, path: str) -> Iterator[str]:
    """The steps that make what an instance returns."""
    if instance.uses is None:
        yield path
        return
    dag = instance.uses.dag
    if dag.outputs:
        yield from _sources([*dag.outputs.values()], dag, f"{path}.")
    elif dag.last is not None:
        yield from _giving(dag.last, dag, f"{path}.")


def _targets(instance: Instance, path: str, place: str) -> Iterator[str]:
    """The steps that get what is bound at a place of an instance."""
    if instance.uses is None:
        yield path
        return
    key, _, name = place.partition(".")
    dag = instance.uses.dag
    if key != SHARED_KEY:
        yield from _targets(dag.by_id[key], f"{path}.{key}", name)
        return
    for inner in dag.instances:
        parts: Iterable[tuple[str, Value]] = [("", inner.values)] if inner.uses is None else _bindings(inner)
        for within, value in parts:
            if any(isinstance(each, Parameter) and each.name == name for each in expressions(value)):
                yield from _targets(inner, f"{path}.{inner.id}", within)
