from __future__ import annotations

import pytest
from weather_tasks import (
    ChartStyle,
    Period,
    Variable,
    draw_anomalies,
    draw_calendar,
    draw_precipitation,
    draw_temperatures,
    draw_weather_types,
    estimate_trend,
    filter_period,
)
from wt_task.skip import SKIP_SENTINEL

STYLE = ChartStyle(height=200)


@pytest.mark.parametrize("draw", [draw_temperatures, draw_precipitation, draw_weather_types, draw_calendar])
@pytest.mark.parametrize("end", ["2012-01-01", "2013-02-10", "2015-12-31"])
def test_every_chart_of_any_period_is_named_titled_and_carries_its_data(seattle, draw, end):
    name, chart = draw(filter_period(seattle, Period(end=end)), STYLE)
    assert name == name.lower()
    assert chart["title"]
    assert chart["description"].endswith(".")
    assert chart["height"] == 200
    assert all(chart["datasets"].values())


def test_anomalies_are_drawn_without_a_trend_if_there_is_none(seattle):
    _, chart = draw_anomalies(seattle, [SKIP_SENTINEL], STYLE)
    assert "layer" not in chart
    assert [len(rows) for rows in chart["datasets"].values()] == [48]


def test_the_trend_is_drawn_if_there_is_one(seattle):
    trend = estimate_trend(seattle, Variable.TEMP_MEAN, "mean")
    _, chart = draw_anomalies(seattle, [SKIP_SENTINEL, trend], STYLE)
    assert len(chart["layer"]) == 2
    assert "+6.2 °C per decade" in chart["description"]


def test_the_change_of_labels_is_mentioned_only_where_it_can_be_seen(seattle):
    _, whole = draw_weather_types(seattle, STYLE)
    _, late = draw_weather_types(filter_period(seattle, Period(start="2014-01-01")), STYLE)
    assert "labels changed" in whole["description"]
    assert "labels changed" not in late["description"]
