"""What is kept of a failure, and what must not be."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine import EventType, Pipe, PipelineTerminalStatus
from wt_engine.forensics import FULL_REPORTS
from wt_engine.snapshot import Secrets, Snapshot
from wt_engine.storage import InMemoryBackend

HERE = Path(__file__).name


def failing(**options: Any) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(**options)

    @pipe.step
    async def work(state):
        visible = "kept"  # noqa: F841
        password = "hunter2!"  # noqa: F841
        raise ValueError(f"cannot log in with {state['login']['password']}")

    return pipe


def test_a_failure_keeps_state_place_and_process(collect):
    result = collect(failing(), {"rows": [1, 2], "login": {"user": "ada", "password": "hunter2!"}})
    report = result.find_error().meta["forensics"]

    assert report["state"] == {"rows": [1, 2], "login": {"user": "ada", "password": "***"}}
    assert Path(report["file"]).name == HERE
    assert report["function"].endswith("work")
    assert report["code"].startswith("raise ValueError(")
    assert report["error"] == {"type": "ValueError", "message": "cannot log in with ***"}
    assert "hunter2!" not in report["traceback"]
    assert "wt_engine/execution.py" not in report["traceback"]
    assert "locals" not in report
    assert report["process"]["rss_mb"] > 1
    assert report["process"]["cpu_percent"] > 0
    assert result.end.errors[0].forensics is report
    json.dumps(report)


def test_locals_are_kept_on_request_and_masked(collect):
    result = collect(failing(capture_locals=True), {"login": {"password": "another one"}})
    kept = result.find_error().meta["forensics"]["locals"]

    assert (kept["visible"], kept["password"]) == ("kept", "***")


def test_given_secrets_are_hidden_wherever_they_appear(collect):
    pipe: Pipe[Any, Any] = Pipe(secrets=["s3cr3t", re.compile("pin")])

    @pipe.step
    async def work(state):
        raise ValueError("the s3cr3t is out")

    result = collect(pipe, {"url": "db://ada:s3cr3t@host", "pin_code": 1234})
    report = result.find_error().meta["forensics"]
    assert report["state"] == {"url": "db://ada:***@host", "pin_code": "***"}
    assert result.find_error().payload == "the *** is out"
    assert result.end.error == "the *** is out"
    assert "s3cr3t" not in json.dumps(report)


@pytest.mark.parametrize("how", ["raised", "unknown step"])
def test_a_secret_of_a_failure_is_in_no_recorded_event(collect, how):
    store = InMemoryBackend()
    pipe: Pipe[Any, Any] = Pipe(store=store, secrets=["s3cr3t"])

    @pipe.step(retries={"retries": 1, "wait_min": 0.0})
    async def work():
        if how == "unknown step":
            return "to s3cr3t"
        raise ValueError("refused s3cr3t")

    result = collect(pipe, {})
    run_id = result.events[0].run_id
    events, record = store.get_events(run_id), store.get_run(run_id)
    assert events
    assert not [event for event in [*events, record, *result.events[:-1]] if "s3cr3t" in repr(event)]
    assert "***" in result.end.errors[0].error


def test_every_failed_attempt_has_a_report(collect):
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(retries={"retries": 1, "wait_min": 0})
    def work(state):
        state["tries"] = state.get("tries", 0) + 1
        raise ValueError("bad")

    errors = collect(pipe, {}).filter(EventType.STEP_ERROR)
    assert [error.meta["forensics"]["state"] for error in errors] == [{"tries": 1}, {"tries": 2}]
    assert "retry_in_s" in errors[0].meta


def test_the_item_of_a_map_is_kept_and_many_failures_stay_small(collect):
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.map(each="work")
    async def numbers():
        return range(FULL_REPORTS + 10)

    @pipe.step
    async def work(number):
        raise ValueError(number)

    errors = [event for event in collect(pipe, {"k": 1}).filter(EventType.STEP_ERROR) if event.stage == "work"]
    reports = [event.meta["forensics"] for event in errors]
    assert [report["item"] for report in reports if "item" in report] == list(range(FULL_REPORTS))
    assert all(report["line"] for report in reports)


@pytest.mark.parametrize("kind", ["startup", "shutdown", "jump", "timeout", "sub", "raised"])
def test_failures_of_every_kind_have_a_report(collect, kind):
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)

    async def bad():
        raise ValueError("bad")

    if kind == "startup":
        pipe.on_startup(bad)
    if kind == "shutdown":
        pipe.on_shutdown(bad)

    if kind == "sub":
        inner: Pipe[Any, Any] = Pipe(name="inner")
        inner.step("deep")(bad)

        @pipe.sub(pipeline=inner)
        async def below():
            return {}

    @pipe.step(timeout=0.01 if kind == "timeout" else None)
    async def work():
        if kind == "jump":
            return "nowhere"
        if kind == "timeout":
            await asyncio.Event().wait()
        if kind == "raised":
            await bad()
        return None

    result = collect(pipe, {})
    assert result.end.status is PipelineTerminalStatus.FAILED
    for record in result.end.errors:
        assert Path(record.forensics["file"]).name == HERE
    for event in result.filter(EventType.STEP_ERROR):
        assert Path(event.meta["forensics"]["file"]).name == HERE
    if kind in ("timeout", "raised"):
        assert result.end.errors[0].forensics["function"].rpartition(".")[2] == ("bad" if kind == "raised" else "work")


def test_a_failure_in_another_process_has_its_place_there(collect, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "libraries"))
    import alert_hooks

    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step(to="work")
    async def alert():
        return 1

    pipe.step("work", executor="process")(alert_hooks.broken)
    report = collect(pipe, {}).find_error().meta["forensics"]
    assert (Path(report["file"]).name, report["function"]) == ("alert_hooks.py", "broken")
    assert report["code"] == 'raise ValueError("a broken hook")'


def test_nothing_is_imported_until_something_fails():
    program = (
        "import asyncio, sys\nfrom wt_engine import Pipe\npipe = Pipe()\n@pipe.step\nasync def work(): ...\n"
        "async def main():\n    async for _ in pipe.run({}): pass\nasyncio.run(main())\nprint('psutil' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# The picture of a value


class Colour(IntEnum):
    RED = 1


class Plain:
    def __init__(self) -> None:
        self.name = "x"
        self.api_key = "abcdef"


class Broken:
    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError("no")


@dataclass
class Tree:
    children: list[Any] = field(default_factory=list)


def picture(value: Any, *secrets: Any) -> Any:
    return Snapshot(Secrets(secrets)).take(value)


def test_a_picture_shows_data_and_hides_secrets():
    loop = Tree()
    loop.children.append(loop)
    assert picture(Plain()) == {"name": "x", "api_key": "***"}
    assert picture({"auth": {"Access-Token": ["a"], "cookie": None}}) == {
        "auth": {"Access-Token": "***", "cookie": None}
    }
    assert picture([Colour.RED, (1.5, True), {3}, None]) == [1, [1.5, True], [3], None]
    assert picture({"b": Broken(), Path("a"): b"x"}) == {
        "b": "<Broken whose repr raised RuntimeError>",
        repr(Path("a")): "b'x'",
    }
    assert picture(loop) == {"children": ["<the same object again>"]}


def test_a_picture_of_something_huge_is_small():
    huge = {f"key {n}": {"text": "x" * 100_000, "more": list(range(10_000))} for n in range(1_000)}
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert len(json.dumps(picture(huge))) < 400_000
    assert len(json.dumps(picture(deep))) < 200


def test_secrets_are_texts_or_patterns():
    with pytest.raises(TypeError, match="texts and compiled patterns"):
        Pipe(secrets=[3])  # type: ignore[list-item]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
)


@given(ANYTHING)
def test_every_picture_is_json(value):
    json.dumps(picture(value), allow_nan=False)


@given(ANYTHING, st.text(min_size=4, alphabet="abcdef"))
def test_a_secret_is_never_in_a_picture(value, secret):
    hidden = {"password": secret, "value": value, "again": f"<{secret}>", "list": [secret]}
    assert secret not in json.dumps(picture(hidden, secret))
