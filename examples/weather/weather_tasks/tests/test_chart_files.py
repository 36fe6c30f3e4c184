from __future__ import annotations

import re

from weather_tasks import ChartStyle, draw_temperatures, save_chart


def test_a_chart_becomes_a_picture_and_a_page_that_needs_no_network(seattle, tmp_path):
    name, chart = draw_temperatures(seattle, ChartStyle())
    files = save_chart(name, chart, ChartStyle(), tmp_path.as_uri())
    assert (tmp_path / files.png).read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / files.html).read_text()
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?(?:https?:)?//", page)


def test_the_resolution_is_the_readers_choice(seattle, tmp_path):
    name, chart = draw_temperatures(seattle, ChartStyle())
    sizes = []
    for resolution in (1, 3):
        files = save_chart(name, chart, ChartStyle(resolution=resolution), str(tmp_path))
        sizes.append(int.from_bytes((tmp_path / files.png).read_bytes()[16:20]))
    assert sizes[1] == 3 * sizes[0]
