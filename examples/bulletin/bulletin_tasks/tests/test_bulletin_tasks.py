from __future__ import annotations

from datetime import date

import pytest
from bulletin_tasks import describe_trends, publish, write_bulletin
from weather_tasks import Quality, Trend, Variable, YearStatistics
from weather_tasks.yearly import DayValue


@pytest.fixture
def trend():
    def make(variable: Variable, low: float | None, high: float | None) -> Trend:
        kept = {"months": 48, "months_left_out": 0, "autocorrelation": 0.1, "effective_months": 40.0}
        return Trend(variable=variable, unit="°C", slope=0.0, low=low, high=high, **kept)

    return make


def test_only_trends_that_can_be_told_from_zero_are_named(trend):
    found = [trend(Variable.WIND, -1, 1), trend(Variable.TEMP_MAX, 0.2, 1), trend(Variable.TEMP_MIN, -2, -1)]
    text = describe_trends(found)
    assert text == ("At 95 % confidence, daily maximum temperature is rising, daily minimum temperature is falling.")
    assert describe_trends(found[:1]) == "No trend can be told from zero."


def test_a_bulletin_has_a_line_a_year_and_says_what_is_missing():
    year = YearStatistics(
        days_recorded=364,
        days_in_year=365,
        temp_mean=11.0,
        temp_max_mean=16.0,
        temp_min_mean=7.0,
        hottest=DayValue(value=33.25, day=date(2013, 7, 2)),
        coldest=None,
        precipitation=827.6,
        wettest=None,
        wet_days=152,
        hot_days=2,
        frost_days=16,
        wind_mean=3.0,
    )
    missing = {"days_expected": 365, "days_recorded": 364, "missing_values": {}, "wet_days": 1}
    text = write_bulletin(Quality(**missing, wet_days_labelled_dry=0), [(2013, year)], "Dry.")
    assert text.splitlines() == [
        "2013: 828 mm of precipitation on 152 wet days, the hottest day (33.2 °C) was 2 July.",
        "1 of 365 days are missing.",
        "Dry.",
    ]


def test_a_remark_stands_below_the_bulletin(tmp_path):
    path = publish("Dry.", tmp_path.as_uri(), "Seen.")
    assert (tmp_path / "bulletin.txt").read_text(encoding="utf-8") == "Dry.\n\nSeen.\n"
    assert path == str((tmp_path / "bulletin.txt").resolve())
