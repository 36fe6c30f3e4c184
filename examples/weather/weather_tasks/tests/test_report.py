from __future__ import annotations

import re
from pathlib import Path

import pytest
from weather_tasks import (
    ChartStyle,
    Period,
    Thresholds,
    assess_quality,
    choose_variables,
    draw_calendar,
    estimate_trend,
    filter_period,
    find_heat_spells,
    save_chart,
    split_by_year,
    summarise_year,
    write_report,
)
from wt_task.skip import SKIP_SENTINEL


@pytest.fixture
def write(seattle, tmp_path):
    """Write the page of a period, with trends or without."""

    def write(period: Period, *, trends: bool = True, **texts: str) -> str:
        record, thresholds = filter_period(seattle, period), Thresholds()
        years = split_by_year(record)
        path = write_report(
            period,
            thresholds,
            assess_quality(record, period, thresholds),
            [(year, summarise_year(days, thresholds)) for year, days in years],
            [estimate_trend(record, *pair) if trends else SKIP_SENTINEL for pair in choose_variables()],
            [(year, find_heat_spells(days, thresholds) if trends else SKIP_SENTINEL) for year, days in years],
            [save_chart(*draw_calendar(record, ChartStyle()), ChartStyle(), str(tmp_path)), SKIP_SENTINEL],
            str(tmp_path),
            **texts,
        )
        return Path(path).read_text(encoding="utf-8")

    return write


def test_the_page_is_one_file_that_needs_no_network(write):
    page = write(Period())
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//", page)
    assert page.count("</script>") == 3


def test_the_page_shows_statistics_trends_charts_and_parameters(write):
    page = write(Period())
    for text in (
        "1,226",
        "+6.2 °C",
        "rising",
        'id="chart-calendar"',
        "charts/calendar.png",
        "2012-01-01 to 2015-12-31",
    ):
        assert text in page


def test_what_was_skipped_is_said_to_be(write):
    page = write(Period(start="2014-01-01", end="2014-03-31"), trends=False)
    assert "Skipped: the period is shorter than two years" in page
    assert "skipped: no day was that hot" in page


def test_texts_of_the_reader_are_shown_as_text(write):
    page = write(Period(start="2014-01-01"), title="A <b>title</b>", introduction="<script>alert(1)</script>")
    assert "A &lt;b&gt;title&lt;/b&gt;" in page
    assert "<script>alert" not in page
