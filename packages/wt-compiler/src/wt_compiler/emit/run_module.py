"""The run modules: `run.py`, a function for each step, and `run_sequential.py`, an assignment for each."""

from __future__ import annotations

import re
from typing import NamedTuple

from wt_compiler.dag import Dag, Group, Instance, TaskUse
from wt_compiler.emit.execution import SKIPPED, ExecutionSource
from wt_compiler.emit.expressions import SENTINEL, SHARED, ExpressionSource
from wt_compiler.emit.imports import Import, statements
from wt_compiler.emit.literals import Literals, quoted
from wt_compiler.emit.one_line import one_line
from wt_compiler.emit.outputs import outputs_of
from wt_compiler.emit.part import Part, sub_name
from wt_compiler.emit.templating import render
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.values import EnvVariable, Expression, Parameter, Prefixed, Reference, Secret, Value, expressions

CONCURRENT = "run.py"
SEQUENTIAL = "run_sequential.py"
INPUTS = "inputs"
SUB_WORKFLOW = "sub_workflow"
_LONGEST_TITLE = 80
_MACHINERY = ("Any", "Workflow", "env", "main", "params", "task", "workflow")
_OF_EXPRESSIONS = (SENTINEL, "len", "map", "outputs", "secret", SHARED, "str")
"""What the generated code has beside, if the spec has expressions that need it."""
_SKIPPED, _SKIP_STEP = "Skipped", "skip_step"
"""What says that a step does not run, in a concurrent and in a sequential run."""
_ASKS_FOR_SKIPS = re.compile(rf" is (not )?{SENTINEL}\b")
_DIRECTIVE = re.compile(r"\b(noqa|nosec|nopep8|pragma|(type|fmt|ruff|flake8|mypy|pyright|pylint|isort|yapf)\s*:)", re.I)
"""Comments that linters, formatters or type checkers obey; no title may turn into one."""


class Step(NamedTuple):
    """One task instance as it stands in the template.

    Attributes:
        comment: The title, or empty.
        name: The variable, or the function, that stands for the step.
        target: The variable, or empty if nothing needs the value.
        task: The name of the function.
        chain: What stands behind `task(…)`, each as `.method(…)`, up to the method that starts it.
        method: The method that starts it: `call`, `map` or `mapvalues`.
        arguments: The arguments of that method.
        is_async: Whether the call has to be awaited.
        parameters: The parameters of the function that stands for the step, with their types.
        decorator: The arguments of its decorator, in parentheses.
        endurance: What a sequential run puts into the chain, where the decorator says it in a concurrent one.
        when: What has to hold for it to run, or empty.
        unless: The opposite, which keeps it from running.
        skip: What a sequential run says of it otherwise: its id, why, and how it would have been called.
        reason: Why it does not run otherwise.
        sub: The module of the sub-workflow whose steps stand for it, or empty; then the arguments are an expression for
            the parameters of those steps.
    """

    comment: str
    name: str
    target: str
    task: str
    chain: tuple[str, ...]
    method: str
    arguments: str
    is_async: bool
    parameters: tuple[str, ...]
    decorator: str
    endurance: tuple[str, ...]
    when: str
    unless: str
    skip: str
    reason: str
    sub: str = ""


class Outputs(NamedTuple):
    """The function that gathers the outputs of the workflow.

    Attributes:
        parameters: Its parameters, with their types.
        result: What it returns.
    """

    parameters: tuple[str, ...]
    result: str


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
        machinery = _machinery(self._dag) | self._execution.names
        self.functions = _function_names(self._dag, machinery)
        self._variables = _variable_names(self._dag, self.functions, machinery)
        skippable = {instance.id: instance.skippable for instance in self._dag.instances}
        keyed = self._gives_outputs if any(instance.uses for instance in self._dag.instances) else (lambda _: False)
        self._expressions = ExpressionSource(self._variables.__getitem__, skippable.__getitem__, keyed)
        self._literals = Literals(self._expressions.source)
        last = [] if self._dag.outputs else [instance.id for instance in self._dag.instances[-1:]]
        self._needed = {each.instance_id for each in self._dag.expressions if isinstance(each, Reference)}.union(last)

    def _gives_outputs(self, value: Expression) -> bool:
        return outputs_of(value, self._dag) is not None

    @property
    def result(self) -> str:
        """The expression that `main` returns: the outputs, or the last step's value."""
        if self._dag.outputs:
            return self._literals.source(self._dag.outputs)
        return self._variables[self._dag.instances[-1].id] if self._dag.instances else "None"

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
        steps = self.steps()
        source = [
            self.result,
            *(part for step in steps for part in (*step.chain, step.arguments, step.task, step.when)),
        ]
        names += [SENTINEL] if any(_ASKS_FOR_SKIPS.search(each) for each in source) else []
        wanted = [Import("wt_task", name, name) for name in names] + list(machinery) + self._execution.imports()
        wanted += [
            Import("wt_task.sub_workflow", name, name) for name in (INPUTS, SUB_WORKFLOW) if _calls(name, source)
        ]
        for use in self._dag.tasks:
            entry = use.entry
            wanted.append(Import(entry.public_module_path, entry.function_name, self.functions[use.dotted_path]))
        return statements(wanted)

    def subs(self, file: str) -> list[str]:
        """The import statements for the modules of sub-workflows.

        Args:
            file: The file of the run module. What is called a number of times runs in order, whatever runs around it.
        """
        module = file.removesuffix(".py")
        ordered = SEQUENTIAL.removesuffix(".py")
        return statements(
            Import(f"{self.part.package}.{sub_name(each)}", module if each.inlined else ordered, sub_name(each))
            for each in self._dag.instances
            if each.uses is not None
        )

    @property
    def for_engine(self) -> list[Import]:
        """What only a concurrent run needs: the engine, what handles failures, and what says that a step is skipped."""
        skips = any(instance.execution.skips_errors for instance in self._dag.instances)
        return [
            Import("wt_engine.workflow", "Workflow", "Workflow"),
            *([Import("wt_task.endurance", SKIPPED, SKIPPED)] if skips else []),
            *([Import("wt_contracts.skip", _SKIPPED, _SKIPPED)] if self._has_conditions else []),
        ]

    @property
    def for_calls(self) -> list[Import]:
        """What only a run needs that makes one call after the other."""
        return [Import("wt_task.skip", _SKIP_STEP, _SKIP_STEP)] if self._has_conditions else []

    @property
    def _has_conditions(self) -> bool:
        return any(instance.when for instance in self._dag.instances)

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
        given = ["params: dict[str, Any]"] if instance.id in self._visible else []
        return Step(
            comment=_harmless(comment),
            name=name,
            target=name if instance.id in self._needed else "",
            task="" if instance.inlined else self._task(instance),
            chain=(*calls, *self._skipif(instance), *self._partial(instance)),
            method=instance.method,
            arguments=self._inputs(instance) if instance.inlined else self._arguments(instance),
            is_async=instance.task.entry.is_async,
            parameters=(*self._parameters(instance.values), *given),
            decorator=self._uses(instance, name) if instance.inlined else self._execution.decorator(instance, name),
            endurance=self._execution.chain(instance.execution),
            sub=sub_name(instance) if instance.inlined else "",
            **self._condition(instance),
        )

    def _condition(self, instance: Instance) -> dict[str, str]:
        """What a step says of when it runs."""
        if instance.when is None:
            return {"when": "", "unless": "", "skip": "", "reason": ""}
        condition = instance.when.expression
        reason = quoted(f"when: {instance.when.text}")
        method = [] if instance.method == "call" else [quoted(instance.method)]
        skip = ", ".join([quoted(f"{self.part.path}{instance.id}"), reason, *method])
        opposite: Expression = Prefixed("not", condition, condition.position)
        if isinstance(condition, Prefixed) and condition.operator == "not":
            opposite = condition.operand
        when, unless = map(self._expressions.source, (condition, opposite))
        return {"when": when, "unless": unless, "skip": skip, "reason": reason}

    def _uses(self, instance: Instance, name: str) -> str:
        """The arguments of the decorator of a sub-workflow."""
        named = "" if name == instance.id else f", name={quoted(instance.id)}"
        return f"({sub_name(instance)}.workflow{named})"

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

    def _parameters(self, values: list[Value]) -> tuple[str, ...]:
        """What a function needs in whose body these values are written."""
        found = list(expressions(values))
        steps = dict.fromkeys(each.instance_id for each in found if isinstance(each, Reference))
        shared = [f"{SHARED}: dict[str, Any]"] if any(isinstance(each, Parameter) for each in found) else []
        return (*(f"{self._variables[step]}: Any" for step in steps), *shared)

    def _skipif(self, instance: Instance) -> list[str]:
        if not instance.skipif or not instance.skipif.conditions:
            return []
        conditions = ", ".join(self.functions[use.dotted_path] for use in instance.skipif.conditions)
        return [f".skipif(conditions=[{conditions}], unpack_depth={instance.skipif.unpack_depth})"]

    def _partial(self, instance: Instance) -> list[str]:
        if instance.uses is not None:
            return [f".partial(**{self._literals.source(instance.partial)})"] if instance.partial else []
        arguments = [f"{name}={self._literals.source(value)}" for name, value in instance.partial.items()]
        if instance.id in self._visible:
            arguments.append(f"**params.get({quoted(instance.id)}, {{}})")
        return [f".partial({', '.join(arguments)})"] if arguments else []

    def _arguments(self, instance: Instance) -> str:
        mapping = instance.mapping
        if mapping is None:
            return ""
        names = ", ".join(quoted(name) for name in mapping.argnames)
        return f"argnames=[{names}], argvalues={self._literals.source(mapping.argvalues)}"


def emit(module: RunModule) -> dict[str, str]:
    """The sources of the two run modules, unformatted, by the name of the file."""
    steps = module.steps()
    return {
        CONCURRENT: render(
            f"{CONCURRENT}.jinja",
            id=module.part.dag.id,
            name=quoted(module.part.dag.id),
            imports=module.imports(*module.for_engine),
            subs=module.subs(CONCURRENT),
            steps=steps,
            shared=module.shared,
            outputs=module.outputs,
        ),
        SEQUENTIAL: render(
            f"{SEQUENTIAL}.jinja",
            id=module.part.dag.id,
            imports=module.imports(*module.for_calls),
            subs=module.subs(SEQUENTIAL),
            steps=steps,
            shared=module.shared,
            result=module.result,
            is_async=module.is_async,
        ),
    }


def _machinery(dag: Dag) -> frozenset[str]:
    """The names that the generated code uses itself."""
    plain = (
        all(isinstance(each, Reference | EnvVariable) for each in dag.expressions)
        and not dag.params
        and not dag.outputs
    )
    skips = (_SKIPPED, _SKIP_STEP) if any(instance.when for instance in dag.instances) else ()
    subs = [sub_name(instance) for instance in dag.instances if instance.uses is not None]
    around = (INPUTS, SUB_WORKFLOW, *subs) if subs else ()
    return frozenset((*_MACHINERY, *skips, *around, *(() if plain else _OF_EXPRESSIONS)))


def _calls(name: str, sources: list[str]) -> bool:
    return any(f"{name}(" in source for source in sources)


def _function_names(dag: Dag, machinery: frozenset[str]) -> dict[str, str]:
    """The name of every task in the module: its alias, unless the module's own machinery has that name."""
    aliases = {use.alias for use in dag.tasks}
    return {use.dotted_path: _free(use, aliases, machinery) for use in dag.tasks}


def _free(use: TaskUse, aliases: set[str], machinery: frozenset[str]) -> str:
    name = use.alias
    if name in machinery:
        name += "_"
        while name in aliases or name in machinery:
            name += "_"
    return name


def _variable_names(dag: Dag, functions: dict[str, str], machinery: frozenset[str]) -> dict[str, str]:
    ids = {instance.id for instance in dag.instances}
    taken = {*machinery, *functions.values()}
    variables: dict[str, str] = {}
    for instance in dag.instances:
        name = instance.id
        if name in taken:
            name += "_"
            while name in taken or name in ids:
                name += "_"
        variables[instance.id] = name
    return variables


def _harmless(title: str) -> str:
    if _DIRECTIVE.search(title):
        return ""
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
