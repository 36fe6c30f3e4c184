"""Thresholds, the alerts of those that were crossed, and what is done then."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from wt_engine import Pipe
from wt_engine.observability import Alerts
from wt_engine.storage import SQLiteBackend

from .kept_runs import keep

LIBRARY = Path(__file__).parent / "libraries"


@pytest.fixture
def hooks(monkeypatch):
    monkeypatch.syspath_prepend(str(LIBRARY))
    import alert_hooks

    alert_hooks.CALLED.clear()
    return alert_hooks


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


def pipe_that(*, fail: bool, alerts: Alerts | None = None) -> Pipe[Any, Any]:
    pipe: Pipe[Any, Any] = Pipe(name="p")

    @pipe.step
    async def work():
        if fail:
            raise ValueError("bad")

    if alerts is not None:
        pipe.add_observer(alerts)
    return pipe


@pytest.mark.parametrize(
    ("expression", "fires"),
    [("> 10", (11,)), ("<10", (9,)), (">= 10", (10, 11)), ("<= 1e1", (9, 10)), ("== 10.0", (10,)), ("!= 10", (9, 11))],
)
def test_every_operator_fires_when_it_should(path, expression, fires):
    alerts = Alerts(path)
    alerts.add_alert_threshold("rows", expression)
    for value in (9, 10, 11):
        found = asyncio.run(alerts.check("rows", value))
        assert bool(found) is (value in fires)
    assert [alert.value for alert in alerts.alerts()] == list(fires)


@pytest.mark.parametrize("expression", ["10", "=> 10", "> ten", "> 10; import os", "", "> 10 or 1"])
def test_a_wrong_expression_is_refused(path, expression):
    with pytest.raises(ValueError, match="a threshold is one of"):
        Alerts(path).add_alert_threshold("rows", expression)


def test_thresholds_hooks_and_alerts_outlive_the_process(path, hooks):
    Alerts(path).add_alert_threshold("rows", "> 10", "critical", [hooks.note, hooks.note_later])
    program = (
        f"import sys, asyncio; sys.path.insert(0, {str(LIBRARY)!r})\n"
        "from wt_engine.observability import Alerts\n"
        f"asyncio.run(Alerts({str(path)!r}).check('rows', 11))\n"
        "import alert_hooks; print(len(alert_hooks.CALLED))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2"
    [alert] = Alerts(path).alerts()
    assert (alert.metric, alert.severity, alert.message) == ("rows", "critical", "rows is 11, which is > 10")


def test_acknowledged_is_acknowledged(path):
    alerts = Alerts(path)
    alerts.add_alert_threshold("rows", "> 10")
    [alert] = asyncio.run(alerts.check("rows", 11))
    assert alerts.acknowledge_alert(alert.alert_id, by="ada")
    assert not alerts.acknowledge_alert(alert.alert_id, by="bob")
    assert alerts.alerts(unacknowledged=True) == []
    [kept] = Alerts(path).alerts()
    assert kept.acknowledged_by == "ada"
    assert kept.acknowledged_at is not None


def test_runs_are_measured(collect, path, hooks):
    store = SQLiteBackend(path)
    alerts = Alerts(store)
    for metric in ("step_duration_ms", "pipeline_duration_ms"):
        alerts.add_alert_threshold(metric, ">= 0", steps=[hooks.note])
    alerts.add_alert_threshold("error_rate", "> 60")
    keep(store, pipe_that(fail=False))
    run_id = collect(pipe_that(fail=True, alerts=alerts)).events[0].run_id
    assert [alert.metric for alert in alerts.alerts()] == ["step_duration_ms", "pipeline_duration_ms"]
    assert len(hooks.CALLED) == 2
    assert "step 'work' of pipeline 'p'" in alerts.alerts()[0].message
    assert run_id in alerts.alerts()[0].message

    keep(store, pipe_that(fail=True))
    collect(pipe_that(fail=True, alerts=alerts))
    rates = [alert.value for alert in alerts.alerts() if alert.metric == "error_rate"]
    assert rates == [pytest.approx(200 / 3)]


def test_a_hook_that_fails_or_that_is_gone_is_told(path, hooks, caplog, monkeypatch):
    alerts = Alerts(path)
    alerts.add_alert_threshold("rows", "> 10", steps=[hooks.broken, hooks.note])
    asyncio.run(alerts.check("rows", 11))
    assert "a broken hook" in caplog.text
    assert len(hooks.CALLED) == 1
    monkeypatch.delattr(hooks, "broken")
    with pytest.raises(LookupError, match="'alert_hooks:broken' of a threshold cannot be found"):
        Alerts(path).thresholds()


def test_a_hook_that_only_this_process_knows_is_kept_only_here(path):
    called: list[Any] = []
    alerts = Alerts(path)
    with pytest.raises(ValueError, match="would be lost with this process"):
        alerts.add_alert_threshold("rows", "> 10", steps=[called.append])
    with pytest.raises(ValueError, match="would be lost with this process"):
        alerts.add_alert_threshold("rows", "> 10", steps=[lambda alert: None])
    alerts.add_alert_threshold("rows", "> 10", steps=[called.append], persist=False)
    asyncio.run(alerts.check("rows", 11))
    assert called == alerts.alerts()
    assert Alerts(path).thresholds() == []
