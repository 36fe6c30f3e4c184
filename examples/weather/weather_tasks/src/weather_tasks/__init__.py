"""Tasks over a daily weather record: load, clean, select, summarise, estimate trends, draw, gather on one page."""

from weather_tasks.chart_files import ChartFiles, save_chart
from weather_tasks.chart_style import ChartStyle, set_chart_style
from weather_tasks.charts import (
    draw_anomalies,
    draw_calendar,
    draw_precipitation,
    draw_temperatures,
    draw_weather_types,
)
from weather_tasks.heat import HeatSpell, find_heat_spells, year_without_hot_days
from weather_tasks.period import Period, filter_period, set_period, split_by_year
from weather_tasks.quality import Quality, assess_quality
from weather_tasks.record import clean_record, load_record
from weather_tasks.report import write_report
from weather_tasks.trend import Trend, choose_variables, estimate_trend, shorter_than_two_years
from weather_tasks.variables import Aggregation, Variable
from weather_tasks.yearly import Thresholds, YearStatistics, set_thresholds, summarise_year

__all__ = [
    "Aggregation",
    "ChartFiles",
    "ChartStyle",
    "HeatSpell",
    "Period",
    "Quality",
    "Thresholds",
    "Trend",
    "Variable",
    "YearStatistics",
    "assess_quality",
    "choose_variables",
    "clean_record",
    "draw_anomalies",
    "draw_calendar",
    "draw_precipitation",
    "draw_temperatures",
    "draw_weather_types",
    "estimate_trend",
    "filter_period",
    "find_heat_spells",
    "load_record",
    "save_chart",
    "set_chart_style",
    "set_period",
    "set_thresholds",
    "shorter_than_two_years",
    "split_by_year",
    "summarise_year",
    "write_report",
    "year_without_hot_days",
]
