"""What is measured each day, in which unit, and how days make a month."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Aggregation = Literal["mean", "sum"]


class Variable(StrEnum):
    """A column of the record that can be analysed; the value is the column's name."""

    TEMP_MEAN = "temp_mean"
    TEMP_MAX = "temp_max"
    TEMP_MIN = "temp_min"
    PRECIPITATION = "precipitation"
    WIND = "wind"


@dataclass(frozen=True)
class Measure:
    """How a variable is presented.

    Attributes:
        title: What people call it.
        unit: The unit of a monthly value.
        aggregation: How daily values make a monthly one.
    """

    title: str
    unit: str
    aggregation: Aggregation


MEASURES: dict[Variable, Measure] = {
    Variable.TEMP_MEAN: Measure("Mean temperature", "°C", "mean"),
    Variable.TEMP_MAX: Measure("Daily maximum temperature", "°C", "mean"),
    Variable.TEMP_MIN: Measure("Daily minimum temperature", "°C", "mean"),
    Variable.PRECIPITATION: Measure("Precipitation", "mm per month", "sum"),
    Variable.WIND: Measure("Wind speed", "m/s", "mean"),
}
