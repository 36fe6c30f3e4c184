"""Charts as files."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from wt_registry import register

from weather_tasks.chart_style import ChartStyle
from weather_tasks.results_folder import results_folder


class ChartFiles(BaseModel):
    """A chart that was saved.

    Attributes:
        name: Names the files.
        title: What the chart shows.
        description: How to read it.
        png: The picture, relative to the results folder.
        html: The interactive page, which works without a network, relative to the results folder.
        specification: The chart in Vega-Lite.
    """

    name: str
    title: str
    description: str
    png: str
    html: str
    specification: dict[str, Any]


@register(tags=["io"])
def save_chart(name: str, specification: dict[str, Any], style: ChartStyle, results: str) -> ChartFiles:
    """Save a chart as a picture (PNG) and as an interactive page (HTML) that needs no network.

    Args:
        name: Names the files.
        specification: The chart in Vega-Lite.
        style: How many pixels the picture gets.
        results: The results folder, as a path or a `file://` URL.
    """
    import altair as alt

    folder = results_folder(results) / "charts"
    folder.mkdir(exist_ok=True)
    chart = alt.Chart.from_dict(specification)
    chart.save(folder / f"{name}.png", scale_factor=style.resolution)
    chart.save(folder / f"{name}.html", inline=True)
    return ChartFiles(
        name=name,
        title=specification["title"],
        description=specification["description"],
        png=f"charts/{name}.png",
        html=f"charts/{name}.html",
        specification=specification,
    )
