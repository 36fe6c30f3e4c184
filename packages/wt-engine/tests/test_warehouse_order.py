"""`depends_on`: a graph of steps instead of a list."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from wt_engine import (
    Condition,
    DefinitionError,
    MergeConflictError,
    Parallel,
    Pipeline,
    PipelineAsync,
    StepRegistry,
    step,
)


def put(name: str) -> Any:
    def give(data):
        return {name: sorted(data)}

    return give


def pipeline(**needs: Any) -> Pipeline:
    """A pipeline whose steps each write down which keys they saw."""
    built = Pipeline("graph")
    for name, need in needs.items():
        built.add_state(name, put(name), depends_on=need)
    return built


def test_a_step_waits_for_what_it_depends_on():
    result = pipeline(d=["b", "c"], b=["a"], c=["a"], a=None).run()
    assert result["a"] == []
    assert "a" in result["b"]
    assert "a" in result["c"]
    assert result["d"] == ["a", "b", "c"]


def test_independent_steps_run_at_the_same_time():
    met = threading.Barrier(2, timeout=30)

    def meet(data):
        met.wait()

    built = Pipeline("graph").add_state("a", put("a")).add_state("b", meet, depends_on="a")
    assert built.add_state("c", meet, depends_on=["a"]).run() == {"a": []}


def test_a_step_that_says_nothing_waits_for_all_before_it():
    assert pipeline(a=None, b=["a"], c=["a"], d=None).run()["d"] == ["a", "b", "c"]


def test_a_step_may_depend_on_nothing():
    assert pipeline(a=None, b=[], c=["a", "b"]).run()["c"] == ["a", "b"]


def test_what_steps_at_the_same_time_change_is_merged_by_deltas():
    met = threading.Barrier(2, timeout=30)

    def add(by):
        def increase(data):
            before = data["n"]
            met.wait()
            data["xs"].append(by)
            return {"n": before + by}

        return increase

    built = Pipeline("graph").add_state("a", add(1), depends_on=[]).add_state("b", add(2), depends_on=[])
    result = built.run({"n": 10, "xs": []})
    assert result["n"] == 13
    assert sorted(result["xs"]) == [1, 2]


def test_a_conflict_names_both_steps():
    met = threading.Barrier(2, timeout=30)

    def claim(value):
        def write(data):
            met.wait()
            return {"winner": value}

        return write

    built = Pipeline("graph").add_state("a", claim("x"), depends_on=[]).add_state("b", claim("y"), depends_on=[])
    with pytest.raises(MergeConflictError) as caught:
        built.run()
    assert sorted(caught.value.steps) == ["a", "b"]


def test_later_steps_may_replace_what_earlier_ones_wrote():
    built = Pipeline("graph").add_state("a", lambda d: {"v": "a"}).add_state("b", lambda d: {"w": 1}, depends_on="a")
    built.add_state("c", lambda d: {"v": "c"}, depends_on="a").add_state(
        "d", lambda d: {"v": "d"}, depends_on=["b", "c"]
    )
    assert built.run() == {"v": "d", "w": 1}


def test_an_unknown_name_is_an_error_with_the_near_miss_and_the_place():
    with pytest.raises(
        DefinitionError, match=r"depends on unknown step 'laod'\. Did you mean 'load'\?.*\n  --> .*:\d+"
    ):
        Pipeline("graph").add_state("load", put("load")).add_state("b", put("b"), depends_on=["laod"]).run()


@pytest.mark.parametrize("needs", [{"a": ["b"], "b": ["a"]}, {"x": None, "a": ["c"], "b": ["a"], "c": ["b", "x"]}])
def test_a_cycle_is_an_error_that_shows_its_path(needs):
    with pytest.raises(DefinitionError, match=r"Circular dependency: a -> .* -> a"):
        pipeline(**needs).validate()
    with pytest.raises(DefinitionError, match="'a' depends on itself"):
        pipeline(a=["a"]).validate()


def test_below_a_failed_step_nothing_runs_and_beside_it_everything_does():
    ran: list[str] = []

    def fail(data):
        raise ValueError("no")

    built = (
        Pipeline("graph").add_state("a", fail, depends_on=[]).add_state("b", lambda d: ran.append("b"), depends_on="a")
    )
    built.add_state("c", lambda d: ran.append("c"), depends_on=[]).add_state(
        "d", lambda d: ran.append("d"), depends_on="c"
    )
    with pytest.raises(ValueError, match="no"):
        built.run()
    assert ran == ["c", "d"]


def test_pipelines_depend_and_are_depended_on():
    inner = Pipeline("inner").set_steps([put("inside")])
    built = Pipeline("graph").add_pipeline(inner, depends_on=["a"]).add_state("a", put("a"))
    assert built.add_state("z", put("z"), depends_on=["inner"]).run()["z"] == ["a", "inside"]


def test_blocks_stand_between_steps_of_a_graph():
    inside = step(name="x", depends_on=["y"], registry=StepRegistry())(put("x"))
    built = Pipeline("graph").set_steps([
        (put("a"), "a"),
        Condition("'a' in a or True", [inside, (put("y"), "y")]),
        Parallel([(put("p"), "p"), (put("q"), "q")]),
    ])  # fmt: skip
    built.add_state("after p", put("r"), depends_on=["p"]).add_state("alone", put("s"), depends_on=[])
    result = built.run()
    assert result["x"] == ["a", "s", "y"] or result["x"] == ["a", "y"]
    assert {"p", "q"} <= set(result["r"])


def test_an_async_graph_is_the_same():
    built = PipelineAsync("graph").add_state("b", put("b"), depends_on="a").add_state("a", put("a"))
    assert asyncio.run(built.run())["b"] == ["a"]


def test_a_graph_of_thousands_is_nothing_special():
    built = Pipeline("graph").add_state("root", put("root"))

    async def nothing(data): ...

    for number in range(2_000):
        built.add_state(f"s{number}", nothing, depends_on=["root"])
    assert built.add_state("end", put("end"), depends_on=[f"s{number}" for number in range(2_000)]).run()["end"] == [
        "root"
    ]
