from __future__ import annotations

import asyncio

import pytest
from wt_task import task
from wt_task.errors import TaskInstanceError
from wt_task.events import subscribe
from wt_task.sub_workflow import inputs, skips, sub_workflow


def test_what_is_bound_joins_what_is_given_at_its_place():
    given = {"measured": {"year": 2020}, "label": {"loud": True}}
    found = inputs(given, {"measured.station": "Oslo", "params.year": 2023, "inner.measured.station": "Bergen"})
    assert found == {
        "measured": {"year": 2020, "station": "Oslo"},
        "label": {"loud": True},
        "params": {"year": 2023},
        "inner": {"measured": {"station": "Bergen"}},
    }
    assert given == {"measured": {"year": 2020}, "label": {"loud": True}}


def test_a_sub_workflow_is_called_once_an_element_as_a_task_is():
    def main(params):
        return task(len).set_task_instance_id("each.length").call(params["length"]["text"]) + params["add"]["number"]

    events = []
    mapped = task(sub_workflow(main, {"add": {"number": 10}})).set_task_instance_id("each").handle_errors()
    with subscribe(events.append):
        assert mapped.map(argnames=["length.text"], argvalues=["a", "bcd"]) == [11, 13]
    assert [(event.kind, event.step) for event in events] == [("STEP_START", "each"), ("STEP_END", "each")]
    assert mapped.partial(**{"add.number": 0}).map(argnames=["length.text"], argvalues=["a"]) == [1]


def test_an_asynchronous_sub_workflow_is_awaited():
    async def main(params):
        await asyncio.sleep(0)
        return params["one"]["number"]

    each = task(sub_workflow(main, {}))
    assert asyncio.run(each.map(argnames=["one.number"], argvalues=[1, 2])) == [1, 2]


def test_conditions_get_what_is_bound_and_any_of_them_is_enough():
    seen = []

    def few(*values):
        seen.append(values)
        return len(values) < 3

    assert not skips("part", [few], [[1, 2], "x"], unpack_depth=1)
    assert skips("part", [few, lambda *_: True], [[1, 2], "x"], unpack_depth=0)
    assert seen == [(1, 2, "x"), ([1, 2], "x")]


def test_a_condition_that_fails_names_the_sub_workflow():
    with pytest.raises(TaskInstanceError, match=r"'part' raised ZeroDivisionError"):
        skips("part", [lambda value: 1 / value], [0], unpack_depth=1)
