"""Which days are looked at."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

import pandas as pd
from pydantic import BaseModel, Field, model_validator
from wt_registry import register

from weather_tasks.record import DailyRecord


class Period(BaseModel):
    """A range of days, both ends included."""

    start: date = Field(date(2012, 1, 1), title="From", description="The first day.")
    end: date = Field(date(2015, 12, 31), title="Until", description="The last day; it belongs to the period.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1


WHOLE_RECORD = Period()


@register()
def set_period(
    period: Annotated[
        Period,
        Field(title="Days", description="Both ends included. The record runs from 2012-01-01 to 2015-12-31."),
    ] = WHOLE_RECORD,
) -> Period:
    """Choose the days that everything below is about."""
    return period


@register()
def filter_period(record: DailyRecord, period: Period) -> DailyRecord:
    """Keep the days of a period.

    Args:
        record: A cleaned record.
        period: The days to keep.

    Returns:
        The rows of those days.

    Raises:
        ValueError: If the record has no day in the period.
    """
    inside = record["date"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    if not inside.any():
        first, last = record["date"].min().date(), record["date"].max().date()
        raise ValueError(f"no day from {period.start} to {period.end}: the record runs from {first} to {last}")
    return record[inside].reset_index(drop=True)


@register()
def split_by_year(record: DailyRecord) -> list[tuple[int, DailyRecord]]:
    """Split the record into calendar years.

    Returns:
        Pairs of a year and its days, in the order of time.
    """
    return [(int(year), days.reset_index(drop=True)) for year, days in record.groupby(record["date"].dt.year)]
