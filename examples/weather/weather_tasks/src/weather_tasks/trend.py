"""Linear trends over the years, with an honest uncertainty."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field
from wt_registry import register

from weather_tasks.quality import coverage
from weather_tasks.record import DailyRecord
from weather_tasks.student import t_quantile
from weather_tasks.variables import MEASURES, Aggregation, Variable

COVERAGE = 0.9
CONFIDENCE = 0.95
ALL = list(Variable)


class Trend(BaseModel):
    """A linear trend of monthly values.

    Attributes:
        variable: What was analysed.
        unit: The unit of a monthly value; the trend is in this unit per decade.
        slope: The trend, per decade.
        low: The lower end of its 95 % confidence interval; None if too few independent months are left to say.
        high: The upper end.
        months: How many months went in.
        months_left_out: How many months of the record were too incomplete.
        autocorrelation: How much a month resembles the one before, once season and trend are taken out.
        effective_months: How many independent months the record is worth.
    """

    variable: Variable
    unit: str
    slope: float
    low: float | None
    high: float | None
    months: int
    months_left_out: int
    autocorrelation: float
    effective_months: float

    @property
    def title(self) -> str:
        """What people call the variable."""
        return MEASURES[self.variable].title

    @property
    def direction(self) -> str:
        """What can be said of it at 95 % confidence: `rising`, `falling`, or `not distinguishable from zero`."""
        if self.low is not None and self.low > 0:
            return "rising"
        if self.high is not None and self.high < 0:
            return "falling"
        return "not distinguishable from zero"


@register()
def choose_variables(
    variables: Annotated[
        list[Variable],
        Field(
            title="Variables",
            description="What to estimate trends of.",
            min_length=1,
            json_schema_extra={"uniqueItems": True},
        ),
    ] = ALL,
) -> list[tuple[Variable, Aggregation]]:
    """Choose what to estimate trends of.

    Returns:
        Each variable with the way in which its days make a month: temperatures and wind are averaged,
        precipitation is added up.
    """
    return [(variable, MEASURES[variable].aggregation) for variable in dict.fromkeys(variables)]


@register()
def shorter_than_two_years(*args: Any) -> bool:
    """Skip a record that holds less than two years: a trend would only be the season.

    Args:
        args: What the task would be called with; the record among it is looked at.
    """
    records = [argument for argument in args if isinstance(argument, pd.DataFrame)]
    return any((record["date"].max() - record["date"].min()).days + 1 < 2 * 365 for record in records)


@register()
def estimate_trend(record: DailyRecord, variable: Variable, aggregation: Aggregation) -> Trend:
    """Estimate the linear trend of a variable, in its unit per decade, with a 95 % confidence interval.

    Monthly values are regressed on time with one intercept for each calendar month, so the season plays no part and
    incomplete years do no harm. Neighbouring months resemble each other, which makes the record worth fewer
    independent months; the standard error and the degrees of freedom are reduced accordingly (effective sample size
    of an order-one autoregression: Santer et al. 2000, Journal of Geophysical Research 105, 7337-7356). Months with
    values on fewer than 90 % of their days are left out.

    Args:
        record: A cleaned record of at least two years.
        variable: The column to analyse.
        aggregation: How the days of a month make its value.

    Raises:
        ValueError: If fewer than two years of usable months remain.
    """
    share = coverage(record, variable)
    values = monthly_values(record, variable, aggregation)[share >= COVERAGE]
    calendar_month = pd.Series(values.index.month, index=values.index)
    if len(values) < 24 or calendar_month.value_counts().min() < 2:
        raise ValueError(f"{variable}: {len(values)} complete months are too few for a trend")
    decades = pd.Series(decimal_years(values.index) / 10, index=values.index)
    time = decades - decades.groupby(calendar_month).transform("mean")
    anomaly = values - values.groupby(calendar_month).transform("mean")
    slope = float((time * anomaly).sum() / (time**2).sum())
    residual = anomaly - slope * time
    autocorrelation = _lag_one(residual)
    effective = len(values) * (1 - autocorrelation) / (1 + autocorrelation)
    half = _half_width(residual, time, effective - calendar_month.nunique() - 1)
    return Trend(
        variable=variable,
        unit=MEASURES[variable].unit,
        slope=slope,
        low=None if half is None else slope - half,
        high=None if half is None else slope + half,
        months=len(values),
        months_left_out=len(share) - len(values),
        autocorrelation=autocorrelation,
        effective_months=effective,
    )


def monthly_values(record: pd.DataFrame, variable: Variable, aggregation: Aggregation) -> pd.Series:
    """The value of each month; a sum is the mean of the days that were measured, times the days of the month."""
    values = record.groupby(record["date"].dt.to_period("M"))[variable.value].mean()
    return values * values.index.days_in_month if aggregation == "sum" else values


def decimal_years(months: pd.PeriodIndex) -> np.ndarray:
    """The middles of months as years with a fraction."""
    return np.asarray(months.year + (months.month - 0.5) / 12, dtype=float)


def _lag_one(residual: pd.Series) -> float:
    """Correlation of neighbouring months; never below 0, so that the record is never worth more than its months."""
    steps = residual.index.year * 12 + residual.index.month
    values = residual.to_numpy()
    neighbours = np.diff(steps) == 1
    variance = float((values**2).mean())
    if not neighbours.any() or variance == 0:
        return 0.0
    covariance = float((values[1:] * values[:-1])[neighbours].mean())
    return min(max(covariance / variance, 0.0), 0.99)


def _half_width(residual: pd.Series, time: pd.Series, degrees: float) -> float | None:
    """Half of the confidence interval, or None with fewer than one degree of freedom."""
    if degrees < 1:
        return None
    error = float(np.sqrt((residual**2).sum() / degrees / (time**2).sum()))
    return t_quantile((1 + CONFIDENCE) / 2, degrees) * error
