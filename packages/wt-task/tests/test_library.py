"""A library written with the public names alone, run as a compiled module runs it."""

from __future__ import annotations

import pytest
from fieldkit import tasks
from wt_task import TaskInstanceError, task
from wt_task.skip import SKIP_SENTINEL
from wt_task.testing import create_func_magicmock

DEFAULTS = [tasks.any_is_empty, tasks.any_dependency_skipped]


def main(params):
    fetch_counts = create_func_magicmock("fieldkit.tasks", "fetch_counts")
    counts = (
        task(fetch_counts)
        .validate()
        .set_task_instance_id("counts")
        .handle_errors()
        .with_tracing()
        .skipif(conditions=DEFAULTS, unpack_depth=1)
        .partial(limit=10, **params.get("counts", {}))
        .call()
    )
    totals = (
        task(tasks.summarise)
        .validate()
        .set_task_instance_id("totals")
        .handle_errors()
        .with_tracing()
        .skipif(conditions=DEFAULTS, unpack_depth=1)
        .partial(**params.get("totals", {}))
        .mapvalues(argnames=["counts"], argvalues=[(count.site, [count]) for count in counts])
    )
    lines = (
        task(tasks.describe_site)
        .validate()
        .set_task_instance_id("lines")
        .handle_errors()
        .with_tracing()
        .map(argnames=["site", "animals"], argvalues=totals)
    )
    return counts, totals, lines


def test_it_runs_unmodified():
    counts, totals, lines = main({"counts": {"since": "2020-01-01"}, "totals": {"factor": "2"}})
    assert [count.animals for count in counts] == [3, 4]
    assert totals == [("north", 6.0), ("south", 8.0)]
    assert lines == ["north: 6", "south: 8"]


def test_a_wrong_parameter_names_the_step_and_the_argument():
    with pytest.raises(TaskInstanceError, match=r"'counts' raised ValidationError: argument 'since'"):
        main({"counts": {"since": 3}})


def test_a_skip_goes_down_the_chain():
    skipping = task(tasks.summarise).validate().skipif(conditions=DEFAULTS)
    total = skipping.partial(counts=[[]]).call()
    assert total is SKIP_SENTINEL
    totals = skipping.map(argnames=["counts"], argvalues=total)
    assert totals == [SKIP_SENTINEL]
    label = task(tasks.label).validate()
    assert skipping.mapvalues(argnames=["counts"], argvalues=totals) == [(None, SKIP_SENTINEL)]
    assert label.skipif(conditions=DEFAULTS).map(argnames=["value"], argvalues=totals) == [SKIP_SENTINEL]
    assert label.skipif(conditions=[tasks.never]).map(argnames=["value"], argvalues=totals) == ["no data"]
    assert label.map(argnames=["value"], argvalues=totals) == ["no data"]
    assert label.skipif(conditions=[tasks.never]).call(total) == "no data"


def test_decorated_functions_are_called_as_functions():
    assert tasks.describe_site("north", 3) == "north: 3"
    assert tasks.describe_site.tags == ("text",)
