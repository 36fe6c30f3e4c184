"""What is missing from the record, or does not fit together."""

from __future__ import annotations

import pandas as pd
from pydantic import BaseModel
from wt_registry import register

from weather_tasks.period import Period
from weather_tasks.record import MEASURED, DailyRecord
from weather_tasks.yearly import Thresholds


class Quality(BaseModel):
    """How complete and consistent the days of a period are.

    Attributes:
        days_expected: Days of the period.
        days_recorded: Days of the period that have a row.
        missing_values: Days without a value, by column, among those that have a row.
        wet_days: Days with at least the threshold of precipitation.
        wet_days_labelled_dry: Wet days whose weather type says sun or fog.
    """

    days_expected: int
    days_recorded: int
    missing_values: dict[str, int]
    wet_days: int
    wet_days_labelled_dry: int

    @property
    def missing_days(self) -> int:
        """Days of the period without a row."""
        return self.days_expected - self.days_recorded


@register()
def assess_quality(record: DailyRecord, period: Period, thresholds: Thresholds) -> Quality:
    """Count what is missing, and the days whose weather type contradicts the measured precipitation.

    Args:
        record: The cleaned record of the period.
        period: The days that should be there.
        thresholds: What counts as a wet day.
    """
    wet = record["precipitation"] >= thresholds.wet_day
    dry_label = record["weather"].isin(["sun", "fog"])
    return Quality(
        days_expected=period.days,
        days_recorded=len(record),
        missing_values={column: int(record[column].isna().sum()) for column in MEASURED},
        wet_days=int(wet.sum()),
        wet_days_labelled_dry=int((wet & dry_label).sum()),
    )


def coverage(record: pd.DataFrame, column: str) -> pd.Series:
    """The share of each calendar month's days that have a value, by month (a monthly period index)."""
    months = record["date"].dt.to_period("M")
    present = record[column].notna().groupby(months).sum()
    return present / present.index.days_in_month
