"""The page of a graph, in a real browser: it zooms, and shows the arguments of the step that is clicked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from wt_compiler.commands.graph import graph

from . import web

pytestmark = pytest.mark.web

SPEC = """id: demo
requirements: []
workflow:
  - {id: a, name: Read it, task: load}
  - id: c
    task: anything
    retry: 3
    approval: {reason: 'Is ${{ workflow.a.return }} right?'}
    partial: {x: '${{ workflow.a.return }}', y: '<b>bold</b>'}
"""
DETAILS = "document.getElementById('details').innerText"
WIDTH = "document.querySelector('svg').viewBox.baseVal.width"
MIDDLE = """(() => {
    const found = [...document.querySelectorAll('.node')].find((each) => each.textContent.includes('NAME'));
    const { x, y, width, height } = found.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
})()"""


@pytest.fixture
def page(tmp_path: Path, stored: Path, console: Any) -> Iterator[web.Browser]:
    (tmp_path / "spec.yaml").write_text(SPEC)
    file = tmp_path / "graph.html"
    arguments = [str(tmp_path / "spec.yaml"), "--registry", str(stored), "-o", str(file)]
    CliRunner().invoke(graph, arguments, obj=console, catch_exceptions=False)
    (tmp_path / "downloads").mkdir()
    with web.browser(tmp_path / "profile") as started:
        started.open(file, tmp_path / "downloads")
        yield started


def mouse(page: web.Browser, kind: str, x: float, y: float, **more: Any) -> None:
    page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)


def click(page: web.Browser, x: float, y: float) -> None:
    mouse(page, "mousePressed", x, y, button="left", clickCount=1)
    mouse(page, "mouseReleased", x, y, button="left", clickCount=1)


def press(page: web.Browser, key: str, **more: Any) -> None:
    page.call("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
    page.call("Input.dispatchKeyEvent", type="keyUp", key=key, **more)


def test_a_click_shows_the_arguments_of_a_step_and_escape_closes_them(page: web.Browser) -> None:
    click(page, *page.evaluate(MIDDLE.replace("NAME", "anything")))
    page.wait_until("!document.querySelector('aside').hidden")
    shown = page.evaluate(DETAILS).split("\n")
    assert shown[shown.index("x") + 1] == "workflow.a.return"
    assert shown[shown.index("y") + 1] == '"<b>bold</b>"'
    run = shown.index("Run")
    assert shown[run + 1 : run + 4] == ["tried up to 3 times", "waits for approval", "Asks"]
    assert "workflow.a.return" in shown[run + 4]

    press(page, "Escape")
    page.wait_until("document.querySelector('aside').hidden")


def test_the_wheel_zooms_at_the_pointer_and_the_mouse_drags(page: web.Browser) -> None:
    before = page.evaluate(WIDTH)
    place = page.evaluate(MIDDLE.replace("NAME", "Read it"))
    mouse(page, "mouseWheel", *place, deltaX=0, deltaY=-300)
    page.wait_until(f"{WIDTH} < {before}")
    after = page.evaluate(MIDDLE.replace("NAME", "Read it"))
    assert after == pytest.approx(place, abs=2)

    x, y = place
    mouse(page, "mousePressed", x, y, button="left", clickCount=1)
    mouse(page, "mouseMoved", x + 60, y + 40, button="left", buttons=1)
    mouse(page, "mouseReleased", x + 60, y + 40, button="left", clickCount=1)
    assert page.evaluate(MIDDLE.replace("NAME", "Read it")) == pytest.approx([x + 60, y + 40], abs=2)
    assert page.evaluate("document.querySelector('aside').hidden")


def test_the_keyboard_does_the_same(page: web.Browser) -> None:
    before = page.evaluate(WIDTH)
    press(page, "+", text="+")
    assert page.evaluate(WIDTH) < before
    press(page, "0", text="0")
    assert page.evaluate(WIDTH) == before
    press(page, "Tab")
    press(page, "Enter")
    page.wait_until("!document.querySelector('aside').hidden")
    assert "Read it" in page.evaluate(DETAILS)
