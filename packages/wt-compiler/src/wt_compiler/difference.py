"""What changes between two specs: structure, parameters, environment, and which part of the version that raises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from wt_compiler.dag import Dag, Instance
from wt_compiler.emit.expressions import written
from wt_compiler.execution import Execution, Retry
from wt_compiler.fingerprint import structure
from wt_compiler.forms import Forms, open_parameters
from wt_compiler.graph.qualities import period, size
from wt_compiler.values import Value

if TYPE_CHECKING:
    from wt_envs.requirement import Requirement

Part = Literal["structure", "parameters", "execution", "environment", "presentation"]
Sign = Literal["+", "-", "~"]


class Change(NamedTuple):
    """One change.

    Attributes:
        part: What it belongs to.
        sign: `+` for new, `-` for gone, `~` for other than before.
        text: What has changed, in words.
    """

    part: Part
    sign: Sign
    text: str


class Difference(NamedTuple):
    """All changes, and what they mean for the version.

    Attributes:
        changes: The changes, by part.
        bump: `breaking` if the workflows are not interchangeable: the major part of the version, or the minor one while
            the major is 0. `patch` if anything else differs, else `none`.
    """

    changes: list[Change]
    bump: Literal["none", "patch", "breaking"]


class Side(NamedTuple):
    """A checked workflow with its forms, and the text of its spec."""

    dag: Dag
    forms: Forms
    text: str


def compare(old: Side, new: Side) -> Difference:
    """Compare two workflows.

    Args:
        old: The one before.
        new: The one after.
    """
    changes = [*_structure(old.dag, new.dag), *_parameters(old, new), *_execution(old.dag, new.dag)]
    changes += [*_environment(old.dag, new.dag), *_presentation(old, new)]
    if structure(old.dag, old.forms.params) != structure(new.dag, new.forms.params):
        return Difference(changes, "breaking")
    return Difference(changes, "none" if old.text == new.text else "patch")


def _structure(old: Dag, new: Dag) -> Iterator[Change]:
    if old.id != new.id:
        yield Change("structure", "~", f"the id {old.id!r} is {new.id!r} now")
    before, after = (dict(dag.walk()) for dag in (old, new))
    for name, instance in after.items():
        if name not in before:
            yield Change("structure", "+", f"{name} ({_called(instance)})")
    for name, instance in before.items():
        if name not in after:
            yield Change("structure", "-", f"{name} ({_called(instance)})")
        else:
            for text in _instance(instance, after[name]):
                yield Change("structure", "~", f"{name}: {text}")
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        yield Change("structure", "~", "the order of the instances")
    yield from _named("structure", "the branch", _branches(old, ""), _branches(new, ""))
    yield from _named("structure", "the output", _outputs(old, ""), _outputs(new, ""))


def _outputs(dag: Dag, prefix: str) -> dict[str, Value]:
    """All outputs, in the same way."""
    found = {f"{prefix}{name}": value for name, value in dag.outputs.items()}
    for instance in dag.instances:
        if instance.uses is not None:
            found |= _outputs(instance.uses.dag, f"{prefix}{instance.id}.")
    return found


def _branches(dag: Dag, prefix: str) -> dict[str, Value]:
    """All branches of switches: when they are taken, what is in them, and what they give."""
    found: dict[str, Value] = {}
    for switch in dag.switches.values():
        for case in switch.cases:
            steps: list[Value] = [instance.id for instance in case.instances]
            found[f"{prefix}{switch.id}.{case.label}"] = [case.condition, steps, case.result]
    for instance in dag.instances:
        if instance.uses is not None:
            found |= _branches(instance.uses.dag, f"{prefix}{instance.id}.")
    return found


def _called(instance: Instance) -> str:
    """What an instance calls; of a sub-workflow, wherever its spec is, the id."""
    return instance.uses.dag.id if instance.uses is not None else instance.task.dotted_path


def _instance(old: Instance, new: Instance) -> Iterator[str]:
    if _called(old) != _called(new):
        yield f"the {'sub-workflow' if old.uses and new.uses else 'task'} {_called(old)} is {_called(new)} now"
    for name in [*old.bound, *sorted(new.bound - old.bound)]:
        if name not in new.bound:
            yield f"{name} is not bound any more"
        elif name not in old.bound:
            yield f"{name} is bound now"
        elif written(old.partial.get(name)) != written(new.partial.get(name)):
            yield f"{name} is bound to something else"
    if old.method != new.method:
        yield f"'{old.method}' is '{new.method}' now"
    elif old.mapping and new.mapping:
        if old.mapping.argnames != new.mapping.argnames:
            yield f"it is mapped over {', '.join(new.mapping.argnames)} instead of {', '.join(old.mapping.argnames)}"
        if written(old.mapping.argvalues) != written(new.mapping.argvalues):
            yield "it is mapped over something else"
    if old.method == new.method and written(_rounds(old)) != written(_rounds(new)):
        yield "its rounds are others"
    if old.execution.skips_errors != new.execution.skips_errors:
        yield "a failure is skipped now" if new.execution.skips_errors else "a failure is not skipped any more"
    for take, words in _OPTIONAL:
        before, after = take(old), take(new)
        if before != after:
            yield words[0] if before is None else words[1] if after is None else words[2]


def _rounds(instance: Instance) -> list[Value]:
    return [*instance.loop.values, instance.loop.most] if instance.loop else []


def _handler(instance: Instance) -> object:
    handler = instance.handler
    return (handler.task.dotted_path, written(handler.partial)) if handler else None


def _form(instance: Instance) -> object:
    return instance.approval.form if instance.approval else None


def _checkpoint(instance: Instance) -> object:
    checkpoint = instance.checkpoint
    return (checkpoint.name, written(checkpoint.when and checkpoint.when.expression)) if checkpoint else None


def _when(instance: Instance) -> object:
    return written(instance.when.expression) if instance.when else None


def _conditions(instance: Instance) -> object:
    skipif = instance.skipif
    return ([use.dotted_path for use in skipif.conditions], skipif.unpack_depth) if skipif else None


_OPTIONAL: Final = (
    (
        _handler,
        ("a failure is handled now", "a failure is not handled any more", "a failure is handled in another way"),
    ),
    (_form, ("it waits for an approval now", "it waits for no approval any more", "another approval is asked for")),
    (_checkpoint, ("it has a checkpoint now", "it has no checkpoint any more", "its checkpoint is another one")),
    (_when, ("it runs under a condition now", "it runs in any case now", "it runs under another condition")),
    (
        _conditions,
        ("it may be skipped now", "it is not skipped any more", "it is skipped under other conditions"),
    ),
)
"""What an instance may have, and what is said if it is new, gone or another one."""


def _parameters(old: Side, new: Side) -> Iterator[Change]:
    yield from _named("parameters", "", _flat(old), _flat(new))


def _flat(side: Side) -> dict[str, Any]:
    """Every parameter by its place in a file of parameters: its schema, and whether it is required."""
    found = open_parameters(side.forms.params, side.dag)
    return {f"{each.step}.{each.name}": {**each.schema, "required": each.required} for each in found}


def _execution(old: Dag, new: Dag) -> Iterator[Change]:
    """How instances are run that both have; none of it makes the workflows other ones."""
    after = dict(new.walk())
    for name, instance in old.walk():
        if name not in after:
            continue
        given = [_settings(each.execution) for each in (instance, after[name])]
        keys = [key for key in {**given[0], **given[1]} if given[0].get(key) != given[1].get(key)]
        if keys:
            yield Change("execution", "~", f"{name}: {', '.join(_key(key, *given) for key in keys)}")


def _settings(execution: Execution) -> dict[str, Any]:
    """What is said of it, as a spec says it."""
    usual = Retry(0)._asdict()
    retry, resources = execution.retry._asdict() if execution.retry else {}, execution.resources
    settings = {
        **{f"retry.{key}": value for key, value in retry.items() if value != usual[key]},
        "timeout": execution.timeout and period(execution.timeout),
        **{f"resources.{key}": value for key, value in resources._asdict().items()},
        "resources.memory": resources.memory and size(resources.memory),
        "cache": execution.caches or None,
    }
    return {key: value for key, value in settings.items() if value is not None}


def _environment(old: Dag, new: Dag) -> Iterator[Change]:
    before, after = ({r.name: _given(r) for r in dag.requirements} for dag in (old, new))
    yield from _named("environment", "", before, after)


def _presentation(old: Side, new: Side) -> Iterator[Change]:
    if old.dag.metadata != new.dag.metadata:
        yield Change("presentation", "~", "the metadata")
    if old.forms.layout != new.forms.layout:
        yield Change("presentation", "~", "the groups of the form")
    titles = [{path: instance.title for path, instance in side.dag.walk()} for side in (old, new)]
    for name in titles[0].keys() & titles[1].keys():
        if titles[0][name] != titles[1][name]:
            yield Change("presentation", "~", f"{name}: the title {titles[0][name]!r} is {titles[1][name]!r} now")


def _named(part: Part, what: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    prefix = f"{what} " if what else ""
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield Change(part, "-", f"{prefix}{name}")
        elif name not in old:
            yield Change(part, "+", f"{prefix}{name}")
        elif isinstance(old[name], dict) and isinstance(new[name], dict):
            keys = [key for key in sorted({*old[name], *new[name]}) if old[name].get(key) != new[name].get(key)]
            if keys:
                yield Change(part, "~", f"{prefix}{name}: {', '.join(_key(key, old[name], new[name]) for key in keys)}")
        elif written(old[name]) != written(new[name]):
            yield Change(part, "~", f"{prefix}{name}")


def _key(key: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    before, after = (json.dumps(side[key], ensure_ascii=False) if key in side else None for side in (old, new))
    if before is None:
        return f"{key} {after} (new)"
    return f"{key} {before} (gone)" if after is None else f"{key} {after} (was {before})"


def _given(requirement: Requirement) -> dict[str, Any]:
    return {key: value for key, value in asdict(requirement).items() if value is not None}
