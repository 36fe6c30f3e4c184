"""What of a plan matters to a run that goes on, and what is only told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from wt_engine import BarrierType, Pipe
from wt_engine.fingerprint import differences, facts_of

PROGRAM = """
from wt_engine import Pipe
from wt_engine.fingerprint import facts_of
pipe = Pipe()
@pipe.step(to="b")
async def a(state):
    return "x" in {"x", "y", "z"}
@pipe.step
async def b(a):
    return None
print(facts_of(pipe.prepared()[0]).key)
"""


async def nothing() -> None:
    return None


async def other() -> int:
    return 1


def digest(build: Callable[[Pipe[Any, Any]], Any]) -> str:
    pipe: Pipe[Any, Any] = Pipe(allow_multi_root=True)
    pipe.step("a", to="b")(nothing)
    pipe.step("b")(nothing)
    build(pipe)
    return facts_of(pipe.prepared()[0]).digest


def test_a_plan_is_the_same_in_every_process() -> None:
    keys = {
        subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
        for _ in range(3)
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {"timeout": 1.0}),
        ({}, {"retries": 3}),
        ({"barrier_timeout": 1.0}, {"barrier_timeout": 2.0}),
    ],
)
def test_how_a_step_runs_does_not_matter(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert digest(lambda p: p.step("c", **one)(nothing)) == digest(lambda p: p.step("c", **two)(other))


def test_which_steps_run_matters() -> None:
    digests = [
        digest(lambda p: p.step("c")(nothing)),
        digest(lambda p: p.step("d")(nothing)),
        digest(lambda p: p.step("c", to="b")(nothing)),
        digest(lambda p: p.step("c", barrier_type=BarrierType.ANY)(nothing)),
        digest(lambda p: p.switch("c", to={1: "b"})(nothing)),
        digest(lambda p: p.switch("c", to={2: "b"})(nothing)),
        digest(lambda p: p.switch("c", to={1: "b"}, default="b")(nothing)),
        digest(lambda p: p.step("c")(lambda a: None)),
    ]
    assert len(set(digests)) == len(digests)


def test_another_version_of_python_is_no_other_code() -> None:
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step("a")(nothing)
    now = json.loads(facts_of(pipe.prepared()[0]).text)
    before = json.loads(json.dumps(now))
    before["steps"]["a"]["source"] = "2ff 0000"
    assert differences(before, now) == ([], [])
    before["steps"]["a"]["source"] = now["steps"]["a"]["source"].split(" ")[0] + " 0000"
    assert differences(before, now) == ([], ["the code of step 'a' has changed"])
