"""`wt form`: the page, filled in with a real browser, and the file that it saves."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from wt_compiler.form_page import FormPage
from wt_contracts.forms import FormLayout

from . import web

PAGE = Path(__file__).parent.parent / "src" / "wt_compiler" / "form_page"
LOAD = {
    "type": "object",
    "title": "Load",
    "properties": {
        "path": {"type": "string", "title": "Path"},
        "limit": {"anyOf": [{"type": "integer", "maximum": 10}, {"type": "null"}], "default": None, "title": "Limit"},
        "since": {"type": "string", "format": "date", "title": "Since"},
    },
    "required": ["path"],
    "additionalProperties": False,
}
DRAW = {
    "type": "object",
    "properties": {"size": {"type": "integer", "title": "Size", "default": 3}},
    "required": [],
    "additionalProperties": False,
}


def make_page(**changes: Any) -> FormPage:
    params = {"properties": {"load": LOAD, "draw": DRAW}, "$defs": {}, "uiSchema": {}, "additionalProperties": False}
    look = {"type": "object", "ecoscope:task_group": True, "properties": {"draw": DRAW}}
    rjsf = {**params, "properties": {"load": LOAD, "The </script> look": look}}
    page = FormPage(
        title="Rain & <snow>",
        description="What fell.",
        name="rain",
        source="spec.yaml",
        rjsf=rjsf,
        params=params,
        layout=FormLayout(groups={"The </script> look": ["draw"]}),
    )
    return page._replace(**changes)


def test_nothing_that_an_author_writes_breaks_the_page() -> None:
    page = make_page().to_html()

    assert "<h1>Rain &amp; &lt;snow&gt;</h1>" in page
    assert page.count("</script>") == 2


def test_the_page_asks_the_network_for_nothing() -> None:
    page = make_page().to_html()

    assert "default-src 'none'" in page
    assert " src=" not in page.split("<script>")[0]
    assert "<link" not in page.split("<script>")[0]


@pytest.mark.web
def test_the_script_is_what_its_source_gives(tmp_path: Path) -> None:
    modules = tmp_path / "modules"
    shutil.copytree(web.node_modules(), modules, symlinks=True)
    script = Path(__file__).parents[3] / "scripts" / "form-page"
    subprocess.run(["bash", script, tmp_path, modules], check=True, timeout=120)

    for name in ("form.js", "LICENCES.txt"):
        assert (tmp_path / name).read_bytes() == (PAGE / name).read_bytes(), f"run scripts/form-page: {name} is stale"


@pytest.fixture
def browser(tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "downloads").mkdir()
    with web.browser(tmp_path / "profile") as started:
        yield started


def show(browser: web.Browser, page: FormPage, tmp_path: Path) -> Path:
    file = tmp_path / "form.html"
    file.write_text(page.to_html(), encoding="utf-8")
    browser.open(file, tmp_path / "downloads")
    browser.wait_until("document.querySelector('button[type=submit]')")
    return tmp_path / "downloads" / page.file


@pytest.mark.web
def test_what_is_filled_in_is_saved_as_parameters(browser: web.Browser, tmp_path: Path) -> None:
    saved = show(browser, make_page(), tmp_path)
    browser.fill("root_load_path", "rain.csv")
    browser.fill("root_load_limit", "7")
    browser.fill("root_load_since", "2025-03-01")
    browser.click("button[type=submit]")
    browser.wait_for_event("Browser.downloadProgress", state="completed")

    params = json.loads(saved.read_text())
    assert params == {"load": {"path": "rain.csv", "limit": 7, "since": "2025-03-01"}, "draw": {"size": 3}}
    assert "wt run spec.yaml --params rain-params.json" in browser.evaluate("document.body.innerText")


@pytest.mark.web
def test_what_is_missing_is_said_and_nothing_is_saved(browser: web.Browser, tmp_path: Path) -> None:
    saved = show(browser, make_page(), tmp_path)
    browser.click("button[type=submit]")
    browser.wait_until("document.querySelector('.errors')")

    assert "must have required property 'Path'" in browser.evaluate("document.body.innerText")
    assert not saved.exists()


@pytest.mark.web
def test_what_the_form_lets_in_and_the_workflow_refuses_is_said_in_the_form(
    browser: web.Browser, tmp_path: Path
) -> None:
    loose = {**LOAD, "properties": {"path": {"enum": ["rain.csv", 5], "title": "Path"}}}
    page = make_page()
    saved = show(browser, page._replace(rjsf={**page.rjsf, "properties": {"load": loose}}), tmp_path)
    browser.fill("root_load_path", "1")
    browser.click("button[type=submit]")
    browser.wait_until("document.querySelector('.wt-refused')")

    assert "load.path must be string" in browser.evaluate("document.querySelector('.wt-refused').innerText")
    assert not saved.exists()


@pytest.mark.web
def test_none_can_be_chosen_where_a_value_or_none_is_required(browser: web.Browser, tmp_path: Path) -> None:
    point = {"type": "object", "title": "Point", "properties": {"x": {"type": "number"}}, "required": ["x"]}
    fields = {
        "place": {"anyOf": [{"$ref": "#/$defs/Point"}, {"type": "null"}]},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "Count"},
    }
    step = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    document = {"properties": {"load": step}, "$defs": {"Point": point}, "uiSchema": {}, "additionalProperties": False}
    page = make_page(rjsf=document, params=document, layout=FormLayout(groups={}))
    saved = show(browser, page, tmp_path)
    for name in ("place", "count"):
        browser.fill(f"root_load_{name}__anyof_select", "1")
        browser.wait_until("!document.querySelector('.error-detail')")
    browser.click("button[type=submit]")
    browser.wait_for_event("Browser.downloadProgress", state="completed")

    assert json.loads(saved.read_text()) == {"load": {"place": None, "count": None}}
