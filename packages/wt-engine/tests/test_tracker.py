"""The runs of a store and their alerts, told by one object."""

from __future__ import annotations

import pytest
from wt_engine import Pipeline, PipelineTracker
from wt_engine.storage import RunNotFoundError


def fail(data):
    raise ValueError("no rain")


@pytest.fixture
def tracker(tmp_path):
    path = tmp_path / "runs.db"
    Pipeline("rain", tracking_db=path).set_steps([lambda data: {"rows": 3}]).run()
    with pytest.raises(ValueError, match="no rain"):
        Pipeline("snow", tracking_db=path).set_steps([fail]).run()
    return PipelineTracker(path)


def test_runs_are_told_with_their_calls_and_their_failures(tracker):
    snow, rain = tracker.get_pipelines()
    assert [(run.name, run.status.value) for run in (rain, snow)] == [("rain", "success"), ("snow", "failed")]
    assert tracker.get_pipelines(status="failed", days=1) == tracker.get_pipelines(name="snow") == [snow]
    run, [call] = tracker.get_pipeline(snow.run_id[:20])
    assert (run, call.node, call.error) == (snow, "fail", "no rain")
    with pytest.raises(RunNotFoundError, match="there is no run 'nothing'"):
        tracker.get_pipeline("nothing")


def test_failures_are_counted(tracker):
    assert tracker.get_stats()["by_status"] == {"success": 1, "failed": 1}
    assert tracker.get_stats("snow")["success_rate"] == 0


def test_its_alerts_are_kept_and_closed(tracker, tmp_path):
    tracker.add_alert_threshold("error_rate", "> 10")
    pipe = Pipeline("snow", tracking_db=tmp_path / "runs.db").set_steps([fail])
    pipe.add_observer(tracker)
    with pytest.raises(ValueError, match="no rain"):
        pipe.run()
    [alert] = PipelineTracker(tmp_path / "runs.db").alerts(unacknowledged=True)
    assert alert.metric == "error_rate"
    assert tracker.acknowledge_alert(alert.alert_id)
    assert tracker.alerts(unacknowledged=True) == []
