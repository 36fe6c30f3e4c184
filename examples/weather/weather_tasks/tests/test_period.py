from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError
from weather_tasks import Period, filter_period, set_period, split_by_year


def test_both_ends_belong_to_the_period(seattle):
    kept = filter_period(seattle, Period(start=date(2013, 5, 1), end=date(2013, 5, 3)))
    assert list(kept["date"].dt.day) == [1, 2, 3]
    assert list(kept.index) == [0, 1, 2]


def test_the_default_is_the_whole_record(seattle):
    assert len(filter_period(seattle, set_period())) == len(seattle) == set_period().days


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValidationError, match=r"ends .* before it starts"):
        Period(start=date(2014, 1, 1), end=date(2013, 1, 1))


def test_a_period_outside_the_record_says_where_the_record_is(seattle):
    with pytest.raises(ValueError, match="the record runs from 2012-01-01 to 2015-12-31"):
        filter_period(seattle, Period(start=date(2020, 1, 1), end=date(2021, 1, 1)))


def test_years_are_split_in_the_order_of_time(seattle):
    years = split_by_year(seattle)
    assert [year for year, _ in years] == [2012, 2013, 2014, 2015]
    assert [len(record) for _, record in years] == [366, 365, 365, 365]
