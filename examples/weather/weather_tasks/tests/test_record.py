from __future__ import annotations

import pandas as pd
import pytest
from weather_tasks import clean_record, load_record


def test_the_record_has_every_day_of_four_years(seattle):
    assert len(seattle) == 1461
    assert seattle["date"].is_unique
    assert (seattle["date"].min(), seattle["date"].max()) == (pd.Timestamp("2012-01-01"), pd.Timestamp("2015-12-31"))
    assert seattle.notna().all(axis=None)


def test_loading_changes_nothing():
    assert list(load_record().columns) == ["date", "precipitation", "temp_max", "temp_min", "wind", "weather"]


def raw(**columns):
    rows = {
        "date": ["2012/01/02", "2012/01/01"],
        "precipitation": [1.0, 2.0],
        "temp_max": [5.0, 6.0],
        "temp_min": [1.0, 2.0],
        "wind": [3.0, 4.0],
        "weather": ["rain", "sun"],
    }
    return pd.DataFrame(rows | columns)


def test_days_come_in_the_order_of_time():
    assert list(clean_record(raw())["date"].dt.day) == [1, 2]


def test_the_mean_is_that_of_maximum_and_minimum():
    assert list(clean_record(raw())["temp_mean"]) == [4.0, 3.0]


def test_of_a_repeated_day_the_first_is_kept():
    record = clean_record(raw(date=["2012/01/02", "2012/01/02"]))
    assert list(record["precipitation"]) == [1.0]


def test_days_without_a_readable_date_are_dropped():
    assert len(clean_record(raw(date=["yesterday", "2012/01/01"]))) == 1


@pytest.mark.parametrize(
    ("column", "values"), [("precipitation", [-1.0, 2.0]), ("wind", ["calm", 4.0]), ("temp_max", [0.0, 6.0])]
)
def test_values_that_cannot_be_become_missing(column, values):
    record = clean_record(raw(**{column: values}))
    assert record[column].isna().sum() == 1


def test_the_raw_record_is_not_changed():
    before = raw()
    clean_record(before)
    pd.testing.assert_frame_equal(before, raw())
