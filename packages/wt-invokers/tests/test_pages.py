from __future__ import annotations

import os

import pytest
from wt_invokers.pages import find_page, open_page


@pytest.fixture
def results(tmp_path):
    directory = tmp_path / "results"
    directory.mkdir()
    for name in ("plot.png", "page one.html", "table.csv"):
        (directory / name).write_text("x")
    return directory


def test_a_page_goes_before_a_picture(results):
    page = results / "page one.html"

    assert find_page(["plot.png", {"page": str(page)}], results) == page.as_uri()


@pytest.mark.parametrize("form", ["{}/page one.html", "file://{}/page%20one.html", "page one.html"])
def test_a_page_may_be_a_path_a_url_or_relative_to_the_results(results, form):
    assert find_page(form.format(results), results) == (results / "page one.html").as_uri()


def test_a_web_address_can_be_opened(results):
    assert find_page({"map": "https://example.org/map"}, results) == "https://example.org/map"


@pytest.mark.parametrize("value", ["table.csv", "missing.html", "no page at all.", 7, None, "a\nb.html", "x" * 5000])
def test_without_anything_named_the_directory_is_looked_at(results, value):
    assert find_page(value, results) == (results / "page one.html").as_uri()
    assert find_page(value, None) is None


def test_a_browser_shows_the_page(results, tmp_path):
    fifo = tmp_path / "shown"
    os.mkfifo(fifo)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{fifo}"\n')
    browser.chmod(0o755)
    # webbrowser reads BROWSER when it is first used in a process
    import subprocess
    import sys

    code = "import sys; from wt_invokers.pages import open_page; print(open_page(sys.argv[1]))"
    argv = [sys.executable, "-c", code, "https://example.org/"]
    with subprocess.Popen(
        argv, env={**os.environ, "BROWSER": f"{browser} %s"}, stdout=subprocess.PIPE, text=True
    ) as it:
        shown = fifo.read_text()
        assert it.communicate(timeout=30)[0] == "True\n"
    assert shown == "https://example.org/\n"


def test_a_machine_without_a_browser_is_no_failure(monkeypatch):
    monkeypatch.setattr("webbrowser._tryorder", [])

    assert open_page("https://example.org/") is False
