"""The run modules: `run.py`, a function for each step, and `run_sequential.py`, an assignment for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from wt_compiler.dag import Dag, Group, Instance, Switch
from wt_compiler.emit.beside import Beside, handled
from wt_compiler.emit.comment import harmless
from wt_compiler.emit.execution import ExecutionSource
from wt_compiler.emit.expressions import SENTINEL, SHARED, ExpressionSource
from wt_compiler.emit.imports import Import, statements
from wt_compiler.emit.literals import Literals, quoted
from wt_compiler.emit.machinery import CONCURRENT, SEQUENTIAL, for_calls, for_engine, subs
from wt_compiler.emit.module_names import (
    INDEX,
    INPUTS,
    ROUNDS,
    SKIPS,
    SUB_WORKFLOW,
    added_names,
    case_of,
    function_names,
    machinery_of,
    variable_names,
)
from wt_compiler.emit.one_line import one_line
from wt_compiler.emit.outputs import after_a_round, outputs_of
from wt_compiler.emit.part import Part, sub_name
from wt_compiler.emit.step import Choice, Guard, Join, LoopSource, Outputs, Step
from wt_compiler.emit.templating import render
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.values import (
    Approved,
    EnvVariable,
    Expression,
    Parameter,
    Prefixed,
    Reference,
    Secret,
    Value,
    expressions,
)

_ASKS_FOR_SKIPS = re.compile(rf" is (not )?{SENTINEL}\b")


class RunModule:
    """Chooses the names of the run module and writes its steps.

    Args:
        part: What is emitted.

    Attributes:
        part: What is emitted.
        functions: The name of every function in the module, by the task's dotted path.
    """

    def __init__(self, part: Part) -> None:
        self.part = part
        self._dag: Dag = part.dag
        self._visible = part.visible
        self._execution = ExecutionSource(self._dag)
        machinery = machinery_of(self._dag) | self._execution.names
        self.functions = function_names(self._dag, machinery)
        self._variables = variable_names(self._dag, self.functions, machinery)
        taken = {*machinery, *self.functions.values(), *self._variables.values()}
        self._answers = added_names("approval", [each.id for each in self._dag.instances if each.approval], taken)
        skippable = {instance.id: instance.skippable for instance in self._dag.instances}
        skippable |= {name: _may_be_skipped(switch) for name, switch in self._dag.switches.items()}
        self._skippable = skippable.__getitem__
        self._has_subs = any(each.uses for each in self._dag.instances)
        self._literals = self._writer(None)
        self._beside = Beside(part, self.functions, self._answers, taken, self._literals, self._parameters)
        last = [] if self._dag.outputs or self._dag.last is None else [self._dag.last]
        self._needed = {each.instance_id for each in self._dag.expressions if isinstance(each, Reference)}.union(last)
        self._needed |= {each.id for each in self._dag.instances if each.checkpoint and each.skippable}

    def _writer(self, instance: Instance | None) -> Literals:
        """Writes the values of an instance; the variable of a loop holds what its last round gave."""
        name = instance.id if instance else ""
        variable, answer = self._variables.__getitem__, self._answers.__getitem__

        def keyed(value: Expression) -> bool:
            return self._has_subs and outputs_of(after_a_round(value, name), self._dag) is not None

        last = self._variables.get(name, "")
        return Literals(ExpressionSource(variable, self._skippable, keyed, answer, last=last, index=INDEX).source)

    @property
    def result(self) -> str:
        """The expression that `main` returns: the outputs, or the last step's value."""
        if self._dag.outputs:
            return self._literals.source(self._dag.outputs)
        return self._variables[self._dag.last] if self._dag.last else "None"

    @property
    def outputs(self) -> Outputs | None:
        """The function that gathers the outputs, if the spec names any."""
        if not self._dag.outputs:
            return None
        return Outputs(self._parameters(list(self._dag.outputs.values())), self.result)

    @property
    def shared(self) -> str:
        """The expression for the parameters of the workflow as a whole; empty if there are none."""
        if not self._dag.params:
            return ""
        defaults = {name: schema["default"] for name, schema in self._dag.params.items() if "default" in schema}
        given = f'params.get("{SHARED_KEY}", {{}})'
        entries = [f"{quoted(name)}: {self._literals.source(value)}" for name, value in defaults.items()]
        return f"{{{', '.join([*entries, f'**{given}'])}}}" if entries else given

    @property
    def is_async(self) -> bool:
        """Whether any step has to be awaited."""
        return any(instance.task.entry.is_async for instance in self._dag.instances)

    def imports(self, *machinery: Import) -> list[str]:
        """The import statements of the third-party section.

        Args:
            *machinery: What the module needs beside the tasks.
        """
        names = ["task"] if any(not instance.inlined for instance in self._dag.instances) else []
        kinds = {type(each) for each in self._dag.expressions}
        names += [name for kind, name in ((EnvVariable, "env"), (Secret, "secret")) if kind in kinds]
        steps = self.steps
        joins = [self._join(switch) for switch in self._dag.switches.values() if switch.id in self._needed]
        source = [self.result, *(part for step in steps for part in step.expressions)]
        source += [part for join in joins for part in join.expressions]
        skips = any(step.loop and step.loop.skips for step in steps) or any(
            join.otherwise == SENTINEL for join in joins
        )
        asks = skips or any(map(_ASKS_FOR_SKIPS.search, source))
        names += [SENTINEL] if asks else []
        wanted = [Import("wt_task", name, name) for name in names] + list(machinery) + self._execution.imports()
        wanted += [
            Import("wt_task.sub_workflow", name, name) for name in (INPUTS, SKIPS, SUB_WORKFLOW) if _calls(name, source)
        ]
        for use in self._dag.tasks:
            entry = use.entry
            wanted.append(Import(entry.public_module_path, entry.function_name, self.functions[use.dotted_path]))
        return statements(wanted)

    def blocks(self) -> list[Step | Choice | Join]:
        """All steps in order; those of a switch stand between what chooses among them and what joins them."""
        steps = {step.id: step for step in self.steps}
        found: list[Step | Choice | Join] = []
        for item in self._dag.items:
            members = (item,) if isinstance(item, Instance) else item.instances
            blocks = [steps[quoted(f"{self.part.path}{member.id}")] for member in members]
            if isinstance(item, Switch):
                join = [self._join(item)] if item.id in self._needed else []
                found += [self._choice(item), *blocks, *join]
            else:
                found += blocks
        return found

    @cached_property
    def steps(self) -> list[Step]:
        """All steps in order."""
        titles = {
            item.instances[0].id: item.title for item in self._dag.items if isinstance(item, Group) and item.instances
        }
        return [self._step(instance, titles.get(instance.id, "")) for instance in self._dag.instances]

    def _step(self, instance: Instance, group: str) -> Step:
        comment = ": ".join(filter(None, (one_line(group), one_line(instance.title))))
        step_id = quoted(f"{self.part.path}{instance.id}")
        calls = [] if instance.uses else [".validate()"]
        calls += [f".set_task_instance_id({step_id})", ".handle_errors()", ".with_tracing()"]
        name = self._variables[instance.id]
        literals = self._writer(instance)
        branch = instance.branch
        chosen = [f"{self._variables[case_of(branch.switch)]}: Any"] if branch else []
        given = ["params: dict[str, Any]"] if instance.id in self._visible else []
        handler = self._beside.handler(instance)
        return Step(
            comment=harmless(comment),
            id=step_id,
            name=name,
            target=name if instance.id in self._needed or instance.loop else "",
            task="" if instance.inlined else self._task(instance),
            chain=(*calls, *self._cache(instance), *self._skipif(instance), *self._partial(instance, literals)),
            method=instance.method,
            arguments=self._inputs(instance) if instance.inlined else self._arguments(instance, literals),
            is_async=instance.task.entry.is_async,
            parameters=(*chosen, *self._parameters(instance.own_values, instance), *given),
            approval=self._beside.approval(instance, chosen),
            handler=handler,
            checkpoint=self._beside.checkpoint(instance),
            decorator=self._decorator(instance, name),
            endurance=(*self._execution.chain(instance.execution), *handled(handler)),
            sub=sub_name(instance) if instance.inlined else "",
            loop=self._loop(instance, literals) if instance.loop else None,
            guards=tuple(self._guards(instance, literals)),
        )

    def _loop(self, instance: Instance, literals: Literals) -> LoopSource:
        loop = instance.loop
        assert loop is not None
        step = quoted(f"{self.part.path}{instance.id}")
        if loop.until is not None:
            rounds = f"{ROUNDS}({step}, at_most={loop.most})"
        elif isinstance(loop.times, int):
            rounds = f"range({loop.times})"
        else:
            least = "" if loop.may_be_empty else ", least=1"
            rounds = f"{ROUNDS}({step}, {literals.source(loop.times)}{least})"
        skips = instance.execution.skips_errors or (instance.skipif is not None and bool(instance.skipif.conditions))
        until = literals.source(loop.until.expression) if loop.until else ""
        return LoopSource(literals.source(loop.start), rounds, until, skips)

    def _guards(self, instance: Instance, literals: Literals) -> Iterator[Guard]:
        """What keeps a step from running: that its branch is not taken, or that its condition does not hold."""
        branch, when = instance.branch, instance.when
        if branch is not None:
            unless = f"{self._variables[case_of(branch.switch)]} != {quoted(branch.case)}"
            yield self._guard(instance, unless, f"switch: {branch.switch} is not {branch.case}")
        if when is not None:
            condition = when.expression
            opposite: Expression = Prefixed("not", condition, condition.position)
            if isinstance(condition, Prefixed) and condition.operator == "not":
                opposite = condition.operand
            yield self._guard(instance, literals.source(opposite), f"when: {when.text}")
        if instance.inlined and instance.skipif is not None and instance.skipif.conditions:
            conditions = [self.functions[use.dotted_path] for use in instance.skipif.conditions]
            step, depth = quoted(f"{self.part.path}{instance.id}"), instance.skipif.unpack_depth
            bound = literals.source(list(instance.partial.values()))
            unless = f"{SKIPS}({step}, [{', '.join(conditions)}], {bound}, unpack_depth={depth})"
            names = ", ".join(use.entry.function_name for use in instance.skipif.conditions)
            yield self._guard(instance, unless, f"skipif: {names}")

    def _guard(self, instance: Instance, unless: str, reason: str) -> Guard:
        method = [] if instance.method == "call" else [quoted(instance.method)]
        step = quoted(f"{self.part.path}{instance.id}")
        return Guard(unless, quoted(reason), ", ".join([step, quoted(reason), *method]))

    def _choice(self, switch: Switch) -> Choice:
        """Which branch of a switch is taken."""
        source = self._literals.source
        return Choice(
            comment=harmless(one_line(switch.title)),
            name=self._variables[case_of(switch.id)],
            parameters=self._parameters(switch.conditions),
            branches=tuple(
                (source(case.condition), quoted(case.label)) for case in switch.cases if case.condition is not None
            ),
            otherwise=quoted(switch.cases[-1].label if switch.total else ""),
        )

    def _join(self, switch: Switch) -> Join:
        """What a switch gives."""
        branches = [(quoted(case.label), self._literals.source(case.result)) for case in switch.cases]
        otherwise = branches.pop()[1] if switch.total else SENTINEL
        case = self._variables[case_of(switch.id)]
        return Join(
            name=self._variables[switch.id],
            case=case,
            parameters=(f"{case}: Any", *self._parameters(switch.results)),
            branches=tuple(branches),
            otherwise=otherwise,
        )

    def _uses(self, instance: Instance, name: str) -> str:
        """The arguments of the decorator of a sub-workflow."""
        named = "" if name == instance.id else f", name={quoted(instance.id)}"
        skips = ", may_skip=True" if instance.conditional else ""
        return f"({sub_name(instance)}.workflow{named}{skips})"

    def _task(self, instance: Instance) -> str:
        """What is called."""
        if instance.uses is None:
            return self.functions[instance.task.dotted_path]
        return f"{SUB_WORKFLOW}({sub_name(instance)}.main, {self._given(instance)})"

    def _given(self, instance: Instance) -> str:
        """What a run is told about an instance."""
        return f"params.get({quoted(instance.id)}, {{}})" if instance.id in self._visible else "{}"

    def _inputs(self, instance: Instance) -> str:
        """The parameters of a sub-workflow."""
        given = self._given(instance)
        return f"{INPUTS}({given}, {self._literals.source(instance.partial)})" if instance.partial else given

    def _decorator(self, instance: Instance, name: str) -> str:
        if instance.inlined:
            return self._uses(instance, name)
        return self._execution.decorator(instance, name, self._beside.handlers.get(instance.id))

    def _parameters(self, values: list[Value], instance: Instance | None = None) -> tuple[str, ...]:
        """What a function needs in whose body these values are written, and the approval that an instance waits for."""
        found = list(expressions(values))
        steps = dict.fromkeys(each.instance_id for each in found if isinstance(each, Reference))
        shared = [f"{SHARED}: dict[str, Any]"] if any(isinstance(each, Parameter) for each in found) else []
        answers = dict.fromkeys(each.instance_id for each in found if isinstance(each, Approved))
        answers.update({instance.id: None} if instance and instance.approval else {})
        names = [*map(self._variables.__getitem__, steps), *map(self._answers.__getitem__, answers)]
        return (*(f"{name}: Any" for name in names), *shared)

    def _skipif(self, instance: Instance) -> list[str]:
        if not instance.skipif or not instance.skipif.conditions:
            return []
        conditions = ", ".join(self.functions[use.dotted_path] for use in instance.skipif.conditions)
        return [f".skipif(conditions=[{conditions}], unpack_depth={instance.skipif.unpack_depth})"]

    def _cache(self, instance: Instance) -> list[str]:
        return [".cache()"] if instance.execution.caches else []

    def _partial(self, instance: Instance, literals: Literals) -> list[str]:
        if instance.uses is not None:
            return [f".partial(**{literals.source(instance.partial)})"] if instance.partial else []
        arguments = [f"{name}={literals.source(value)}" for name, value in instance.partial.items()]
        if instance.id in self._visible:
            arguments.append(f"**params.get({quoted(instance.id)}, {{}})")
        return [f".partial({', '.join(arguments)})"] if arguments else []

    def _arguments(self, instance: Instance, literals: Literals) -> str:
        mapping = instance.mapping
        if mapping is None:
            return ""
        names = ", ".join(quoted(name) for name in mapping.argnames)
        return f"argnames=[{names}], argvalues={literals.source(mapping.argvalues)}"


def emit(module: RunModule) -> dict[str, str]:
    """The sources of the two run modules, unformatted, by the name of the file."""
    steps = module.blocks()
    return {
        CONCURRENT: render(
            f"{CONCURRENT}.jinja",
            id=module.part.dag.id,
            name=quoted(module.part.dag.id),
            imports=module.imports(*for_engine(module.part.dag)),
            subs=subs(module.part, CONCURRENT),
            steps=steps,
            shared=module.shared,
            outputs=module.outputs,
        ),
        SEQUENTIAL: render(
            f"{SEQUENTIAL}.jinja",
            id=module.part.dag.id,
            imports=module.imports(*for_calls(module.part.dag)),
            subs=subs(module.part, SEQUENTIAL),
            steps=steps,
            shared=module.shared,
            result=module.result,
            is_async=module.is_async,
        ),
    }


def _may_be_skipped(switch: Switch) -> bool:
    """Whether a switch may give a sentinel: no branch is taken, or what a branch gives is skipped."""
    own = (each for each in switch.instances if each.when or each.skipif or each.execution.skips_errors)
    return not switch.total or any(True for _ in own)


def _calls(name: str, sources: list[str]) -> bool:
    return any(f"{name}(" in source for source in sources)
