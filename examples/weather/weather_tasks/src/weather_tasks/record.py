"""The daily record itself: reading it, and making it fit for analysis."""

from __future__ import annotations

from importlib import resources
from typing import Annotated

import pandas as pd
from pydantic import WithJsonSchema
from wt_registry import register

DailyRecord = Annotated[pd.DataFrame, WithJsonSchema({"type": "object", "description": "One row a day"})]

MEASURED = ("precipitation", "temp_max", "temp_min", "wind")


@register(tags=["io"])
def load_record() -> DailyRecord:
    """Load the daily weather of Seattle, 2012 to 2015, as it was recorded.

    The record comes with the package vega-datasets; its source is the public-domain Global Historical Climatology
    Network of NOAA.

    Returns:
        One row a day with the columns `date` (text), `precipitation` (mm), `temp_max` and `temp_min` (°C),
        `wind` (m/s, daily mean) and `weather` (drizzle, fog, rain, snow or sun).
    """
    file = resources.files("vega_datasets") / "_data" / "seattle-weather.csv"
    with file.open() as lines:
        return pd.read_csv(lines)


@register()
def clean_record(raw: DailyRecord) -> DailyRecord:
    """Make the record fit for analysis without inventing anything.

    Rows without a readable date and repeated dates (after the first) are dropped. Values that are no numbers or
    cannot be (negative precipitation or wind, a minimum above the maximum) become missing. Nothing is filled in.

    Args:
        raw: The record as it was loaded.

    Returns:
        The record in the order of time, dates as dates, with the column `temp_mean`: the mean of the day's maximum
        and minimum, as weather services compute it.
    """
    record = raw.copy()
    record["date"] = pd.to_datetime(record["date"], format="%Y/%m/%d", errors="coerce")
    record = record.dropna(subset="date").drop_duplicates("date").sort_values("date", ignore_index=True)
    for column in MEASURED:
        record[column] = pd.to_numeric(record[column], errors="coerce").astype(float)
    for column in ("precipitation", "wind"):
        record.loc[record[column] < 0, column] = float("nan")
    record.loc[record["temp_min"] > record["temp_max"], ["temp_min", "temp_max"]] = float("nan")
    record["temp_mean"] = (record["temp_max"] + record["temp_min"]) / 2
    return record
