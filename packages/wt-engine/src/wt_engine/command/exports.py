"""`wt engine export` and `wt engine stats`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wt_engine.command.records import (
    answer_json,
    duration,
    find_run,
    json_option,
    opened_store,
    plain,
    store_option,
    writing,
)

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Write records as JSON, CSV or Parquet.")
@click.argument("run", required=False)
@click.option(
    "-f",
    "--format",
    "shape",
    type=click.Choice(["json", "csv", "parquet"]),
    default="json",
    show_default=True,
    help="JSON has runs with calls and events, the others a row for each call.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--metrics", is_flag=True, help="The measurements instead of the calls.")
@store_option
@click.pass_obj
def export(
    console: Console, run: str | None, shape: Any, output: Path | None, metrics: bool, place: Path | None
) -> None:
    """Export RUN, or all runs of the store."""
    from wt_engine.observability.exporter import PipelineExporter

    if shape == "parquet" and output is None:
        raise click.UsageError("Parquet is no text: name a file with -o.")
    with opened_store(place) as store:
        run_id = None if run is None else find_run(store, run).run_id
        exporter = PipelineExporter(store)
        write = exporter.export_metrics if metrics else exporter.export_pipeline_logs
        try:
            with writing(output):
                content = write(run_id, shape, output)
        except ModuleNotFoundError as error:
            raise click.UsageError(f"{error}.") from error
    console.answer(content if output is None and isinstance(content, str) else str(output))


@click.command(short_help="Show how the runs went, all together.")
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Only runs that began within so many days.")
@store_option
@json_option
@click.pass_obj
def stats(console: Console, pipeline: str | None, days: float | None, place: Path | None, as_json: bool) -> None:
    """Show how many runs there were, how they ended and how long they took, by pipeline."""
    from wt_engine.observability.exporter import PipelineExporter

    console.json = console.json or as_json
    with opened_store(place) as store:
        found = PipelineExporter(store).statistics(pipeline, days)
    if console.json:
        answer_json(console, found)
        return
    console.answer(_line("all runs", found))
    for name, numbers in found["pipelines"].items():
        console.answer(_line(plain(name), numbers))


def _line(name: str, numbers: dict[str, Any]) -> str:
    rate = numbers["success_rate"]
    statuses = ", ".join(f"{count} {status}" for status, count in numbers["by_status"].items())
    spread = numbers["duration_s"]
    times = f"median {duration(spread['median'])}, p95 {duration(spread['p95'])}" if spread else ""
    share = "" if rate is None else f"{rate:g} % succeeded"
    return "; ".join(part for part in (f"{name}: {numbers['total']}", statuses, share, times) if part)
