"""The names in a run module: what the generated code calls its tasks and variables, and what it uses itself."""

from __future__ import annotations

from wt_compiler.dag import Dag, Instance, TaskUse
from wt_compiler.emit.expressions import FAILED, SENTINEL, SHARED
from wt_compiler.emit.part import sub_name
from wt_compiler.flow import Loop
from wt_compiler.values import EnvVariable, Reference

INPUTS = "inputs"
SUB_WORKFLOW = "sub_workflow"
SKIPS = "skips"
_MACHINERY = ("Any", "Workflow", "env", "main", "params", "task", "workflow")
_OF_EXPRESSIONS = (SENTINEL, "len", "map", "outputs", "secret", SHARED, "str")
"""What the generated code has beside, if the spec has expressions that need it."""
WHOLLY_SKIPPED, SKIP_STEP = "Skipped", "skip_step"
"""What says that a step does not run, in a concurrent and in a sequential run."""
APPROVAL = "approval"
CHECKPOINT = "checkpoint"
FAILURE = "failure"
LOOP_STEP, ROUNDS, LOOP, INDEX = "LoopStep", "rounds", "loop", "index"
"""What a loop consists of."""


def machinery_of(dag: Dag) -> frozenset[str]:
    """The names that the generated code uses itself."""
    plain = (
        all(isinstance(each, Reference | EnvVariable) for each in dag.expressions)
        and not dag.params
        and not dag.outputs
    )
    skips = (WHOLLY_SKIPPED, SKIP_STEP) if any(has_guard(each) for each in dag.instances) else ()
    sentinel = (SENTINEL,) if dag.switches else ()
    loops = (LOOP_STEP, ROUNDS, LOOP, INDEX, SENTINEL, "range") if loops_of(dag) else ()
    asking = (APPROVAL,) if any(instance.approval for instance in dag.instances) else ()
    keeping = (CHECKPOINT,) if any(instance.checkpoint for instance in dag.instances) else ()
    handling = (FAILED, FAILURE, "error", "call") if any(instance.handler for instance in dag.instances) else ()
    subs = [sub_name(instance) for instance in dag.instances if instance.uses is not None]
    around = (INPUTS, SKIPS, SUB_WORKFLOW, *subs) if subs else ()
    machinery = (*_MACHINERY, *skips, *sentinel, *asking, *keeping, *handling, *loops, *around)
    return frozenset((*machinery, *(() if plain else _OF_EXPRESSIONS)))


def has_guard(instance: Instance) -> bool:
    """Whether something in front of an instance may skip it, apart from its task's own conditions."""
    return instance.when is not None or instance.branch is not None or (instance.inlined and instance.conditional)


def loops_of(dag: Dag) -> list[Loop]:
    """The loops of all instances."""
    return [instance.loop for instance in dag.instances if instance.loop]


def function_names(dag: Dag, machinery: frozenset[str]) -> dict[str, str]:
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


def variable_names(dag: Dag, functions: dict[str, str], machinery: frozenset[str]) -> dict[str, str]:
    """The name of the variable that stands for each instance."""
    ids = {instance.id for instance in dag.instances} | dag.switches.keys()
    taken = {*machinery, *functions.values()}
    variables: dict[str, str] = {}
    for key in (*(instance.id for instance in dag.instances), *dag.switches):
        variables[key] = name = _free_of(key, taken, ids)
        taken.add(name)
    for key in dag.switches:
        variables[case_of(key)] = name = _free_of(f"{key}_case", taken, ids)
        taken.add(name)
    return variables


def case_of(switch: str) -> str:
    """Stands among the ids for the label of the branch that a switch takes; no instance has such an id."""
    return f"{switch}.case"


def _free_of(name: str, taken: set[str], ids: set[str]) -> str:
    if name in taken:
        name += "_"
        while name in taken or name in ids:
            name += "_"
    return name


def added_names(kind: str, instances: list[str], taken: set[str]) -> dict[str, str]:
    """The names of what some task instances have beside themselves."""
    found: dict[str, str] = {}
    for instance in instances:
        name = f"{instance}_{kind}"
        while name in taken:
            name += "_"
        found[instance] = name
        taken.add(name)
    return found
