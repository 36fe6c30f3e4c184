from __future__ import annotations

from datetime import date

import pytest
from weather_tasks import Period, Thresholds, assess_quality
from weather_tasks.quality import coverage


def test_missing_days_and_values_are_counted(days):
    record = days("2012-01-01", 5, wind=[1.0, None, 2.0, None, 3.0])
    quality = assess_quality(record, Period(start=date(2012, 1, 1), end=date(2012, 1, 10)), Thresholds())
    assert quality.missing_days == 5
    assert quality.missing_values == {"precipitation": 0, "temp_max": 0, "temp_min": 0, "wind": 2}


def test_wet_days_with_a_dry_label_are_counted(days):
    record = days("2012-01-01", 4, precipitation=[0.0, 5.0, 5.0, 0.9], weather=["sun", "fog", "rain", "sun"])
    quality = assess_quality(record, Period(start=date(2012, 1, 1), end=date(2012, 1, 4)), Thresholds())
    assert (quality.wet_days, quality.wet_days_labelled_dry) == (2, 1)


def test_coverage_is_the_share_of_the_months_days_that_have_a_value(days):
    record = days("2012-01-16", 31, wind=[1.0] * 15 + [None] * 16)
    assert list(coverage(record, "wind")) == [pytest.approx(15 / 31), 0]
