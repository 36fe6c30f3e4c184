"""The statistics of one year."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from typing import Annotated

import pandas as pd
from pydantic import BaseModel, Field
from wt_registry import register

from weather_tasks.record import DailyRecord


class Thresholds(BaseModel):
    """When a day counts as wet, hot or frosty."""

    wet_day: float = Field(1.0, ge=0, title="Wet day from (mm)", description="Precipitation of a wet day, in mm.")
    hot_day: float = Field(30.0, title="Hot day from (°C)", description="Maximum temperature of a hot day, in °C.")
    frost_day: float = Field(
        0.0, title="Frost day below (°C)", description="Minimum temperature below which a day is a frost day, in °C."
    )


class DayValue(BaseModel):
    """A value and the day that had it first."""

    value: float
    day: date


class YearStatistics(BaseModel):
    """What one year was like; a value is None where nothing was measured.

    Attributes:
        days_recorded: Days with a row.
        days_in_year: Days that the calendar year has; fewer recorded ones make sums incomparable.
        temp_mean: Mean temperature, °C.
        temp_max_mean: Mean of the daily maxima, °C.
        temp_min_mean: Mean of the daily minima, °C.
        hottest: The highest maximum, °C.
        coldest: The lowest minimum, °C.
        precipitation: Total, mm.
        wettest: The highest daily precipitation, mm.
        wet_days: Number of wet days.
        hot_days: Number of hot days.
        frost_days: Number of frost days.
        wind_mean: Mean wind speed, m/s.
    """

    days_recorded: int
    days_in_year: int
    temp_mean: float | None
    temp_max_mean: float | None
    temp_min_mean: float | None
    hottest: DayValue | None
    coldest: DayValue | None
    precipitation: float | None
    wettest: DayValue | None
    wet_days: int
    hot_days: int
    frost_days: int
    wind_mean: float | None

    @property
    def is_complete(self) -> bool:
        """Whether every day of the calendar year was recorded."""
        return self.days_recorded == self.days_in_year


USUAL = Thresholds()


@register()
def set_thresholds(
    thresholds: Annotated[
        Thresholds, Field(title="A day counts", description="Days are counted in the table of years.")
    ] = USUAL,
) -> Thresholds:
    """Choose when a day counts as wet, hot or frosty.

    A wet day from 1 mm is the definition of the World Meteorological Organization.
    """
    return thresholds


@register()
def summarise_year(days: DailyRecord, thresholds: Thresholds) -> YearStatistics:
    """Summarise the days of one year.

    Args:
        days: The cleaned record of one calendar year, or of a part of it. Missing values are left out.
        thresholds: What counts as wet, hot and frosty.
    """
    year = int(days["date"].dt.year.iloc[0])
    return YearStatistics(
        days_recorded=len(days),
        days_in_year=366 if isleap(year) else 365,
        temp_mean=_mean(days["temp_mean"]),
        temp_max_mean=_mean(days["temp_max"]),
        temp_min_mean=_mean(days["temp_min"]),
        hottest=extreme(days, "temp_max", largest=True),
        coldest=extreme(days, "temp_min", largest=False),
        precipitation=float(days["precipitation"].sum()) if days["precipitation"].notna().any() else None,
        wettest=extreme(days, "precipitation", largest=True),
        wet_days=int((days["precipitation"] >= thresholds.wet_day).sum()),
        hot_days=int((days["temp_max"] >= thresholds.hot_day).sum()),
        frost_days=int((days["temp_min"] < thresholds.frost_day).sum()),
        wind_mean=_mean(days["wind"]),
    )


def extreme(days: pd.DataFrame, column: str, *, largest: bool) -> DayValue | None:
    """The largest or smallest value of a column and its first day, or None if nothing was measured."""
    values = days[column].dropna()
    if values.empty:
        return None
    row = values.idxmax() if largest else values.idxmin()
    return DayValue(value=float(values[row]), day=days["date"][row].date())


def _mean(values: pd.Series) -> float | None:
    return None if values.dropna().empty else float(values.mean())
