"""The charts of the page, each as a name and a Vega-Lite specification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from pydantic import Field
from wt_registry import register
from wt_task.skip import SkipSentinel

from weather_tasks.chart_style import ChartStyle, chart_config
from weather_tasks.quality import coverage
from weather_tasks.record import DailyRecord
from weather_tasks.trend import COVERAGE, Trend, decimal_years, monthly_values
from weather_tasks.variables import Variable

if TYPE_CHECKING:
    import altair

NamedChart = Annotated[
    tuple[str, dict[str, Any]], Field(description="The chart's name, and its Vega-Lite specification")
]

BLUE, ORANGE, RED = "#3b7dd8", "#e8833a", "#d6453d"
WEATHER_COLOURS = {"sun": "#f2b134", "fog": "#a9b4c2", "drizzle": "#8fc1e3", "rain": BLUE, "snow": "#b49be0"}
_WIDTH = 760
_SHORT = 18
LABELS_CHANGED = pd.Timestamp(2013, 5, 1)


@register()
def draw_temperatures(record: DailyRecord, style: ChartStyle) -> NamedChart:
    """Draw the monthly means of the daily maximum, mean and minimum temperature."""
    import altair as alt

    months = _months(record)
    for variable in (Variable.TEMP_MAX, Variable.TEMP_MEAN, Variable.TEMP_MIN):
        months[variable.value] = monthly_values(record, variable, "mean").to_numpy()
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        *(
            alt.Tooltip(f"{column}:Q", title=title, format=".1f")
            for column, title in (
                ("temp_max", "Mean maximum, °C"),
                ("temp_mean", "Mean, °C"),
                ("temp_min", "Mean minimum, °C"),
            )
        ),
    ]
    base = alt.Chart(months.dropna()).encode(x=_month_axis(months))
    near = alt.selection_point(nearest=True, on="pointerover", fields=["month"], empty=False, name="near")
    band = base.mark_area(opacity=0.22, color=ORANGE, interpolate="monotone").encode(
        y=alt.Y("temp_max:Q", title="°C"), y2="temp_min:Q"
    )
    line = base.mark_line(color=ORANGE, strokeWidth=2, interpolate="monotone").encode(
        y=alt.Y("temp_mean:Q", title="°C")
    )
    points = (
        base.mark_circle(color=ORANGE, size=60)
        .encode(y="temp_mean:Q", opacity=alt.condition(near, alt.value(1), alt.value(0)), tooltip=tooltip)
        .add_params(near)
    )
    text = "Monthly mean temperature; the band runs from the mean daily minimum to the mean daily maximum."
    return "temperatures", _finish(band + line + points, "Temperature", text, style)


@register()
def draw_precipitation(record: DailyRecord, style: ChartStyle) -> NamedChart:
    """Draw the monthly precipitation beside what the same calendar month brings on average."""
    import altair as alt

    months = _months(record)
    total = monthly_values(record, Variable.PRECIPITATION, "sum")
    months["precipitation"] = total.to_numpy()
    same_month = total.groupby(total.index.month)
    # One value is no mean: it would only repeat the bar.
    months["usual"] = same_month.transform("mean").where(same_month.transform("count") > 1).to_numpy()
    months["complete"] = (coverage(record, "precipitation") >= COVERAGE).to_numpy()
    base = alt.Chart(months.dropna(subset="precipitation")).encode(
        tooltip=[
            alt.Tooltip("month:T", title="Month", format="%B %Y"),
            alt.Tooltip("precipitation:Q", title="Precipitation, mm", format=".0f"),
            alt.Tooltip("usual:Q", title="Mean of this calendar month, mm", format=".0f"),
        ],
    )
    bars = base.mark_bar(color=BLUE, binSpacing=1).encode(
        x=_month_axis(months, band=True),
        y=alt.Y("precipitation:Q", title="mm per month"),
        opacity=alt.condition("datum.complete", alt.value(0.9), alt.value(0.35)),
    )
    ticks = base.mark_tick(color=RED, thickness=2, bandSize=10, orient="horizontal").encode(
        x=_month_axis(months, band=True), y="usual:Q"
    )
    text = (
        "Monthly precipitation. A red mark is the mean of the same calendar month over the period; pale bars are "
        "months with values on fewer than 90 % of their days, scaled to the whole month."
    )
    return "precipitation", _finish(bars + ticks, "Precipitation", text, style)


@register()
def draw_weather_types(record: DailyRecord, style: ChartStyle) -> NamedChart:
    """Draw which share of each month's days was labelled with which type of weather."""
    import altair as alt

    labelled = record.dropna(subset="weather")
    months = labelled.groupby([labelled["date"].dt.to_period("M"), "weather"]).size().rename("days").reset_index()
    months["month"] = months.pop("date").dt.to_timestamp()
    months["share"] = months["days"] / months.groupby("month")["days"].transform("sum")
    types = [weather for weather in WEATHER_COLOURS if weather in set(months["weather"])]
    colours = alt.Scale(domain=types, range=[WEATHER_COLOURS[weather] for weather in types])
    chosen = alt.selection_point(fields=["weather"], bind="legend", name="chosen")
    bars = (
        alt.Chart(months)
        .mark_bar(binSpacing=0)
        .encode(
            x=_month_axis(months, band=True),
            y=alt.Y("share:Q", stack="normalize", title="Share of days", axis=alt.Axis(format="%")),
            color=alt.Color("weather:N", scale=colours, legend=alt.Legend(title=None, orient="top")),
            opacity=alt.condition(chosen, alt.value(0.95), alt.value(0.15)),
            tooltip=[
                alt.Tooltip("month:T", title="Month", format="%B %Y"),
                alt.Tooltip("weather:N", title="Weather"),
                alt.Tooltip("days:Q", title="Days"),
            ],
        )
        .add_params(chosen)
    )
    text = "Types of weather as labelled in the record; click a type in the legend to follow it."
    if record["date"].min() < LABELS_CHANGED < record["date"].max():
        text += (
            " The labels changed in spring 2013, when rain nearly disappears although the gauge goes on measuring it:"
            " compare types before or after that, and use precipitation for everything else."
        )
    return "weather-types", _finish(bars, "Weather types", text, style)


@register()
def draw_calendar(record: DailyRecord, style: ChartStyle) -> NamedChart:
    """Draw every day's mean temperature as a coloured cell, one row a year."""
    import altair as alt

    days = record[["date", "temp_mean"]].dropna().copy()
    days["year"] = days["date"].dt.year
    # All years share one axis; 2012 lends its dates because it has a 29 February.
    days["day"] = pd.to_datetime({"year": 2012, "month": days["date"].dt.month, "day": days["date"].dt.day})
    cells = (
        alt.Chart(days)
        .mark_rect()
        .encode(
            x=alt.X("monthdate(day):T", title=None, axis=alt.Axis(format="%b", tickCount="month", labelAlign="left")),
            y=alt.Y("year:O", title=None, scale=alt.Scale(padding=0.08)),
            color=alt.Color(
                "temp_mean:Q",
                title="°C",
                scale=alt.Scale(scheme=style.temperature_colours, reverse=style.temperature_colours == "redyellowblue"),
            ),
            tooltip=[
                alt.Tooltip("date:T", title="Day", format="%d %B %Y"),
                alt.Tooltip("temp_mean:Q", title="Mean temperature, °C", format=".1f"),
            ],
        )
    )
    text = "Mean temperature of every day, one row a year; the gap at the end of February is the leap day."
    return "calendar", _finish(cells, "Every day", text, style)


@register()
def draw_anomalies(record: DailyRecord, trends: list[Trend | SkipSentinel], style: ChartStyle) -> NamedChart:
    """Draw how far each month was from what its calendar month usually is, and the trend if there is one.

    Months with values on fewer than 90 % of their days are left out.

    Args:
        record: The cleaned record.
        trends: The trends; that of the mean temperature is drawn. Skipped ones are left out.
        style: How charts look.
    """
    import altair as alt

    months = _months(record)
    values = monthly_values(record, Variable.TEMP_MEAN, "mean")
    values = values.where(coverage(record, "temp_mean") >= COVERAGE)
    months["anomaly"] = (values - values.groupby(values.index.month).transform("mean")).to_numpy()
    trend = next((t for t in trends if isinstance(t, Trend) and t.variable is Variable.TEMP_MEAN), None)
    if trend:
        since_middle = decimal_years(values.index) / 10
        months["trend"] = trend.slope * (since_middle - since_middle.mean())
    bars = (
        alt.Chart(months.dropna())
        .mark_bar(binSpacing=1)
        .encode(
            x=_month_axis(months, band=True),
            y=alt.Y("anomaly:Q", title="°C from the usual"),
            color=alt.condition("datum.anomaly > 0", alt.value(RED), alt.value(BLUE)),
            tooltip=[
                alt.Tooltip("month:T", title="Month", format="%B %Y"),
                alt.Tooltip("anomaly:Q", title="From the usual, °C", format="+.1f"),
            ],
        )
    )
    text = "Mean temperature of each month against the mean of the same calendar month over the period."
    if not trend:
        return "anomalies", _finish(bars, "Warmer or colder than usual", text, style)
    line = (
        alt.Chart(months.dropna())
        .mark_line(color="#7a8699", strokeDash=[6, 4], strokeWidth=2)
        .encode(x=_month_axis(months, band=True), y="trend:Q")
    )
    text += f" The dashed line is the trend of {trend.slope:+.1f} °C per decade."
    return "anomalies", _finish(bars + line, "Warmer or colder than usual", text, style)


def _months(record: pd.DataFrame) -> pd.DataFrame:
    """One row for each month of the record, in the order of `monthly_values`."""
    months = pd.PeriodIndex(sorted(record["date"].dt.to_period("M").unique()), freq="M")
    return pd.DataFrame({"month": months.to_timestamp()})


def _month_axis(months: pd.DataFrame, *, band: bool = False) -> altair.X:
    import altair as alt

    long = months["month"].nunique() > _SHORT
    axis = alt.Axis(format="%Y" if long else "%b %Y", tickCount="year" if long else "month", labelAlign="left")
    return alt.X("yearmonth(month):T" if band else "month:T", title=None, axis=axis)


def _finish(chart: Any, title: str, description: str, style: ChartStyle) -> dict[str, Any]:
    finished = chart.properties(title=title, description=description, width=_WIDTH, height=style.height)
    specification: dict[str, Any] = finished.to_dict()
    specification["config"] = chart_config()
    return specification
