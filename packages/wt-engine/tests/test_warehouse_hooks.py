"""What stands around steps: hooks, captures of errors, events, checkpoints."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from wt_engine import Condition, DefinitionError, EventType, ExpressionError, For, Parallel, Pipeline, PipelineAsync


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    return Pipeline if request.param == "sync" else PipelineAsync


def run(pipeline: Any, data: dict[str, Any] | None = None) -> dict[str, Any]:
    result = pipeline.run(data)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def notes(pipeline: Any, data: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a run notes; it must not fail."""

    async def read() -> list[Any]:
        return [event async for event in pipeline.events(data)]

    events = asyncio.run(read())
    assert events[-1].payload.status.value == "success"
    return [event.payload for event in events if event.type is EventType.NOTE]


def load(data):
    return {"rows": 3}


def fail(data):
    raise ValueError("no")


async def count(data):
    return {"n": data.get("n", 0) + 1}


def test_hooks_stand_around_every_step_inside_blocks_too(kind):
    seen: list[Any] = []

    def before(context, info):
        seen.append(("before", info["name"], sorted(context)))

    async def after(context, info, outcome):
        seen.append(("after", info["name"], sorted(context), outcome))

    pipeline = kind("hooked").add_pre_hook(before).add_post_hook(after)
    run(pipeline.set_steps([(load, "load", "v2", {"owner": "ada"}), Condition("True", [Parallel([count])])]))
    assert seen == [
        ("before", "load", []),
        ("after", "load", ["rows"], "success"),
        ("before", "count", ["rows"]),
        ("after", "count", ["n", "rows"], "success"),
    ]


def test_a_hook_knows_the_step(kind):
    seen: list[Any] = []
    pipeline = kind("hooked").add_pre_hook(lambda context, info: seen.append(info))
    run(pipeline.set_steps([(load, "load", "v2", {"owner": "ada"})]))
    known = {"name": "load", "version": "v2", "step_type": "task", "metadata": {"owner": "ada"}, "attempt": 1}
    assert known.items() <= seen[0].items()
    assert ".py:" in seen[0]["place"]


def test_what_a_hook_writes_reaches_the_warehouse(kind):
    pipeline = kind("hooked").add_pre_hook(lambda context, info: context.update(unit="m", gone=1))
    pipeline.add_post_hook(lambda context, info, outcome: context.pop("gone"))
    assert run(pipeline.set_steps([lambda data: {"seen": data["unit"]}])) == {"unit": "m", "seen": "m"}
    assert run(pipeline.set_steps([Parallel([lambda data: {"seen": data["unit"]}])])) == {"unit": "m", "seen": "m"}


def test_an_exception_in_a_pre_hook_vetoes_the_step_for_good(kind):
    ran: list[str] = []

    def veto(context, info):
        raise PermissionError(f"not {info['name']}")

    with pytest.raises(PermissionError, match="not step"):
        run(
            kind("veto", max_retries=3, retry_delay=0)
            .add_pre_hook(veto)
            .add_state("step", lambda d: ran.append("step"))
        )
    assert ran == []


def test_an_exception_in_a_post_hook_is_noted_and_harms_nothing(kind):
    def broken(context, info, outcome):
        raise RuntimeError("the hook")

    pipeline = kind("noted").add_post_hook(broken).set_steps([load])
    (about,) = notes(pipeline)
    assert (about["type"], about["error"]) == ("hook_error", "the hook")
    assert "broken" in about["hook"]
    assert "RuntimeError: the hook" in about["traceback"]
    assert run(pipeline) == {"rows": 3}


def test_a_post_hook_gets_the_error_of_the_last_attempt(kind):
    seen: list[Any] = []
    pipeline = kind("failing", max_retries=2, retry_delay=0).add_post_hook(
        lambda c, info, outcome: seen.append(outcome)
    )
    with pytest.raises(ValueError, match="no") as caught:
        run(pipeline.set_steps([fail]))
    assert seen == [caught.value]


def test_an_error_capture_is_told_everything_after_every_failed_attempt(kind):
    seen: list[Any] = []
    pipeline = kind("failing", max_retries=1, retry_delay=0).add_error_capture(
        [lambda data, error: seen.append((data["rows"], error))]
    )
    with pytest.raises(ValueError, match="no"):
        run(pipeline.set_steps([load, fail]))
    assert [(rows, info["attempt"]) for rows, info in seen] == [(3, 1), (3, 2)]
    info = seen[0][1]
    assert info["step_name"] == "fail"
    assert info["error_message"] == "no"
    assert info["error_type"] == "ValueError"
    assert info["file_path"] == __file__
    assert info["method"] == "fail"
    assert info["line_number"] == fail.__code__.co_firstlineno + 1
    assert info["error_traceback"].rstrip().endswith("ValueError: no")
    assert info["timestamp"] > 0


def test_an_error_capture_does_not_make_the_pipeline_go_on(kind):
    ran: list[str] = []
    pipeline = kind("failing").add_error_capture(lambda data, error: None)
    with pytest.raises(ValueError, match="no"):
        run(pipeline.set_steps([fail, lambda data: ran.append("after")]))
    assert ran == []
    run(kind("failing").add_error_capture([lambda d, e: None], break_on_error=False).set_steps([fail, load]))


def test_a_broken_error_capture_does_not_hide_the_error(kind):
    def broken(data, error):
        raise RuntimeError("the capture")

    with pytest.raises(ValueError, match="no") as caught:
        run(kind("failing").add_error_capture([(broken, "mine")]).set_steps([fail]))
    assert any("'mine' failed as well: the capture" in one for one in caught.value.__notes__)


def test_captures_work_in_blocks_and_for_steps_beside(kind):
    seen: list[str] = []
    pipeline = kind("failing", continue_on_error=True).add_error_capture(
        lambda d, error: seen.append(error["step_name"])
    )
    run(pipeline.set_steps([Parallel([fail]), For(2, None, [fail]), Condition("True", [fail])]))
    assert seen == ["fail", "fail#2", "fail#2", "fail#3"] or seen == ["fail"] * 4


@pytest.mark.parametrize("add", ["add_pre_hook", "add_post_hook", "add_error_capture"])
def test_what_is_no_function_is_refused(add):
    with pytest.raises(DefinitionError):
        getattr(Pipeline("wrong"), add)(3)


def test_an_event_is_noted_with_every_run_and_its_steps_run_last(kind):
    pipeline = kind("noted").add_event(
        "deployment", "go", "v2 is out", {"v": 2}, ["ops"], [lambda d: {"last": sorted(d)}]
    )
    pipeline.set_steps([load])
    event = {"type": "deployment", "name": "go", "message": "v2 is out", "data": {"v": 2}, "tags": ("ops",)}
    assert notes(pipeline) == [event]
    assert notes(pipeline) == [event]
    assert run(pipeline) == {"rows": 3, "last": ["rows"]}


def test_a_checkpoint_saves_the_state_only_when_its_expression_holds(kind):
    pipeline = kind("saved").add_checkpoint("half", "n >= 2").add_checkpoint("never", "n > 99").set_steps([count] * 4)
    (saved,) = notes(pipeline)
    assert (saved["type"], saved["name"], saved["state"]) == ("checkpoint", "half", {"n": 2})


def test_a_checkpoint_is_armed_again_in_every_run(kind):
    pipeline = kind("saved").add_checkpoint("half", "n == 2").set_steps([count] * 4)
    assert len(notes(pipeline)) == len(notes(pipeline)) == 1


def test_a_checkpoint_is_reached_inside_loops_branches_and_after_parallel_steps(kind):
    def saved(*steps: Any) -> dict[str, Any]:
        (about,) = notes(kind("saved").add_checkpoint("c", "n == 2").set_steps(list(steps)))
        return about["state"]

    assert saved(For(4, None, [count])) == {"n": 2}
    assert saved(Condition("True", [count, count, count])) == {"n": 2}
    assert saved(Parallel([count, count]), count) == {"n": 2}
    assert saved(Pipeline("inner").set_steps([count, count]), count) == {"n": 2}


def test_the_steps_of_a_checkpoint_run_when_it_is_reached(kind):
    pipeline = kind("saved").add_checkpoint("half", "n == 2", [lambda data: {"at": data["n"]}, count])
    assert run(pipeline.set_steps([count] * 3)) == {"n": 4, "at": 2}


def test_a_checkpoint_waits_for_names_that_are_not_there_yet(kind):
    pipeline = kind("saved").add_checkpoint("c", "late > 0").set_steps([load, lambda data: {"late": 1}])
    assert [one["state"] for one in notes(pipeline)] == [{"rows": 3, "late": 1}]


def test_a_checkpoint_whose_names_never_came_is_noted_with_the_near_miss(kind):
    (about,) = notes(kind("saved").add_checkpoint("c", "rwos > 0").set_steps([load]))
    assert about["type"] == "checkpoint_error"
    assert "there is no value 'rwos'. Did you mean 'rows'?" in about["error"]


def test_a_checkpoint_that_cannot_be_evaluated_is_an_error(kind):
    with pytest.raises(ExpressionError, match=r"checkpoint 'c': it cannot be evaluated: TypeError"):
        run(kind("saved").add_checkpoint("c", "rows > 'a'").set_steps([load]))
    with pytest.raises(DefinitionError, match="checkpoint 'c'"):
        kind("saved").add_checkpoint("c", "rows.x")
    with pytest.raises(DefinitionError, match="a checkpoint 'c' already"):
        kind("saved").add_checkpoint("c").add_checkpoint("c")
