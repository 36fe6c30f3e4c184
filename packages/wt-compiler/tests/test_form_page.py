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

    beside = browser.evaluate("document.querySelector('#root_load_path__error').innerText")
    assert beside == "has to be filled in"
    assert "Load > Path has to be filled in" in browser.evaluate("document.body.innerText")
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

    assert "Load > Path has to be filled in" in browser.evaluate("document.querySelector('.wt-refused').innerText")
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


def page_of(fields: dict[str, Any], definitions: dict[str, Any] | None = None) -> FormPage:
    step = {"type": "object", "properties": fields, "required": [], "additionalProperties": False}
    properties = {"load": step}
    document = {"properties": properties, "$defs": definitions or {}, "uiSchema": {}, "additionalProperties": False}
    return make_page(rjsf=document, params=document, layout=FormLayout(groups={}))


@pytest.mark.web
def test_defaults_that_nobody_touched_can_be_saved(browser: web.Browser, tmp_path: Path) -> None:
    label = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    circle = {"type": "object", "properties": {"kind": {"type": "string", "const": "circle"}, "label": label}}
    square = {"type": "object", "properties": {"kind": {"type": "string", "const": "square"}}}
    shape = {"oneOf": [{"$ref": "#/$defs/Circle"}, {"$ref": "#/$defs/Square"}]}
    fields = {
        "at": {"type": "string", "format": "time", "default": "03:04:00"},
        "moment": {"type": "string", "format": "date-time", "default": "2025-01-02T03:04:00"},
        "shape": {**shape, "default": {"kind": "circle", "label": None}},
    }
    saved = show(browser, page_of(fields, {"Circle": circle, "Square": square}), tmp_path)
    browser.click("button[type=submit]")
    browser.wait_for_event("Browser.downloadProgress", state="completed")

    expected = {"at": "03:04:00", "moment": "2025-01-02T03:04:00", "shape": {"kind": "circle"}}
    assert json.loads(saved.read_text()) == {"load": expected}


@pytest.mark.web
def test_of_a_value_of_several_kinds_the_mistake_of_the_chosen_one_is_told(
    browser: web.Browser, tmp_path: Path
) -> None:
    circle = {"kind": {"const": "circle"}, "radius": {"type": "number", "exclusiveMinimum": 0, "default": 1}}
    square = {"kind": {"const": "square"}, "side": {"type": "number"}}
    definitions = {
        "Circle": {"type": "object", "properties": circle, "required": ["kind"]},
        "Square": {"type": "object", "properties": square, "required": ["kind", "side"]},
    }
    shape = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in definitions], "default": {"kind": "circle", "radius": 1}}
    saved = show(browser, page_of({"shape": shape}, definitions), tmp_path)
    browser.fill("root_load_shape_radius", "0")
    browser.click("button[type=submit]")
    browser.wait_until("document.querySelector('.errors')")

    told = browser.evaluate("[...document.querySelectorAll('.errors li')].map((line) => line.innerText)")
    assert told == ["Load > Shape > Radius has to be more than 0"]
    assert not saved.exists()


@pytest.mark.web
def test_a_condition_leaves_what_was_filled_in_elsewhere(browser: web.Browser, tmp_path: Path) -> None:
    number = {"type": "number"}
    fields = {
        "flag": {"type": "boolean", "default": False},
        "pair": {"type": "array", "prefixItems": [number, number], "minItems": 2, "maxItems": 2},
        "box": {"type": "array", "prefixItems": [number, number], "minItems": 2, "maxItems": 2, "default": [1, 2]},
        "many": {"type": "array", "items": number, "default": [3]},
        "named": {"type": "object", "additionalProperties": number, "default": {"a": 4}},
    }
    page = page_of({**fields, "why": {"type": "string"}})
    condition = {"properties": {"flag": {"const": True}}, "required": ["flag"]}
    step = {"type": "object", "properties": fields, "required": ["pair"]}
    step |= {"if": condition, "then": {"properties": {"why": {"type": "string"}}}}
    saved = show(browser, page._replace(rjsf={**page.rjsf, "properties": {"load": step}}), tmp_path)
    browser.fill("root_load_pair_0", "5")
    browser.fill("root_load_pair_1", "6")
    browser.click("#root_load_flag")
    browser.wait_until("document.querySelector('#root_load_why')")
    browser.fill("root_load_why", "because")
    browser.click("button[type=submit]")
    browser.wait_until("document.querySelector('.wt-saved')")
    browser.wait_for_event("Browser.downloadProgress", state="completed")

    filled = {"flag": True, "why": "because", "pair": [5, 6], "box": [1, 2], "many": [3], "named": {"a": 4}}
    assert json.loads(saved.read_text()) == {"load": filled}
