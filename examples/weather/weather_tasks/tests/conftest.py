from __future__ import annotations

import pandas as pd
import pytest
from weather_tasks import clean_record, load_record


@pytest.fixture(scope="session")
def seattle() -> pd.DataFrame:
    """The whole cleaned record."""
    return clean_record(load_record())


@pytest.fixture
def days():
    """Make a cleaned record: every column is constant unless given."""

    def make(start: str, count: int, **columns) -> pd.DataFrame:
        record = pd.DataFrame({"date": pd.date_range(start, periods=count)})
        record["precipitation"] = 0.0
        record["temp_max"] = 20.0
        record["temp_min"] = 10.0
        record["wind"] = 3.0
        record["weather"] = "sun"
        for name, values in columns.items():
            record[name] = values
        record["temp_mean"] = (record["temp_max"] + record["temp_min"]) / 2
        return record

    return make
