from __future__ import annotations

import numpy as np
import pytest
from weather_tasks import Variable, choose_variables, estimate_trend, shorter_than_two_years
from weather_tasks.trend import decimal_years, monthly_values


def warming(days, start: str, count: int, per_decade: float, noise: float = 0.0):
    """A record with a season, a known trend of the maximum, and independent noise from month to month."""
    record = days(start, count)
    month = record["date"].dt.to_period("M")
    season = 10 * np.cos(2 * np.pi * (month.dt.month - 7) / 12)
    random = np.random.default_rng(1).normal(0, noise, month.nunique()) if noise else np.zeros(month.nunique())
    drift = per_decade / 10 * decimal_years(month.array)
    record["temp_max"] = 15 + season + drift + random[month.rank(method="dense").astype(int) - 1]
    return record


def test_a_known_trend_is_found_whatever_the_season(days):
    trend = estimate_trend(warming(days, "2000-01-01", 3653, 2.0), Variable.TEMP_MAX, "mean")
    assert trend.slope == pytest.approx(2.0)
    assert trend.unit == "°C"
    assert trend.months == 120


def test_incomplete_years_do_not_bias_the_trend(days):
    trend = estimate_trend(warming(days, "2000-03-01", 1500, 2.0), Variable.TEMP_MAX, "mean")
    assert trend.slope == pytest.approx(2.0)


def test_the_interval_contains_the_truth_about_nineteen_times_in_twenty(days):
    record = days("2000-01-01", 3653)
    month = record["date"].dt.to_period("M").rank(method="dense").astype(int) - 1
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(200):
        record["temp_max"] = random.normal(0, 1, 120)[month]
        trend = estimate_trend(record, Variable.TEMP_MAX, "mean")
        hits += trend.low <= 0 <= trend.high
    assert 180 <= hits <= 199


def test_months_that_resemble_their_neighbours_count_for_less(days):
    record = days("2000-01-01", 3653)
    month = record["date"].dt.to_period("M").rank(method="dense").astype(int) - 1
    steps = np.random.default_rng(3).normal(0, 1, 120)
    alike = np.zeros(120)
    for index in range(1, 120):
        alike[index] = 0.8 * alike[index - 1] + steps[index]
    record["temp_max"], record["temp_min"] = alike[month], steps[month]
    dependent = estimate_trend(record, Variable.TEMP_MAX, "mean")
    independent = estimate_trend(record, Variable.TEMP_MIN, "mean")
    assert dependent.autocorrelation > 0.5 > independent.autocorrelation
    assert dependent.effective_months < 40
    assert independent.effective_months > 90


def test_incomplete_months_are_left_out_and_said_to_be(days):
    record = warming(days, "2000-01-01", 1461, 2.0)
    record.loc[record["date"].dt.to_period("M") == "2001-05", "temp_max"] = float("nan")
    trend = estimate_trend(record, Variable.TEMP_MAX, "mean")
    assert (trend.months, trend.months_left_out) == (47, 1)
    assert trend.slope == pytest.approx(2.0)


def test_a_sum_is_scaled_to_the_days_of_its_month(days):
    record = days("2001-02-01", 28, precipitation=[2.0] * 27 + [None])
    assert list(monthly_values(record, Variable.PRECIPITATION, "sum")) == [pytest.approx(56.0)]


def test_the_reading_follows_from_the_interval(days):
    rising = estimate_trend(warming(days, "2000-01-01", 3653, 5.0, noise=0.5), Variable.TEMP_MAX, "mean")
    falling = estimate_trend(warming(days, "2000-01-01", 3653, -5.0, noise=0.5), Variable.TEMP_MAX, "mean")
    unclear = estimate_trend(warming(days, "2000-01-01", 1461, 0.0, noise=2.0), Variable.TEMP_MAX, "mean")
    assert [t.direction for t in (rising, falling, unclear)] == ["rising", "falling", "not distinguishable from zero"]


def test_too_few_months_are_refused(days):
    with pytest.raises(ValueError, match="too few for a trend"):
        estimate_trend(days("2000-01-01", 400), Variable.WIND, "mean")


def test_a_record_of_less_than_two_years_is_skipped(days):
    assert shorter_than_two_years(days("2000-01-01", 729), Variable.WIND, "mean")
    assert not shorter_than_two_years(days("2000-01-01", 730), Variable.WIND, "mean")


def test_each_variable_comes_once_with_its_aggregation():
    chosen = [Variable.WIND, Variable.PRECIPITATION, Variable.WIND]
    assert choose_variables(chosen) == [(Variable.WIND, "mean"), (Variable.PRECIPITATION, "sum")]


def test_seattle_grew_warmer_from_2012_to_2015(seattle):
    trend = estimate_trend(seattle, Variable.TEMP_MEAN, "mean")
    assert trend.slope == pytest.approx(6.2, abs=0.1)
    assert trend.direction == "rising"
