"""The page that gathers everything."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Annotated, Any

from pydantic import Field
from wt_registry import register
from wt_task.skip import SkipSentinel

from weather_tasks.chart_files import ChartFiles
from weather_tasks.heat import HeatSpell
from weather_tasks.period import Period
from weather_tasks.quality import Quality
from weather_tasks.results_folder import results_folder
from weather_tasks.trend import Trend
from weather_tasks.yearly import Thresholds, YearStatistics

FILE = "weather-report.html"
_NOTHING = "\N{EN DASH}"


@register(tags=["io"])
def write_report(
    period: Period,
    thresholds: Thresholds,
    quality: Quality,
    statistics: list[tuple[int, YearStatistics]],
    trends: list[Trend | SkipSentinel],
    heat_spells: list[tuple[int, list[HeatSpell] | SkipSentinel]],
    charts: list[ChartFiles | SkipSentinel],
    results: str,
    title: Annotated[str, Field(title="Title", description="The headline of the page.")] = "Seattle weather",
    introduction: Annotated[
        str, Field(title="Introduction", description="A paragraph under the headline; may be empty.")
    ] = "",
) -> str:
    """Write one page that gathers the statistics, the trends, the charts and how they were made.

    The page is a single file: it needs no network and no other file, follows the reader's choice of a light or dark
    screen, and prints. Whatever was skipped is said to be so.

    Args:
        period: The days that were looked at.
        thresholds: What counted as wet, hot and frosty.
        quality: What is missing.
        statistics: One entry a year.
        trends: One entry a variable, skipped if the period is too short.
        heat_spells: One entry a year, skipped if no day was hot.
        charts: The saved charts.
        results: The results folder, as a path or a `file://` URL.
        title: The headline.
        introduction: A paragraph under it.

    Returns:
        The path of the page.
    """
    path = results_folder(results) / FILE
    shown = [chart for chart in charts if isinstance(chart, ChartFiles)]
    page = _template().render(
        title=title,
        introduction=introduction,
        period=period,
        thresholds=thresholds,
        quality=quality,
        statistics=statistics,
        trends=[trend for trend in trends if isinstance(trend, Trend)],
        heat_spells=[(year, [] if isinstance(spells, SkipSentinel) else spells) for year, spells in heat_spells],
        charts=shown,
        specifications={chart.name: for_page(chart.specification) for chart in shown},
        facts=_facts([year for _, year in statistics]),
        javascript=_javascript(),
    )
    path.write_text(page, encoding="utf-8")
    return str(path)


def for_page(specification: dict[str, Any]) -> dict[str, Any]:
    """The chart as the page shows it: as wide as its column, on the page's own background, without its title."""
    shown = {key: value for key, value in specification.items() if key not in {"title", "description"}}
    config = {**specification["config"], "background": None, "padding": 4}
    return {**shown, "width": "container", "autosize": {"type": "fit-x", "contains": "padding"}, "config": config}


def _facts(years: list[YearStatistics]) -> list[tuple[str, str, str]]:
    """The figures at the top of the page: a label, a value with its unit, a remark."""
    facts: list[tuple[str, str, str]] = []
    measured = [year for year in years if year.temp_mean is not None]
    if measured:
        days = sum(year.days_recorded for year in measured)
        mean = sum(year.temp_mean * year.days_recorded for year in measured if year.temp_mean is not None) / days
        facts.append(("Mean temperature", f"{mean:.1f} °C", "over all recorded days"))
    complete = [year.precipitation for year in years if year.is_complete and year.precipitation is not None]
    if complete:
        remark = f"mean of {len(complete)} complete year{'s' if len(complete) > 1 else ''}"
        facts.append(("Precipitation a year", f"{sum(complete) / len(complete):,.0f} mm", remark))
    hottest = max((year.hottest for year in years if year.hottest), key=lambda day: day.value, default=None)
    coldest = min((year.coldest for year in years if year.coldest), key=lambda day: day.value, default=None)
    wettest = max((year.wettest for year in years if year.wettest), key=lambda day: day.value, default=None)
    for label, extreme, unit in (
        ("Hottest", hottest, "°C"),
        ("Coldest", coldest, "°C"),
        ("Wettest day", wettest, "mm"),
    ):
        if extreme:
            facts.append((label, f"{number(extreme.value)} {unit}", day(extreme.day)))
    return facts


def number(value: float | None, digits: int = 1) -> str:
    """A number with a true minus sign and thousands separated, or a dash where nothing was measured."""
    return _NOTHING if value is None else f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def signed(value: float | None, digits: int = 1) -> str:
    """A number that always shows its sign."""
    return _NOTHING if value is None else f"{value:+,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def day(value: date) -> str:
    """A date as people write it: `5 August 2014`."""
    return f"{value.day} {value:%B %Y}"


def _javascript() -> str:
    import vl_convert

    # A script element ends at the first "</script", wherever it stands.
    bundle: str = vl_convert.javascript_bundle()
    return bundle.replace("</script", "<\\/script")


def _template() -> Any:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "signed": signed, "day": day, "safe_javascript": Markup}
    source = resources.files("weather_tasks").joinpath("report.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source)
