"""Branches, loops, parallel steps and steps beside the others, alone and inside each other."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

import pytest
from wt_engine import (
    Background,
    Condition,
    DefinitionError,
    EventType,
    ExpressionError,
    For,
    MergeConflictError,
    Parallel,
    Pipeline,
    PipelineAsync,
    StepRegistry,
    step,
)


def run(steps: list[Any], data: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """What a pipeline of both kinds comes to."""
    found = Pipeline("sync", **options).set_steps(steps).run(data)
    assert asyncio.run(PipelineAsync("async", **options).set_steps(steps).run(data)) == found
    return found


def note(name: str) -> Any:
    def append(data):
        return {"log": [*data.get("log", []), name]}

    append.__name__ = name
    return append


def add(by: int) -> Any:
    async def increase(data):
        return {"total": data["total"] + by}

    increase.__name__ = f"add{by}"
    return increase


async def read(pipeline: Any, data: dict[str, Any] | None = None) -> list[Any]:
    return [event async for event in pipeline.events(data)]


@pytest.mark.parametrize(
    ("data", "log"),
    [({"n": 3}, ["big", "after"]), ({"n": 1}, ["small", "after"])],
)
def test_a_condition_takes_one_side_and_joins_again(data, log):
    assert run([Condition("n > 2", [note("big")], [note("small")]), note("after")], data)["log"] == log


def test_a_condition_without_an_else_goes_on():
    assert run([note("a"), Condition("False", [note("b"), note("c")]), note("d")])["log"] == ["a", "d"]
    assert run([Condition("False", [note("b")])]) == {}
    assert run([Condition("True", [], [note("b")]), note("c")])["log"] == ["c"]


def test_a_condition_may_be_a_function_and_its_steps_a_single_one():
    assert run([Condition(lambda data: data["n"] == 1, note("a"), note("b"))], {"n": 1})["log"] == ["a"]


def test_a_condition_that_cannot_be_evaluated_is_an_error_and_never_false(rules):
    pipeline = Pipeline("wrong").set_steps([Condition("accurcy > 0.9", [note("a")], [note("b")])])
    with pytest.raises(ExpressionError, match=r"there is no value 'accurcy'\. Did you mean 'accuracy'"):
        pipeline.run({"accuracy": 1.0})
    with pytest.raises(ExpressionError, match="TypeError"):
        Pipeline("wrong").set_steps([Condition("len(n) > 1", [note("a")])]).run({"n": 1})
    rules(asyncio.run(read(pipeline, {"accuracy": 1.0})))


@pytest.mark.parametrize(
    "expression", ["().__class__.__base__.__subclasses__()", "__import__('os').getpid()", "n >", "", None, 3]
)
def test_a_condition_that_is_no_safe_expression_is_refused_when_it_is_written(expression):
    with pytest.raises(DefinitionError, match="Condition"):
        Condition(expression, [note("a")])


def test_a_loop_takes_a_number_an_expression_or_both():
    assert run([For(3, None, [add(1)])], {"total": 0}) == {"total": 3}
    assert run([For(None, "total < 5", [add(2)])], {"total": 0}) == {"total": 6}
    assert run([For(10, "total < 5", [add(2)])], {"total": 0}) == {"total": 6}
    assert run([For(2, "total < 5", [add(2)])], {"total": 0}) == {"total": 4}
    assert run([For(0, None, [add(1)]), note("after")], {"total": 0}) == {"total": 0, "log": ["after"]}
    assert run([For(iterations=2, validation_expression=None, steps=add(1))], {"total": 0}) == {"total": 2}


def test_the_round_is_injected_by_name_and_does_not_leak():
    def keep(data, iteration):
        return {"rounds": [*data.get("rounds", []), iteration]}

    assert run([For(3, None, [keep])]) == {"rounds": [0, 1, 2]}
    assert run([For(2, None, [lambda iteration: {"last": iteration}])]) == {"last": 1}


def test_the_round_of_the_loop_outside_reaches_nested_pipelines_and_parallel_branches():
    def keep(data, iteration):
        return {"rounds": [*data.get("rounds", []), iteration]}

    assert run([For(2, None, [Pipeline("inner").set_steps([keep])])]) == {"rounds": [0, 1]}
    assert run([For(2, None, [Parallel([Condition("True", [keep])])])]) == {"rounds": [0, 1]}
    assert run([For(2, None, [Parallel([keep])])]) == {"rounds": [0, 1]}


def test_loops_inside_loops_begin_anew():
    def keep(data, iteration):
        return {"rounds": [*data.get("rounds", []), iteration]}

    inner = For(2, None, [keep])
    assert run([For(2, None, [inner, Condition("len(rounds) > 2", [note("late")], [note("early")])])]) == {
        "rounds": [0, 1, 0, 1],
        "log": ["early", "late"],
    }


def test_a_loop_may_end_in_a_condition_or_begin_with_one():
    steps = [
        For(3, None, [Condition("total > 0", [add(10)]), add(1), Condition("total > 20", [note("big")])]),
        add(100),
    ]
    assert run(steps, {"total": 0}) == {"total": 123, "log": ["big"]}


def test_a_condition_may_hold_a_loop_that_is_not_taken():
    assert run([Condition("False", [For(2, None, [note("a")]), note("b")]), note("c")])["log"] == ["c"]
    assert run([Condition("True", [For(2, None, [note("a")])], [note("b")]), note("c")])["log"] == ["a", "a", "c"]


def test_an_error_in_a_loop_is_a_failure():
    calls: list[int] = []

    def fail(iteration):
        calls.append(iteration)
        raise ValueError("in round 0")

    with pytest.raises(ValueError, match="in round 0"):
        Pipeline("loop").set_steps([For(3, None, [fail]), note("after")]).run()
    assert calls == [0]


def test_a_loop_goes_on_after_errors_in_a_pipeline_that_does():
    def fail(iteration):
        raise ValueError(f"in round {iteration}")

    result = Pipeline("loop", continue_on_error=True).set_steps([For(2, None, [fail]), note("after")]).run()
    assert result == {"log": ["after"]}
    assert [one.error for one in result.errors] == ["in round 0", "in round 1"]


def test_an_expression_that_fails_in_a_loop_is_an_error():
    with pytest.raises(ExpressionError, match=r"there is no value 'totl'\. Did you mean 'total'"):
        Pipeline("loop").set_steps([For(None, "totl < 3", [add(1)])]).run({"total": 0})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "iterations, a validation_expression, or both"), ((-1, None, [add(1)]), "whole number"),
     (([add(1)], 3), "the order is For"), ((3, None, []), "no steps"), ((3, "n +", [add(1)]), "no expression"),
     ((3, None, [add(1)], "acumulate"), "Did you mean 'accumulate'")],
)  # fmt: skip
def test_a_wrong_loop_is_refused_when_it_is_written(arguments, said):
    with pytest.raises(DefinitionError, match=said):
        For(*arguments)


def test_a_loop_adds_what_was_not_looked_at_if_it_is_told_to():
    def give(iteration):
        return {"n": 2, "xs": [iteration], "ok": True, "name": f"r{iteration}"}

    def count(data):
        return {"rounds": data.get("rounds", 0) + 1}

    steps = [For(3, None, [give, count], merge_policy="accumulate")]
    assert run(steps) == {"n": 6, "xs": [0, 1, 2], "ok": True, "name": "r2", "rounds": 3}
    assert run([For(3, None, [give])])["n"] == 2

    def highest(before, changes):
        return {"n": max(before.get("n", 0), changes[0]["n"])}

    assert run([For(3, None, [lambda iteration: {"n": -iteration}], merge_policy=highest)]) == {"n": 0}


def test_ten_thousand_rounds_are_nothing_special():
    assert Pipeline("long").set_steps([For(10_000, None, [add(1)])]).run({"total": 0}) == {"total": 10_000}


def test_parallel_increments_of_a_counter_add_up():
    assert run([Parallel([add(1), add(2)])], {"total": 10}) == {"total": 13}


def test_parallel_appends_to_one_list_are_all_kept():
    assert run([Parallel([note("a"), note("b")])], {"log": ["z"]}) == {"log": ["z", "a", "b"]}


def test_parallel_steps_really_run_at_the_same_time():
    met = threading.Barrier(3, timeout=30)

    def meet(data):
        met.wait()

    assert run([Parallel([meet, meet, meet])]) == {}


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_than_max_workers_run_at_the_same_time(most):
    running, peak = [0], [0]

    async def count(data):
        running[0] += 1
        peak[0] = max(peak[0], running[0])
        for _ in range(5):
            await asyncio.sleep(0)
        running[0] -= 1

    run([Parallel([count] * 6, max_workers=most)])
    assert peak == [most]


def test_parallel_steps_do_not_see_each_other():
    seen: list[Any] = []

    def change(data):
        seen.append((list(data["xs"]), data["d"]["n"]))
        data["xs"].append(1)
        data["d"]["n"] += 1

    result = Pipeline("isolated").set_steps([Parallel([change] * 4, max_workers=1)]).run({"xs": [], "d": {"n": 0}})
    assert seen == [([], 0)] * 4
    assert result == {"xs": [1] * 4, "d": {"n": 4}}


def test_a_parallel_conflict_names_both_steps_and_the_key():
    def left(data):
        return {"winner": "left"}

    def right(data):
        return {"winner": "right"}

    with pytest.raises(MergeConflictError, match=r"'left' and 'right'.*'winner': 'left' and 'right' cannot be merged"):
        run([Parallel([left, right])])
    assert run([Parallel([left, right], merge_policy="last_wins")]) == {"winner": "right"}
    assert run([Parallel([left, right], None, False, lambda before, changes: changes[0])]) == {"winner": "left"}


def test_a_failure_in_parallel_raises_and_siblings_finish():
    done: list[str] = []
    failed = threading.Event()

    def fail(data):
        failed.set()
        raise ValueError("no")

    def finish(data):
        failed.wait(30)
        done.append("finish")

    with pytest.raises(ValueError, match="no"):
        Pipeline("parallel").set_steps([Parallel([fail, finish]), note("after")]).run()
    assert done == ["finish"]


def test_the_results_of_the_others_are_merged_when_a_pipeline_goes_on():
    def fail(data):
        raise ValueError("no")

    result = Pipeline("on", continue_on_error=True).set_steps([Parallel([add(1), fail, add(2)])]).run({"total": 0})
    assert result == {"total": 3}
    assert [one.step for one in result.errors] == ["fail"]


def test_parallel_takes_blocks_and_pipelines():
    inner = Pipeline("inner").set_steps([add(1), add(2)])
    steps = [
        Parallel([inner, Condition("total > 5", [add(10)]), For(2, None, [add(100)]), Parallel([add(1000), add(1)])])
    ]
    assert run(steps, {"total": 10}) == {"total": 10 + 3 + 10 + 200 + 1001}


def test_parallel_retries_and_timeouts_are_those_of_each_step():
    calls: list[int] = []

    def flaky(data):
        calls.append(1)
        if len(calls) < 3:
            raise OSError("again")
        return {"ok": True}

    assert Pipeline("retry", max_retries=2, retry_delay=0).set_steps([Parallel([flaky])]).run() == {"ok": True}


def test_ten_thousand_parallel_steps_are_nothing_special():
    async def one(data):
        return {"n": data["n"] + 1}

    assert Pipeline("wide").set_steps([Parallel([one] * 10_000)]).run({"n": 0}) == {"n": 10_000}


def test_an_empty_parallel_is_nothing():
    assert run([Parallel([]), note("a")])["log"] == ["a"]


def test_a_wrong_parallel_is_refused_when_it_is_written():
    with pytest.raises(DefinitionError, match="max_workers"):
        Parallel([add(1)], max_workers=0)
    with pytest.raises(DefinitionError, match="merge_policy"):
        Parallel([add(1)], merge_policy="newest")


def test_parallel_steps_may_run_in_processes():
    import warehouse_steps as steps

    data = {"total": 10, "pids": [], "old": 1}
    result = Pipeline("cpu").set_steps([Parallel([steps.count, steps.gone, steps.count], 2, True)]).run(data)
    assert result["total"] == 12
    assert len(result["pids"]) == 2
    assert os.getpid() not in result["pids"]
    assert "old" not in result


def test_a_failure_in_a_process_raises_and_the_round_reaches_it():
    import warehouse_steps as steps

    with pytest.raises(LookupError, match="in a process"):
        Pipeline("cpu").set_steps([Parallel([steps.fail], use_processes=True)]).run()
    loop = For(2, None, [Parallel([steps.rounds], use_processes=True)])
    assert Pipeline("cpu").set_steps([loop]).run() == {"rounds": [0, 1]}


def test_a_process_that_overruns_is_killed():
    import warehouse_steps as steps

    parallel = Parallel([step(timeout=0.2, registry=StepRegistry())(steps.block)], use_processes=True)
    with pytest.raises(TimeoutError, match=r"Step 'block' timed out after 0\.2s"):
        Pipeline("cpu").set_steps([parallel]).run()


def test_what_cannot_run_in_a_process_is_refused_before_anything_runs():
    with pytest.raises(
        DefinitionError, match=r"Step '<lambda>' cannot run in a process: it cannot be pickled.*\n  --> "
    ):
        Pipeline("cpu").set_steps([Parallel([lambda data: {}], use_processes=True)]).validate()
    with pytest.raises(DefinitionError, match="takes functions, not Condition"):
        Pipeline("cpu").set_steps([Parallel([Condition("True", [note("a")])], use_processes=True)]).validate()


def test_a_background_step_runs_beside_and_is_awaited():
    after, seen = threading.Event(), []

    def beside(data):
        after.wait(30)
        seen.append(dict(data))
        return {"dropped": True}

    def main(data):
        data["xs"].append(1)
        after.set()

    assert Pipeline("beside").set_steps([Background(beside), main]).run({"xs": []}) == {"xs": [1]}
    assert seen == [{"xs": []}]


def test_a_background_failure_fails_the_run_unless_it_is_captured():
    def fail(data):
        raise ValueError("beside")

    with pytest.raises(ValueError, match="beside"):
        Pipeline("beside").set_steps([note("a"), Background(fail), note("b")]).run()
    events = asyncio.run(read(Pipeline("beside").set_steps([Background(fail, capture_error=True), note("b")])))
    assert events[-1].payload.status.value == "success"
    about = next(event.payload for event in events if event.type is EventType.NOTE)
    assert (about["type"], about["error"]) == ("background_error", "beside")
    assert "ValueError: beside" in about["traceback"]


def test_a_background_step_is_cancelled_with_the_run():
    ended: list[str] = []

    async def beside(data):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("beside")

    pipeline = Pipeline("beside")
    pipeline.set_steps([Background(beside), lambda data: pipeline.cancel("enough")])
    with pytest.raises(Exception, match="enough"):
        pipeline.run()
    assert ended == ["beside"]


def test_a_background_step_may_stand_in_branches_and_loops():
    seen: list[Any] = []

    def beside(data, iteration):
        seen.append(iteration)

    steps = [For(2, None, [Background(beside), note("a")]), Condition("True", [Background(lambda d: seen.append("c"))])]
    assert Pipeline("beside").set_steps(steps).run() == {"log": ["a", "a"]}
    assert sorted(map(str, seen)) == ["0", "1", "c"]


def test_every_event_keeps_the_rules(rules):
    pipeline = Pipeline("all").set_steps([
        note("a"),
        Condition("len(log) > 0", [For(2, None, [note("b"), Parallel([note("c"), note("d")])])], [note("e")]),
        Background(note("f")),
        Pipeline("inner").set_steps([Parallel([Condition("False", [note("g")])])]),
        note("h"),
    ])  # fmt: skip
    events = asyncio.run(read(pipeline))
    rules(events)
    assert events[-1].payload.status.value == "success"


def test_a_pipeline_shows_its_steps_and_its_graph():
    pipeline = Pipeline("shown").set_steps([
        (note("a"), "a", "v2", {"owner": "ada"}),
        Condition("n > 2", [note("b")]),
        For(2, None, [note("c")]),
        Parallel([note("d"), note("e")], 2),
        Pipeline("inner").set_steps([note("f")]),
        Background(note("g")),
    ])  # fmt: skip
    about = pipeline.describe()
    kinds = ["task", "condition", "for", "parallel", "pipeline", "background"]
    assert [one["kind"] for one in about["steps"]] == kinds
    assert about["steps"][0]["metadata"] == {"owner": "ada"}
    assert [one["name"] for one in about["steps"][3]["steps"]] == ["d", "e"]
    graph = pipeline.graph()
    assert graph.startswith("graph TD\n")
    assert 'n1{"if n #62; 2"}' in graph
    assert 'n1 -- "true" --> n2' in graph
    assert 'n3 -- "next round" --> n4' in graph
    assert "n4 --> n3" in graph
    assert "n5 -.-> n6" in graph
