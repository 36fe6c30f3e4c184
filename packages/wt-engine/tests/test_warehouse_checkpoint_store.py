"""Runs under a name: they go on where they were if they did not end well."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Any

import pytest
from wt_engine import CheckpointManager, DefinitionError, For, Pipeline, PipelineAsync


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    return Pipeline if request.param == "sync" else PipelineAsync


@pytest.fixture
def manager(tmp_path: Path) -> CheckpointManager:
    return CheckpointManager(tmp_path / "checkpoints.db")


class Work:
    """Rounds of which one fails as long as it is told to."""

    def __init__(self, kind: type[Any]) -> None:
        self.broken = True
        self.ran: list[int] = []
        self.pipeline = kind("nightly").set_steps([lambda data: {"day": data["day"]}, For(4, None, [self.round])])

    def round(self, data, iteration):
        self.ran.append(iteration)
        if iteration == 2 and self.broken:
            raise ValueError("broken")
        return {"rounds": (*data.get("rounds", ()), iteration), "tags": {"a"}, "nothing": None}

    def run(self, *arguments: Any) -> Any:
        result = self.pipeline.run(*arguments)
        return asyncio.run(result) if asyncio.iscoroutine(result) else result


def test_a_run_that_raised_goes_on_inside_its_loop_and_the_next_begins_anew(kind, manager):
    work, day = Work(kind), datetime.date(2026, 1, 2)
    with pytest.raises(ValueError, match="broken"):
        work.run({"day": day}, manager, "n1")
    assert manager.can_resume("n1")
    last = manager.get_last_checkpoint("n1")
    assert last is not None
    assert (last["step"], last["status"]) == ("round", "failed")
    assert last["data"] == {"day": day, "rounds": (0, 1), "tags": {"a"}, "nothing": None}
    work.broken = False
    result = work.run({"day": "another"}, manager, "n1")
    assert (result["day"], result["rounds"]) == (day, (0, 1, 2, 3))
    assert work.ran == [0, 1, 2, 2, 3]
    assert not manager.can_resume("n1")
    assert work.run({"day": "another"}, manager, "n1")["day"] == "another"
    assert len(work.ran) == 9


def test_names_do_not_mix(kind, manager):
    work = Work(kind)
    with pytest.raises(ValueError, match="broken"):
        work.run({"day": 1}, manager, "n1")
    assert not manager.can_resume("n2")
    assert manager.get_last_checkpoint("n2") is None
    work.broken = False
    assert work.run({"day": 2}, manager, "n2")["day"] == 2
    stats = manager.get_checkpoint_stats()
    assert (stats["total"], stats["by_status"]) == (2, {"success": 1, "failed": 1})
    assert stats["resumable"] == ["n1"]
    assert manager.get_checkpoint_stats("n2")["total"] == 1
    assert manager.clear_checkpoints("n1") == 1
    assert not manager.can_resume("n1")
    assert work.run({"day": 3}, manager, "n1")["day"] == 3


def test_data_can_be_kept_by_hand(manager):
    manager.save_checkpoint("mine", "load", {"rows": (1, 2), "seen": {3}})
    manager.save_checkpoint("mine", "clean", {"rows": (1,)})
    last = manager.get_last_checkpoint("mine")
    assert last is not None
    assert (last["step"], last["data"]) == ("clean", {"rows": (1,)})
    assert not manager.can_resume("mine")


def test_a_manager_and_a_name_go_together(manager):
    pipeline = Pipeline("x").set_steps([lambda data: None])
    for arguments in ((manager, None), (None, "n"), ("checkpoints.db", "n")):
        with pytest.raises(DefinitionError, match="takes a CheckpointManager and a name"):
            pipeline.run({}, *arguments)
