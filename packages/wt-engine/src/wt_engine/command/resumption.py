"""`wt engine resume`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wt_engine.command.records import answer_json, duration, find_run, json_option, mistake, plain, store_option

if TYPE_CHECKING:
    from wt_contracts.console import Console

    from wt_engine.observability.progress import ProgressBar
    from wt_engine.outcome import PipelineEndData
    from wt_engine.pipe import Pipe
    from wt_engine.warehouse.pipeline import Pipeline, PipelineAsync

    AnyPipeline = Pipe[Any, Any] | Pipeline | PipelineAsync

SUSPENDED = 3
"""The exit code of a run that waits for an answer again."""


@click.command(short_help="Go on with a run that was interrupted, has failed, or waits for an answer.")
@click.argument("pipeline", metavar="MODULE:PIPELINE")
@click.argument("run")
@click.option("--answer", metavar="JSON", help="What the step that suspended the run waits for.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End a longer run.")
@store_option
@json_option
@click.pass_obj
def resume(
    console: Console,
    pipeline: str,
    run: str,
    answer: str | None,
    timeout: float | None,
    place: Path | None,
    as_json: bool,
) -> int:
    """Go on with RUN, of the Pipe or Pipeline that is named PIPELINE in MODULE; what had ended does not run again.

    The module is looked for in this directory, too. A pipeline that names no store gets the one of --store.

    The exit code is 0 if the run ended well, 1 if it did not, 3 if it waits for an answer again.
    """
    import asyncio

    console.json = console.json or as_json
    options: dict[str, Any] = {"timeout": timeout} if answer is None else {"timeout": timeout, "answer": _read(answer)}
    if place is not None:
        os.environ["WT_ENGINE_STORAGE"] = str(place)
    os.environ["WT_ENGINE_PERSIST"] = "1"
    run_id, end = asyncio.run(_resumed(_load(pipeline), run, options))
    if console.json:
        answer_json(
            console,
            {"run_id": run_id, "status": end.status.value, "suspended": end.suspended, "error": end.error}
            | {"duration_s": end.duration_s, "reason": end.reason},
        )
    else:
        state = "suspended" if end.suspended else end.status.value
        why = f": {plain(end.reason if end.suspended else end.error)}" if end.suspended or end.error else ""
        console.answer(f"{run_id[:12]}  {state} after {duration(end.duration_s)}{why}")
    if end.suspended:
        return SUSPENDED
    return 0 if end.status.value == "success" else 1


async def _resumed(pipeline: AnyPipeline, run: str, options: dict[str, Any]) -> tuple[str, PipelineEndData]:
    from wt_contracts.codes import Code

    from wt_engine.errors import DefinitionError, ResumeError, RunEndedError, UnrecordableError
    from wt_engine.pipe import Pipe
    from wt_engine.storage import SQLiteBackend, StoreError

    bar = _bar(pipeline)
    try:
        recording = pipeline.prepared()[1].recording
        backend = recording.backend if recording is not None else None
        run_id = find_run(backend, run).run_id if isinstance(backend, SQLiteBackend) else run
        if bar is not None and backend is not None:
            bar.catch_up(backend.get_events(run_id))
        resume_events = pipeline.resume if isinstance(pipeline, Pipe) else pipeline.resume_events
        events = resume_events(run_id, **options)
        end = [
            event.payload async for event in events if event.type == "finish" and event.origin_run_id == event.run_id
        ]
    except StoreError as error:
        raise mistake(Code.STORE_UNUSABLE, str(error).removesuffix(f". {error.advice}"), error.advice) from error
    except (DefinitionError, ResumeError, RunEndedError, UnrecordableError) as error:
        raise mistake(Code.RUN_NOT_RESUMABLE, str(error), "'wt engine show' tells how the run stands") from error
    return run_id, end[-1]


def _bar(pipeline: AnyPipeline) -> ProgressBar | None:
    """What shows how far the run is, if stderr is a terminal; a `Pipeline` has that itself."""
    from wt_engine.observability.progress import ProgressBar
    from wt_engine.pipe import Pipe

    if not isinstance(pipeline, Pipe) or not sys.stderr.isatty():
        return None
    bar = ProgressBar()
    pipeline.add_observer(bar)
    return bar


def _read(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError as error:
        raise click.BadParameter(
            f"{answer!r} is no JSON ({error}); quote a text: '\"yes\"'", param_hint="--answer"
        ) from error


def _load(name: str) -> AnyPipeline:
    from importlib import import_module

    from wt_contracts.codes import Code

    from wt_engine.errors import suggestion
    from wt_engine.pipe import Pipe
    from wt_engine.warehouse.pipeline import Pipeline, PipelineAsync

    kinds = (Pipe, Pipeline, PipelineAsync)
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise click.BadParameter(
            f"{name!r} is not MODULE:PIPELINE, such as 'rain.flow:pipe'", param_hint="MODULE:PIPELINE"
        )
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = import_module(module)
    except Exception as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        hint = "name a module that Python finds from this directory, and install what it imports"
        raise mistake(Code.PIPELINE_NOT_FOUND, f"the module {module!r} cannot be imported: {words}", hint) from error
    pipeline = getattr(found, attribute, None)
    if not isinstance(pipeline, kinds):
        known = [key for key, value in vars(found).items() if isinstance(value, kinds)]
        there = f"its pipelines are {', '.join(known)}" if known else "it has none"
        message = f"the module {module!r} has no Pipe or Pipeline {attribute!r}"
        raise mistake(Code.PIPELINE_NOT_FOUND, message, f"{there}.{suggestion(attribute, known)}")
    return pipeline
