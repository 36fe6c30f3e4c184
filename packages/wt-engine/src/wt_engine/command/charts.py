"""`wt engine timeline` and `wt engine compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wt_engine.command.records import answer_json, find_run, json_option, opened_store, store_option, writing

if TYPE_CHECKING:
    from wt_contracts.console import Console


@click.command(short_help="Show what ran when.")
@click.argument("run")
@click.option(
    "-f",
    "--format",
    "shape",
    type=click.Choice(["ascii", "html", "mermaid", "json"]),
    default="ascii",
    show_default=True,
    help="As lines, a page, a Mermaid gantt chart or data.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--width", type=click.IntRange(min=40), default=100, show_default=True, help="Characters of a line.")
@store_option
@click.pass_obj
def timeline(console: Console, run: str, shape: str, output: Path | None, width: int, place: Path | None) -> None:
    """Show when each call of RUN started and ended; the slowest is marked."""
    from wt_engine.observability.timeline import TimelineVisualizer
    from wt_engine.whole_file import write_whole

    with opened_store(place) as store:
        record = find_run(store, run)
        chart = TimelineVisualizer.of(store.get_events(record.run_id), record.name, over=record.over)
    if console.json or shape == "json":
        text = chart.render_json()
    elif shape == "ascii":
        text = chart.render_ascii(width)
    else:
        text = chart.render_html() if shape == "html" else chart.render_mermaid()
    if output is None:
        console.answer(text)
    else:
        with writing(output):
            write_whole(output, text.encode())
        console.answer(str(output))


@click.command(short_help="Show what two runs did differently.")
@click.argument("first")
@click.argument("second")
@store_option
@json_option
@click.pass_obj
def compare(console: Console, first: str, second: str, place: Path | None, as_json: bool) -> int:
    """Compare the runs FIRST and SECOND: status, duration, and each step's calls, failures and time.

    The exit code is 1 if they differ in anything but time.
    """
    from dataclasses import asdict

    from wt_engine.observability.comparison import compare_runs, format_comparison

    console.json = console.json or as_json
    with opened_store(place) as store:
        records = [find_run(store, run) for run in (first, second)]
        told = [store.get_events(record.run_id) for record in records]
    names = (records[0].run_id[:12], records[1].run_id[:12])
    found = compare_runs(told[0], told[1], names)
    if console.json:
        answer_json(console, {**asdict(found), "same": found.same})
    else:
        console.answer(format_comparison(found))
    return 0 if found.same else 1
