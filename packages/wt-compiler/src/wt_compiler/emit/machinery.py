"""What a run module needs of wt beside what it calls tasks by, in either run mode."""

from __future__ import annotations

from wt_compiler.dag import Dag
from wt_compiler.emit.execution import SKIPPED
from wt_compiler.emit.imports import Import, statements
from wt_compiler.emit.module_names import (
    APPROVAL,
    CHECKPOINT,
    FAILURE,
    LOOP_STEP,
    ROUNDS,
    SKIP_STEP,
    WHOLLY_SKIPPED,
    has_guard,
    loops_of,
)
from wt_compiler.emit.part import Part, sub_name

CONCURRENT = "run.py"
SEQUENTIAL = "run_sequential.py"


def for_engine(dag: Dag) -> list[Import]:
    """What only a concurrent run needs: the engine, what handles failures, and what says that a step is skipped."""
    skips = any(instance.execution.skips_errors for instance in dag.instances)
    return [
        Import("wt_engine.workflow", "Workflow", "Workflow"),
        *([Import("wt_task.endurance", SKIPPED, SKIPPED)] if skips else []),
        *([Import("wt_task.endurance", FAILURE, FAILURE)] if any(each.handler for each in dag.instances) else []),
        *([Import("wt_contracts.skip", WHOLLY_SKIPPED, WHOLLY_SKIPPED)] if _has_conditions(dag) else []),
        *_rounds(dag),
    ]


def for_calls(dag: Dag) -> list[Import]:
    """What only a run needs that makes one call after the other."""
    asks = any(instance.approval for instance in dag.instances)
    keeps = any(instance.checkpoint for instance in dag.instances)
    return [
        *([Import("wt_task.skip", SKIP_STEP, SKIP_STEP)] if _has_conditions(dag) else []),
        *([Import("wt_task.approval", APPROVAL, APPROVAL)] if asks else []),
        *([Import("wt_task.checkpoint", CHECKPOINT, CHECKPOINT)] if keeps else []),
        *([Import("wt_task.loops", LOOP_STEP, LOOP_STEP)] if loops_of(dag) else []),
        *_rounds(dag),
    ]


def subs(part: Part, file: str) -> list[str]:
    """The import statements for the modules of sub-workflows.

    Args:
        part: The workflow around them.
        file: The file of the run module. What is called a number of times runs in order, whatever runs around it.
    """
    module, ordered = file.removesuffix(".py"), SEQUENTIAL.removesuffix(".py")
    return statements(
        Import(f"{part.package}.{sub_name(each)}", module if each.inlined else ordered, sub_name(each))
        for each in part.dag.instances
        if each.uses is not None
    )


def _rounds(dag: Dag) -> list[Import]:
    counted = any(not isinstance(loop.times, int) for loop in loops_of(dag))
    return [Import("wt_task.loops", ROUNDS, ROUNDS)] if counted else []


def _has_conditions(dag: Dag) -> bool:
    return any(map(has_guard, dag.instances))
