from __future__ import annotations

from datetime import date

import pytest
from weather_tasks import Thresholds, split_by_year, summarise_year


def test_a_year_is_summarised(days):
    record = days(
        "2013-01-01",
        4,
        precipitation=[0.0, 0.9, 1.0, 30.0],
        temp_max=[29.9, 30.0, 35.0, 4.0],
        temp_min=[0.0, 10.0, 12.0, -0.1],
    )
    year = summarise_year(record, Thresholds())
    assert (year.wet_days, year.hot_days, year.frost_days) == (2, 2, 1)
    assert year.precipitation == pytest.approx(31.9)
    assert (year.hottest.value, year.hottest.day) == (35.0, date(2013, 1, 3))
    assert (year.coldest.value, year.coldest.day) == (-0.1, date(2013, 1, 4))
    assert (year.wettest.value, year.wettest.day) == (30.0, date(2013, 1, 4))
    assert (year.days_recorded, year.days_in_year, year.is_complete) == (4, 365, False)


def test_missing_values_are_left_out(days):
    year = summarise_year(days("2012-01-01", 2, wind=[None, 4.0], temp_max=[None, 20.0]), Thresholds())
    assert year.wind_mean == 4.0
    assert year.temp_max_mean == 20.0


def test_where_nothing_was_measured_there_is_no_number(days):
    record = days("2012-01-01", 2)
    record[["precipitation", "temp_max"]] = float("nan")
    year = summarise_year(record, Thresholds())
    assert (year.precipitation, year.temp_max_mean, year.hottest, year.wettest) == (None, None, None, None)


def test_thresholds_are_the_readers_choice(days):
    record = days("2012-01-01", 1, temp_max=[25.0], temp_min=[1.0], precipitation=[0.2])
    year = summarise_year(record, Thresholds(wet_day=0.1, hot_day=25, frost_day=2))
    assert (year.wet_days, year.hot_days, year.frost_days) == (1, 1, 1)


def test_the_years_of_seattle_agree_with_the_record(seattle):
    totals = {year: summarise_year(record, Thresholds()).precipitation for year, record in split_by_year(seattle)}
    assert totals == pytest.approx({2012: 1226.0, 2013: 828.0, 2014: 1232.8, 2015: 1139.2})
