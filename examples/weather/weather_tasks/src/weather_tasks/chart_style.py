"""How charts look."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from wt_registry import register

_INK = "#3f4a5a"
_GRID = "#e3e7ee"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


class ChartStyle(BaseModel):
    """Choices that all charts share."""

    temperature_colours: Literal["redyellowblue", "turbo", "inferno", "viridis"] = Field(
        "redyellowblue", title="Colours of temperatures", description="The colour scale of the calendar."
    )
    height: int = Field(260, ge=120, le=800, title="Height", description="Height of a chart, in pixels.")
    resolution: int = Field(
        2, ge=1, le=4, title="Resolution of pictures", description="Pixels of a PNG per pixel of the chart."
    )


PLAIN = ChartStyle()


@register()
def set_chart_style(
    style: Annotated[ChartStyle, Field(title="Style", description="Choices that all charts share.")] = PLAIN,
) -> ChartStyle:
    """Choose how the charts look."""
    return style


def chart_config() -> dict[str, Any]:
    """The Vega-Lite configuration of every chart: quiet axes, one font, a white background."""
    return {
        "background": "white",
        "font": _FONT,
        "padding": 12,
        "title": {"anchor": "start", "color": _INK, "fontSize": 15, "fontWeight": 600, "offset": 14},
        "axis": {
            "domainColor": _GRID,
            "gridColor": _GRID,
            "labelColor": _INK,
            "labelFontSize": 11,
            "tickColor": _GRID,
            "titleColor": _INK,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "titlePadding": 8,
        },
        "axisX": {"grid": False},
        "legend": {"labelColor": _INK, "labelFontSize": 11, "titleColor": _INK, "titleFontWeight": "normal"},
        "view": {"stroke": None},
    }
