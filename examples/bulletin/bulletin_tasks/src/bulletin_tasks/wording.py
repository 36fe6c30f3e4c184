"""Statistics in words."""

from __future__ import annotations

from weather_tasks import Quality, Trend, YearStatistics
from wt_registry import register


@register()
def describe_trends(trends: list[Trend]) -> str:
    """Say which variables rise or fall.

    Args:
        trends: One trend a variable.
    """
    certain = [trend for trend in trends if trend.direction in {"rising", "falling"}]
    if not certain:
        return "No trend can be told from zero."
    named = ", ".join(f"{trend.title.lower()} is {trend.direction}" for trend in certain)
    return f"At 95 % confidence, {named}."


@register()
def write_bulletin(quality: Quality, statistics: list[tuple[int, YearStatistics]], outlook: str) -> str:
    """Write the text of a bulletin.

    Args:
        quality: How complete the record is.
        statistics: One entry a year.
        outlook: What can be said of trends.

    Returns:
        A paragraph a year, one on what is missing, and the outlook.
    """
    missing = quality.missing_days
    known = "Every day was recorded." if not missing else f"{missing} of {quality.days_expected} days are missing."
    return "\n".join([*(_year(year, found) for year, found in statistics), known, outlook])


def _year(year: int, found: YearStatistics) -> str:
    if found.precipitation is None:
        rain = "no precipitation on record"
    else:
        rain = f"{found.precipitation:.0f} mm of precipitation on {found.wet_days} wet days"
    hottest = ""
    if found.hottest is not None:
        day = found.hottest.day
        hottest = f", the hottest day ({found.hottest.value:.1f} °C) was {day.day} {day:%B}"
    return f"{year}: {rain}{hottest}."
