"""A list of steps over one warehouse: what steps see, what they may return, how runs end."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from wt_engine import (
    CancellationToken,
    DefinitionError,
    EventType,
    Pipe,
    Pipeline,
    PipelineAsync,
    PipelineCancelled,
    PipelineSuspended,
    PipelineTimeoutError,
    PipelineValidationWarning,
    Stop,
    Suspend,
)

Run = Callable[..., dict[str, Any]]


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    """Both kinds of pipeline: they have the same abilities."""
    return Pipeline if request.param == "sync" else PipelineAsync


@pytest.fixture
def run() -> Run:
    """Run a pipeline of either kind."""

    def run(pipeline: Any, data: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        result = pipeline.run(data, **options)
        return asyncio.run(result) if asyncio.iscoroutine(result) else result

    return run


def load(data):
    return {"rows": [1, 2, 3]}


async def total(data):
    return {"total": sum(data["rows"])}


class Scale:
    """A step that is an object."""

    NAME = "scale"

    def __init__(self, factor: int = 2) -> None:
        self.factor = factor

    def __call__(self, data):
        return {"total": data["total"] * self.factor}


def test_every_step_sees_all_results_so_far(kind, run):
    assert run(kind("sums").set_steps([load, total, Scale(10)]), {"unit": "m"}) == {
        "unit": "m",
        "rows": [1, 2, 3],
        "total": 60,
    }


@pytest.mark.parametrize(
    "form",
    [
        load,
        (load, "load"),
        (load, "load", "v2"),
        (load, "load", "v2", {"owner": "ada"}),
        Pipeline("inner").set_steps([load]),
        lambda data: load(data),
        functools.partial(load),
    ],
)
def test_a_step_may_be_given_in_every_form(kind, run, form):
    assert run(kind("forms").set_steps([form, total]))["total"] == 6


@pytest.mark.parametrize("form", [Scale, Scale(2), (Scale, "twice"), (Scale(), "twice")])
def test_a_class_is_a_step_as_such_or_as_an_instance(kind, run, form):
    assert run(kind("classes").set_steps([load, total, form]))["total"] == 12


def test_a_step_is_named_by_its_attribute_its_function_or_its_class():
    pipeline = Pipeline("names").set_steps([load, Scale(), (load, "again"), functools.partial(load), load])
    assert [info["name"] for info in pipeline.describe()["steps"]] == ["load", "scale", "again", "load", "load"]
    assert list(pipeline.prepared()[0].index) == ["load", "scale", "again", "load#2", "load#3"]


@pytest.mark.parametrize(
    "wrong", [3, (load,), (load, 3), (load, "a", "b", "c"), (load, "a", 2), (load, "a", "b", {}, 1)]
)
def test_what_is_no_step_is_refused_with_the_forms_there_are(wrong):
    with pytest.raises(DefinitionError, match="a step is a function"):
        Pipeline("wrong").set_steps([wrong])


def test_a_class_that_cannot_be_made_or_called_is_refused():
    class Needy:
        def __init__(self, factor: int) -> None: ...

        def __call__(self, data): ...

    class Silent:
        pass

    with pytest.raises(DefinitionError, match="without arguments"):
        Pipeline("wrong").set_steps([Needy])
    with pytest.raises(DefinitionError, match="needs a method __call__"):
        Pipeline("wrong").set_steps([Silent])


def test_a_generator_is_refused():
    async def stream(data):
        yield {}

    def items(data):
        yield {}

    for generator in (stream, items):
        with pytest.raises(DefinitionError, match="is a generator"):
            Pipeline("wrong").set_steps([generator])


def test_parameters_are_named_after_keys(kind, run):
    def price(amount: float, rate, discount=0, *, unit="EUR"):
        return {"price": f"{amount * rate - discount} {unit}"}

    pipeline = kind("named").set_steps([price])
    assert run(pipeline, {"amount": 2, "rate": 3})["price"] == "6 EUR"
    assert run(pipeline, {"amount": 2, "rate": 3, "discount": 1, "unit": "USD"})["price"] == "5 USD"


def test_a_single_parameter_is_the_warehouse_unless_its_type_says_otherwise(kind, run):
    def whole(state):
        return {"a": state["x"]}

    def typed(x: int):
        return {"b": x + 1}

    def keyword(*, x):
        return {"c": x + 2}

    def both(data, x):
        return {"d": data["x"] + x}

    def nothing():
        return {"e": 0}

    def anything(*args):
        return {"f": args[0]["x"]}

    steps = [whole, typed, keyword, both, nothing, anything]
    assert run(kind("single").set_steps(steps), {"x": 1, "data": "a key"}) == {
        "x": 1, "data": "a key", "a": 1, "b": 2, "c": 3, "d": 2, "e": 0, "f": 1,
    }  # fmt: skip


def test_a_single_parameter_named_like_a_key_is_warned_of_once(kind, run):
    def double(rows):
        return {"rows": len(rows)}

    def plain(state):
        return None

    with pytest.warns(PipelineValidationWarning, match="gets the whole warehouse as 'rows'") as caught:
        run(kind("named").set_steps([double, double, plain]), {"rows": [1], "other": 2})
    assert {(warning.filename, warning.lineno) for warning in caught} == {(__file__, double.__code__.co_firstlineno)}
    assert "annotate the parameter" in str(caught[0].message)

    def annotated(rows: list[int]):
        return {"rows": len(rows)}

    assert run(kind("typed").set_steps([annotated]), {"rows": [1]}) == {"rows": 1}


def test_a_parameter_without_a_key_is_an_error_with_the_near_miss_and_the_place(kind, run):
    def price(amount, rate): ...

    with pytest.raises(TypeError, match=r"step 'price' wants 'amount'.*Did you mean 'amounts'\?\n  --> .*\.py:\d+"):
        run(kind("named").set_steps([price]), {"amounts": 2, "rate": 3})


@pytest.mark.parametrize("result", [3, "total", [("a", 1)], {1, 2}, True])
def test_a_result_that_is_no_mapping_is_an_error_with_the_step_and_its_place(kind, run, result):
    def wrong(data):
        return result

    with pytest.raises(
        TypeError, match=rf"step 'wrong' must return a mapping.*{type(result).__name__}.*\n  --> .*:\d+"
    ):
        run(kind("wrong").set_steps([wrong]))


def test_a_step_that_forgot_to_await_is_an_error(kind, run):
    def forgot(data):
        return total(data)

    with pytest.raises(TypeError, match="returned an awaitable"):
        run(kind("wrong").set_steps([forgot]))


def test_nothing_is_returned_for_nothing(kind, run):
    assert run(kind("nothing").set_steps([lambda data: None])) == {}
    assert run(kind("empty steps").set_steps([lambda data: {}]), {"a": 1}) == {"a": 1}


def test_there_are_no_reserved_keys(kind, run):
    data = {"error": "a text", "progress_rich": 1, "_loop_iteration": 2, "_pipeline_start_time": 3, "iteration": 4}
    assert run(kind("keys").set_steps([lambda data: {"error": data["error"] + "!"}]), data) == {
        **data,
        "error": "a text!",
    }


def test_the_input_is_not_changed(kind, run):
    data = {"a": 1}
    assert run(kind("copy").set_steps([lambda data: data.update(a=2)]), data) == {"a": 2}
    assert data == {"a": 1}


def test_a_step_may_change_the_warehouse_it_gets(kind, run):
    def change(data):
        data["new"] = 1
        data["list"].append(2)
        del data["old"]
        return data

    assert run(kind("place").set_steps([change]), {"old": 0, "list": [1]}) == {"list": [1, 2], "new": 1}


def test_the_warehouse_is_a_dictionary_for_everybody(kind, run):
    def look(data):
        assert isinstance(data, dict)
        copies = [dict(data), {**data}, data.copy(), data | {}, {} | data, json.loads(json.dumps(data))]
        assert all(type(one) is dict and one == {"a": 1, "b": [2]} for one in copies)
        assert (data.pop("b"), data.setdefault("c", 3), data.popitem()) == ([2], 3, ("c", 3))
        data |= {"d": 4}

    assert run(kind("dict").set_steps([look]), {"a": 1, "b": [2]}) == {"a": 1, "d": 4}


def test_a_failed_attempt_leaves_nothing_behind(kind, run):
    seen = []

    def flaky(data):
        seen.append(dict(data))
        data["half"] = True
        data["n"] += 1
        if len(seen) < 3:
            raise OSError("again")
        return {}

    assert run(kind("retry", max_retries=2, retry_delay=0).set_steps([flaky]), {"n": 1}) == {"n": 2, "half": True}
    assert seen == [{"n": 1}] * 3


def test_a_failure_raises_the_original_exception_of_the_step(kind, run):
    error = KeyError("gone")

    def fail(data):
        raise error

    with pytest.raises(KeyError) as caught:
        run(kind("failing").set_steps([load, fail, total]))
    assert caught.value is error
    assert "in step 'fail' of pipeline 'failing', run " in caught.value.__notes__[0]


def test_a_failure_inside_anything_raises_the_original_exception(kind, run):
    from wt_engine import Condition, For, Parallel

    error = ZeroDivisionError("deep")

    def fail(data):
        raise error

    inner = Pipeline("inner").set_steps([fail])
    for block in (Condition("True", [fail]), For(2, None, [fail]), Parallel([load, fail]), inner,
                  Parallel([Condition("True", [For(1, None, [inner])])])):  # fmt: skip
        with pytest.raises(ZeroDivisionError) as caught:
            run(kind("failing").set_steps([block]))
        assert caught.value is error


def test_a_pipeline_may_go_on_after_a_failure(kind, run):
    def fail(data):
        data["half"] = 1
        raise ValueError("no")

    for options in ({"continue_on_error": True}, {"break_on_error": False}):
        result: Any = run(kind("on", **options).set_steps([load, fail, total]))
        assert result == {"rows": [1, 2, 3], "total": 6}
        assert [(one.step, one.error) for one in result.errors] == [("fail", "no")]
        assert result.status.value == "failed"


def test_break_on_error_counts_above_continue_on_error(kind, run):
    def fail(data):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(kind("off", continue_on_error=True, break_on_error=True).set_steps([fail]))


def test_a_timeout_times_out_and_late_writes_are_discarded(kind, run):
    release = threading.Event()
    late: dict[str, Any] = {}

    def slow(data):
        late["data"] = data
        release.wait(30)
        data["list"].append("late")
        data["new"] = "late"

    seen: list[Any] = []
    pipeline = kind("slow", break_on_error=False).add_state("slow", slow, timeout=0.05)
    pipeline.add_state("after", lambda data: seen.append(data["list"]))
    result = run(pipeline, {"list": []})
    release.set()
    assert result == {"list": []}
    assert "timed out after 0.05s" in result.errors[0].error  # type: ignore[attr-defined]
    assert seen == [[]]


def test_a_timeout_holds_for_async_steps_too(kind, run):
    async def slow(data):
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError, match=r"Step 'slow' timed out after 0\.01s"):
        run(kind("slow").add_state("slow", slow, timeout=0.01))


def test_a_run_may_time_out(kind, run):
    async def slow(data):
        await asyncio.Event().wait()

    with pytest.raises(PipelineTimeoutError, match="timed out after"):
        run(kind("slow").set_steps([slow]), timeout=0.01)
    with pytest.raises(PipelineTimeoutError):
        run(kind("slow", timeout=0.01).set_steps([slow]))


def test_a_step_may_say_no_retries_where_its_pipeline_has_some(kind, run):
    calls: list[str] = []

    def fail(data):
        calls.append("fail")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(kind("none", max_retries=3, retry_delay=0).add_state("fail", fail, retry_count=0))
    assert calls == ["fail"]


def test_only_the_named_exceptions_are_tried_again(kind, run):
    calls: list[str] = []

    def fail(data):
        calls.append("fail")
        raise ValueError("no")

    pipeline = kind("some", max_retries=3, retry_delay=0, retry_on_exceptions=OSError)
    with pytest.raises(ValueError, match="no"):
        run(pipeline.add_state("fail", fail))
    assert calls == ["fail"]
    with pytest.raises(ValueError, match="no"):
        run(pipeline.set_steps([]).add_state("fail", fail, retry_on_exceptions=(ValueError,)))
    assert calls == ["fail"] * 5


@pytest.mark.parametrize(
    ("options", "said"),
    [({"timeout": 0}, "timeout"), ({"retry_count": -1}, "retry_count"), ({"retry_delay": "1"}, "retry_delay"),
     ({"retry_on_exceptions": "OSError"}, "classes of exceptions")],
)  # fmt: skip
def test_wrong_settings_are_refused_where_they_are_given(options, said):
    with pytest.raises(DefinitionError, match=said):
        Pipeline("wrong").add_state("load", load, **options)


def test_a_step_may_stop_or_suspend_the_run(kind, run):
    assert run(kind("stop").set_steps([load, lambda data: Stop, total])) == {"rows": [1, 2, 3]}
    with pytest.raises(PipelineSuspended, match="is suspended: approve") as caught:
        run(kind("ask").set_steps([load, lambda data: Suspend("approve"), total]))
    assert caught.value.warehouse == {"rows": [1, 2, 3]}
    assert caught.value.reason == "approve"


def test_a_nested_pipeline_gets_the_warehouse_and_what_it_adds_is_merged(kind, run):
    inner = kind("inner").set_steps([total, lambda data: data.pop("rows") and None])
    assert run(kind("outer").set_steps([load, inner, Scale]), {"a": 1}) == {"a": 1, "total": 12}


def test_a_nested_pipeline_that_fails_changes_nothing(kind, run):
    def fail(data):
        raise ValueError("no")

    inner = Pipeline("inner").set_steps([lambda data: {"half": 1}, fail])
    assert run(kind("outer", continue_on_error=True).set_steps([inner, load])) == {"rows": [1, 2, 3]}


def test_what_a_nested_pipeline_changed_in_place_is_merged_only_if_it_ends_well(kind, run):
    async def grow(data):
        data["rows"].append(4)

    async def fail(data):
        raise ValueError("no")

    well = kind("outer").set_steps([load, PipelineAsync("inner").set_steps([grow])])
    assert run(well) == {"rows": [1, 2, 3, 4]}
    badly = PipelineAsync("inner").set_steps([grow, fail])
    assert run(kind("outer", continue_on_error=True).set_steps([load, badly])) == {"rows": [1, 2, 3]}


def test_a_pipe_may_be_a_step(run):
    pipe: Pipe[Any, Any] = Pipe(name="graph")

    @pipe.step
    async def double(state):
        state["total"] *= 2

    assert run(Pipeline("outer").set_steps([load, total, pipe])) == {"rows": [1, 2, 3], "total": 12}


def test_a_pipeline_that_contains_itself_is_refused():
    outer = Pipeline("outer").set_steps([load])
    outer.add_pipeline(Pipeline("inner").set_steps([outer]))
    with pytest.raises(DefinitionError, match="contains itself: outer -> inner -> outer"):
        outer.validate()


def test_concurrent_runs_of_one_pipeline_do_not_mix(run):
    barrier = threading.Barrier(8, timeout=30)

    def meet(data):
        barrier.wait()
        return {"twice": data["n"] * 2}

    pipeline = Pipeline("shared").set_steps([meet, lambda n, twice: {"thrice": n + twice}])
    found: dict[int, Any] = {}

    def one(n: int) -> None:
        found[n] = pipeline.run({"n": n})

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: {"n": n, "twice": 2 * n, "thrice": 3 * n} for n in range(8)}


def test_a_sync_run_works_inside_a_running_loop():
    async def main():
        return Pipeline("notebook").set_steps([load, total]).run()

    assert asyncio.run(main())["total"] == 6


def test_a_sync_step_does_not_hold_up_the_loop():
    loop_ran = threading.Event()

    def wait(data):
        return {"ran": loop_ran.wait(30)}

    async def main():
        running = asyncio.create_task(PipelineAsync("free").set_steps([wait]).run())
        asyncio.get_running_loop().call_soon(loop_ran.set)
        return await running

    assert asyncio.run(main()) == {"ran": True}


def test_cancel_ends_the_runs_in_progress_and_no_later_one(kind, run):
    pipeline = kind("cancelled")

    async def wait(data):
        if data["cancel"]:
            pipeline.cancel("enough")
            await asyncio.Event().wait()

    pipeline.set_steps([wait])
    with pytest.raises(PipelineCancelled, match="enough"):
        run(pipeline, {"cancel": True})
    assert run(pipeline, {"cancel": False}) == {"cancel": False}


def test_a_token_cancels_and_a_step_may_have_its_own(kind, run):
    token = CancellationToken()

    async def give_up(data, token):
        token.cancel("mine")
        await token.checkpoint()

    with pytest.raises(PipelineCancelled, match="mine"):
        run(kind("token").set_steps([give_up]), {})
    token.cancel("all")
    with pytest.raises(PipelineCancelled, match="all"):
        run(kind("token", cancellation_token=token).set_steps([load]))


def test_the_events_of_a_run_can_be_read(kind, rules):
    async def read():
        return [event async for event in kind("events").set_steps([load, total]).events({"a": 1})]

    events = asyncio.run(read())
    rules(events)
    assert [(e.type, e.stage) for e in events] == [
        (EventType.START, "system"),
        (EventType.STEP_START, "load"),
        (EventType.STEP_END, "load"),
        (EventType.STEP_START, "total"),
        (EventType.STEP_END, "total"),
        (EventType.FINISH, "system"),
    ]


def test_a_warehouse_begins_with_a_mapping(kind, run):
    with pytest.raises(TypeError, match="begins with a mapping, not list"):
        run(kind("wrong").set_steps([load]), [1])


def test_steps_may_be_changed_between_runs(kind, run):
    pipeline = kind("changing").set_steps([load])
    assert run(pipeline) == {"rows": [1, 2, 3]}
    assert run(pipeline.add_state("total", total)) == {"rows": [1, 2, 3], "total": 6}


def test_a_pipeline_without_steps_is_an_error(kind, run):
    with pytest.raises(ValueError, match="has no steps"):
        run(kind("empty"))
