"""`wt cache` and `wt why`: what is kept of the calls of cached steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wt_contracts.console import Console

_DAY = 86_400.0
_MEGA = 1_000_000


@click.group(short_help="List and prune what cached steps have returned.")
def cache() -> None:
    """Look after what is kept of the calls of steps that the spec marks with `cache: true`."""


@cache.command("list", short_help="List what is kept, by task.")
@click.pass_obj
def list_(console: Console) -> None:
    """List the tasks whose calls are kept: how many of each, how large, when they were used last."""
    from wt_envs.units import shown_age, shown_bytes

    from wt_invokers.cached_calls import entries

    tasks: dict[str, list[tuple[int, float]]] = {}
    for kept in entries():
        tasks.setdefault(kept.head.task, []).append((kept.size, kept.used))
    rows = [
        {"task": task, "calls": len(each), "bytes": sum(size for size, _ in each), "last_used": max(u for _, u in each)}
        for task, each in sorted(tasks.items())
    ]
    if console.json:
        console.answer(json.dumps({"tasks": rows}, indent=2))
    elif not rows:
        console.answer("nothing is kept; steps with 'cache: true' are, when they run")
    for row in [] if console.json else rows:
        size, used = shown_bytes(int(str(row["bytes"]))), shown_age(float(str(row["last_used"])))
        console.answer(f"{row['calls']:>7} calls  {size:>9}  {used:>12}  {row['task']}")


@cache.command(short_help="Remove what was not used for a while.")
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Days without use.  [default: 30]")
@click.option("--max-size", type=click.FloatRange(min=0), metavar="MB", help="Remove the rest down to this size, too.")
@click.option("--all", "everything", is_flag=True, help="Remove all, however lately used.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.pass_obj
def prune(console: Console, older_than: float | None, max_size: float | None, everything: bool, dry_run: bool) -> None:
    """Remove what cached steps have returned and nobody has used for a while. It is made again when it is needed."""
    from wt_envs.units import shown_bytes

    from wt_invokers.cached_calls import prune as remove

    days = 0.0 if everything else older_than if older_than is not None or max_size is not None else 30.0
    most = None if max_size is None else int(max_size * _MEGA)
    gone, size = remove(None if days is None else days * _DAY, most, dry_run=dry_run)
    if console.json:
        console.answer(json.dumps({"removed": gone, "bytes": size, "dry_run": dry_run}, indent=2))
    else:
        console.answer(f"{'would remove' if dry_run else 'removed'} {gone} calls, {shown_bytes(size)}")


@click.command(short_help="Say why a cached step has run.")
@click.argument("step")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--run", "run_id", metavar="RUN", help="Which run: its id, or the beginning of it.  [default: the last]")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.pass_obj
def why(console: Console, step: str, target: Path, run_id: str | None, as_json: bool) -> None:
    """Say why STEP has run, instead of being taken from the cache: what has changed since it was kept.

    TARGET is a spec, a compiled workspace, or the results directory of a run.
    """
    from wt_invokers.cached_calls import explain
    from wt_invokers.call_log import log_of, steps_in

    directory, calls = log_of(target, run_id)
    steps_in(calls, step, directory)
    found = explain(step, calls)
    if console.json or as_json:
        console.answer(json.dumps({"step": step, "results": str(directory), **found._asdict()}, indent=2))
        return
    console.answer(f"{step} in {directory}: {_calls(found.calls)}, {found.hits} from the cache")
    for reason, count in found.made.items():
        console.answer(f"  {_calls(count)} made: {reason}")


def _calls(count: int) -> str:
    return f"{count} call{'' if count == 1 else 's'}"
