"""Recorded runs of a pipeline: what the record says, and how runs go on."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wt_engine import (
    Background,
    Condition,
    DefinitionError,
    EventType,
    FailureKind,
    FailureReason,
    FailureRecord,
    FailureSource,
    For,
    Parallel,
    Pipeline,
    PipelineAsync,
    PipelineSuspended,
    Suspend,
)
from wt_engine.errors import RunEndedError
from wt_engine.fingerprint import PlanChangedError
from wt_engine.storage import RunNotFoundError, RunStatus, SQLiteBackend, StoreError
from wt_engine.warehouse.result import original


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    return Pipeline if request.param == "sync" else PipelineAsync


@pytest.fixture
def store(tmp_path: Path) -> SQLiteBackend:
    return SQLiteBackend(tmp_path / "runs.db")


def wait(result: Any) -> Any:
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


class Ledger:
    """Steps that write down that they ran, and fail as long as they are told to."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.broken = True

    def step(self, name: str) -> Callable[..., Any]:
        def note(data):
            self.ran.append(name)
            return {"log": [*data.get("log", []), name]}

        note.__name__ = name
        return note

    def fail(self, data):
        self.ran.append("fail")
        if self.broken:
            raise ValueError("broken")
        return {"mended": True}

    def count(self, data, iteration):
        self.ran.append(f"round {iteration}")
        data.setdefault("rounds", []).append(iteration)


def failed_run(pipeline: Any, data: dict[str, Any] | None = None) -> str:
    """The id of a run that failed."""
    with pytest.raises(ValueError, match="broken") as caught:
        wait(pipeline.run(data))
    return caught.value.__notes__[-1].rsplit(" ", 1)[1]


def test_a_failing_run_is_recorded_as_failed_with_step_error_and_traceback(kind, store):
    ledger = Ledger()
    run_id = failed_run(kind("failing", tracking_db=store).set_steps([ledger.step("a"), ledger.fail]))
    run = store.get_run(run_id)
    assert run is not None
    assert (run.status, run.failed_step, run.error) == (RunStatus.FAILED, "fail", "broken")
    last = store.get_steps(run_id)[-1]
    assert (last.node, last.outcome, last.error) == ("fail", "failed", "broken")
    assert "ValueError: broken" in json.dumps(last.meta)


def test_the_record_holds_what_each_step_changed_and_no_more(kind, store):
    pipeline = kind("deltas", tracking_db=store)
    pipeline.set_steps([lambda data: {"a": 1}, lambda data: {"b": data["a"]}, lambda data: data.pop("a") and None])
    result = wait(pipeline.run({"big": "x" * 1000}))
    deltas = [json.loads(step.delta or "null") for step in store.get_steps(result.run_id)]
    assert deltas == [{"set": [["a", 1]]}, {"set": [["b", 1]]}, {"set": [], "gone": ["a"]}]


def test_what_was_only_looked_at_is_not_recorded_and_what_changed_in_place_is(store):
    def look(data):
        return {"n": len(data["xs"])}

    result = Pipeline("deltas", store=store).set_steps([look, lambda data: data["xs"].append(3)]).run({"xs": [1, 2]})
    deltas = [json.loads(step.delta or "null") for step in store.get_steps(result.run_id)]
    assert deltas == [{"set": [["n", 2]]}, {"set": [["xs", [1, 2, 3]]]}]


def test_a_run_goes_on_after_an_exception(kind, store):
    ledger = Ledger()
    pipeline = kind("again", tracking_db=store).set_steps([ledger.step("a"), ledger.fail, ledger.step("b")])
    run_id = failed_run(pipeline, {"given": {1, 2}})
    ledger.broken = False
    result = wait(pipeline.resume(run_id))
    assert result == {"given": {1, 2}, "log": ["a", "b"], "mended": True}
    assert result.run_id == run_id
    assert ledger.ran == ["a", "fail", "fail", "b"]
    with pytest.raises(RunEndedError):
        wait(pipeline.resume(run_id))


@pytest.mark.parametrize("where", ["loop", "branch", "nested", "parallel", "deep", "beside", "graph"])
def test_a_run_goes_on_inside_every_block_and_no_recorded_step_runs_twice(where, store):
    ledger = Ledger()

    def build() -> Pipeline:
        step, fail = ledger.step, ledger.fail
        inside = [step("x"), ledger.count, fail, step("y")]
        blocks: dict[str, list[Any]] = {
            "loop": [For(2, None, [ledger.count, Condition("len(rounds) == 2", [fail])])],
            "branch": [Condition("True", [step("x"), fail, step("y")], [step("z")])],
            "nested": [For(1, None, [Pipeline("inner").set_steps(inside)])],
            "parallel": [Parallel([step("x"), fail, step("y")], max_workers=1)],
            "deep": [For(1, None, [Parallel([Condition("True", [Pipeline("inner").set_steps(inside)]), step("w")])])],
            "beside": [Background(step("beside")), fail, step("y")],
        }
        pipeline = Pipeline("blocks", tracking_db=store)
        if where == "graph":
            pipeline.add_state("a", step("a"), depends_on=[]).add_state("b", fail, depends_on=[])
            return pipeline.add_state("c", step("c"), depends_on=["a", "b"])
        return pipeline.set_steps([step("first"), *blocks[where], step("last")])

    run_id = failed_run(build())
    before = list(ledger.ran)
    ledger.broken = False
    resumed = build().resume(run_id)
    assert not {name for name in before if name != "fail"} & set(ledger.ran[len(before) :])
    undisturbed = build().run()
    assert resumed == undisturbed


def test_a_suspended_run_goes_on_with_the_answer(kind, store):
    pipeline = kind("ask", tracking_db=store)
    pipeline.set_steps(
        [lambda data: {"a": 1}, lambda data: Suspend("approve?"), lambda data: {"said": data["approved"]}]
    )
    with pytest.raises(PipelineSuspended, match="approve") as caught:
        wait(pipeline.run())
    run_id = caught.value.run_id
    with pytest.raises(TypeError, match="must be a mapping to merge into the warehouse, not str"):
        wait(pipeline.resume(run_id, answer="yes"))
    assert wait(pipeline.resume(run_id, answer={"approved": "yes"})) == {"a": 1, "approved": "yes", "said": "yes"}


def test_a_step_may_ask_for_the_answer_itself(kind, store):
    def ask(data, answer=None):
        return Suspend("approve?") if answer is None else {"said": answer}

    pipeline = kind("ask", tracking_db=store).set_steps([ask, lambda data: {"last": data["said"]}])
    with pytest.raises(PipelineSuspended) as caught:
        wait(pipeline.run())
    assert wait(pipeline.resume(caught.value.run_id, answer="yes")) == {"said": "yes", "last": "yes"}


def test_a_pipeline_that_has_changed_refuses_and_names_the_difference(store):
    ledger = Ledger()
    run_id = failed_run(Pipeline("changed", tracking_db=store).set_steps([ledger.step("a"), ledger.fail]))
    other = Pipeline("changed", tracking_db=store).set_steps([ledger.step("a"), ledger.step("b"), ledger.fail])
    with pytest.raises(PlanChangedError, match="step 'b' is new"):
        other.resume(run_id)


def test_what_cannot_be_resumed_says_why(kind, store):
    with pytest.raises(DefinitionError, match="has no store to resume from"):
        wait(kind("bare").set_steps([lambda data: None]).resume("x"))
    with pytest.raises(RunNotFoundError):
        wait(kind("none", tracking_db=store).set_steps([lambda data: None]).resume("x"))


def test_a_record_without_data_is_one_that_cannot_be_resumed(kind, store):
    ledger = Ledger()
    pipeline = kind("secret", tracking_db=store, save_json_input_output=False)
    pipeline.set_steps([ledger.step("a"), ledger.fail])
    run_id = failed_run(pipeline, {"password": "hunter2"})
    text = json.dumps([[step.delta, step.value] for step in store.get_steps(run_id)])
    assert "hunter2" not in text
    assert '"log"' not in text
    with pytest.raises(DefinitionError, match="hold no data"):
        wait(pipeline.resume(run_id))


def test_a_checkpoint_is_in_the_store_and_is_not_reached_twice(kind, store):
    ledger = Ledger()
    pipeline = kind("saved", tracking_db=store).add_checkpoint("one", "len(log) == 1", [ledger.step("at one")])
    pipeline.add_checkpoint("never", "len(log) > 99").set_steps([ledger.step("a"), ledger.fail, ledger.step("b")])
    run_id = failed_run(pipeline)
    (saved,) = store.checkpoints(run_id)
    assert (saved.name, saved.step, json.loads(saved.state)) == ("one", "a", {"log": ["a"]})
    ledger.broken = False
    assert wait(pipeline.resume(run_id))["log"] == ["a", "at one", "b"]
    assert len(store.checkpoints(run_id)) == 1


def test_concurrent_recorded_runs_of_one_pipeline_do_not_mix(store):
    met = threading.Barrier(4, timeout=60)

    def meet(data):
        met.wait()
        return {"twice": 2 * data["n"]}

    pipeline = Pipeline("shared", tracking_db=store).set_steps([meet, lambda n, twice: {"thrice": n + twice}])
    results: dict[int, Any] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: pipeline.run({"n": n})})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({result.run_id for result in results.values()}) == 4
    for n, result in results.items():
        assert result == {"n": n, "twice": 2 * n, "thrice": 3 * n}
        deltas = [json.loads(step.delta or "null")["set"] for step in store.get_steps(result.run_id)]
        assert deltas == [[["twice", 2 * n]], [["thrice", 3 * n]]]


def test_a_nested_pipeline_is_recorded_below_the_run_that_started_it(store):
    inner = Pipeline("inner").set_steps([lambda data: {"inside": 1}])
    run_id = Pipeline("outer", tracking_db=store).set_steps([(inner, "part")]).run().run_id
    nested = {step.run_id for step in store.get_steps(run_id)} - {run_id}
    below = store.get_run(nested.pop())
    assert below is not None
    assert (below.name, below.parent_run_id, below.root_run_id) == ("inner", run_id, run_id)
    assert not nested


def test_the_relation_to_other_runs_is_recorded(store):
    pipeline = Pipeline("child", tracking_db=store, parent_pipeline_id="run-0", pipeline_version="v3")
    run_id = pipeline.set_steps([lambda data: None]).run().run_id
    run = store.get_run(run_id)
    assert run is not None
    assert run.meta == {"version": "v3", "parent_pipeline_id": "run-0"}


def test_notes_and_events_are_recorded(store):
    pipeline = Pipeline("noted", tracking_db=store).add_event("deployment", "go", data={"v": 1})
    run_id = pipeline.set_steps([lambda data: None]).run().run_id
    (event,) = store.get_events(run_id, EventType.NOTE.value)
    assert event.payload["name"] == "go"


def test_measurements_are_recorded(store):
    pipeline = Pipeline("measured", tracking_db=store, collect_system_metrics=True).set_steps([lambda data: None])
    run_id = pipeline.run().run_id
    assert {metric.name for metric in store.metrics(run_id)} >= {"resources.peak_ram_mb"}


def test_what_cannot_be_recorded_is_an_error_before_the_run_or_at_the_step(store):
    def put(data):
        return {"lock": open}

    with pytest.raises(Exception, match=r"cannot be recorded.*\['lock'\]"):
        Pipeline("locks", tracking_db=store).set_steps([lambda data: None]).run({"lock": open})
    with pytest.raises(Exception, match="step 'put' cannot be recorded"):
        Pipeline("locks", tracking_db=store).set_steps([put]).run()


CHILD = """
import os, sys
from wt_engine import For, Parallel, Pipeline

log, path, kill_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
calls = 0

def step(name):
    def note(data):
        global calls
        calls += 1
        if calls == kill_at:
            os.kill(os.getpid(), 9)
        with open(log, "a") as file:
            file.write(name + "\\n")
        return {"log": [*data.get("log", []), name]}
    note.__name__ = name
    return note

pipeline = Pipeline("killed", tracking_db=path).set_steps([
    step("a"),
    For(2, None, [step("b"), Parallel([step("c"), step("d")], max_workers=1)]),
    Pipeline("inner").set_steps([step("e"), step("f")]),
    step("g"),
])
print(pipeline.resume(sys.argv[4])["log"] if len(sys.argv) > 4 else pipeline.run()["log"])
"""


@pytest.mark.parametrize("kill_at", [1, 2, 4, 7, 9, 10])
def test_a_killed_run_goes_on_where_its_record_ends(kill_at, tmp_path, store):
    def child(*arguments: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", CHILD, str(tmp_path / "log"), str(store.path), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert child(kill_at).returncode == -9
    (run,) = store.list_runs()
    assert run.status is RunStatus.INTERRUPTED
    done = child(0, run.run_id)
    assert done.returncode == 0, done.stderr
    names = ["a", "b", "c", "d", "b", "c", "d", "e", "f", "g"]
    assert done.stdout.strip() == str(names)
    ran = (tmp_path / "log").read_text().split()
    # Parallel steps are recorded together: one that had ended beside another may have to run again.
    assert [name for name in ran if name not in "cd"] == [name for name in names if name not in "cd"]
    assert set(ran) == set(names)


def test_a_failure_of_the_store_is_said_of_no_step() -> None:
    about = (FailureKind.INFRA, FailureSource.FRAMEWORK, FailureReason.STORE_ERROR, "system", "no room")
    failure = FailureRecord(*about, exception=StoreError("no room", "runs.db", "make room"))
    error = original(failure, "p", "r1", None)  # type: ignore[arg-type]  # the end is asked where there is no exception
    assert error.__notes__ == ["in pipeline 'p', run r1"]
