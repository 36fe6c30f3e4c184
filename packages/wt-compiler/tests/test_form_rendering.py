"""What React JSON Schema Form makes of forms: `forms/<case>.schema.json`, beside what it becomes and how it is shown.

With `UPDATE_GOLDEN=1` the expected files are written anew.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from wt_contracts.renderable import renderable

from . import web

CASES = Path(__file__).parent / "forms"
NAMES = sorted(path.name.removesuffix(".schema.json") for path in CASES.glob("*.schema.json"))


def as_rendered(name: str) -> dict[str, Any]:
    form = renderable(json.loads((CASES / f"{name}.schema.json").read_text()))
    return {"schema": form.schema, "uiSchema": form.ui_schema}


def expected(name: str, content: str) -> str:
    path = CASES / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(content)
    return path.read_text()


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(zip(NAMES, web.render([as_rendered(name) for name in NAMES]), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_rewritten_as_expected(name: str) -> None:
    content = json.dumps(as_rendered(name), indent=2) + "\n"
    assert content == expected(f"{name}.renderable.json", content)


@pytest.mark.web
@pytest.mark.parametrize("name", NAMES)
def test_it_is_shown_as_expected(name: str, pages: dict[str, str]) -> None:
    assert pages[name] == expected(f"{name}.html", pages[name])


@pytest.mark.web
@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_it_has_an_input(name: str, pages: dict[str, str]) -> None:
    assert "nsupported" not in pages[name]
    assert re.search(r"<input|<select|<textarea|btn-add", pages[name])


@pytest.mark.web
def test_without_the_rewriting_there_would_be_places_without_one() -> None:
    """If this fails, the library has learnt what it could not, and the rewriting can become less."""
    schemas = [json.loads((CASES / f"{name}.schema.json").read_text()) for name in ("optional", "tuple", "any_value")]
    optional, tuples, anything = web.render([{"schema": {"type": "object", **schema}} for schema in schemas])

    assert 'type="number"' not in optional
    assert "Missing items definition" in tuples
    assert "Unknown field type" in anything
