"""Spells of hot days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from pydantic import BaseModel
from wt_registry import register

from weather_tasks.record import DailyRecord
from weather_tasks.yearly import Thresholds


class HeatSpell(BaseModel):
    """Consecutive hot days.

    Attributes:
        start: The first day.
        days: How many days.
        peak: The highest temperature, °C.
    """

    start: date
    days: int
    peak: float


@register()
def year_without_hot_days(*args: Any) -> bool:
    """Skip a year in which no day was hot.

    Args:
        args: What the task would be called with; the record and the thresholds among it are looked at.
    """
    records = [argument for argument in args if isinstance(argument, pd.DataFrame)]
    thresholds = [argument for argument in args if isinstance(argument, Thresholds)]
    return any((record["temp_max"] < threshold.hot_day).all() for record in records for threshold in thresholds)


@register()
def find_heat_spells(days: DailyRecord, thresholds: Thresholds) -> list[HeatSpell]:
    """Find runs of consecutive hot days; a missing day ends a run.

    Args:
        days: The cleaned record of one year.
        thresholds: What counts as a hot day.

    Returns:
        The runs, the longest first; of two equally long the hotter first.
    """
    hot = days[days["temp_max"] >= thresholds.hot_day]
    run = (hot["date"].diff() != pd.Timedelta(days=1)).cumsum()
    spells = [
        HeatSpell(start=spell["date"].iloc[0].date(), days=len(spell), peak=float(spell["temp_max"].max()))
        for _, spell in hot.groupby(run)
    ]
    return sorted(spells, key=lambda spell: (-spell.days, -spell.peak, spell.start))
