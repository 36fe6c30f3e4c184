"""How warehouses are written in records, and read again when a run is resumed."""

from __future__ import annotations

from typing import Any

from wt_engine.codec_forms import FORMS, READERS, Form, Inner
from wt_engine.injection import MISSING
from wt_engine.warehouse.nesting import Child
from wt_engine.warehouse.view import View


def _write(view: View, inner: Inner) -> Any:
    return [inner(view.plain()), None if view.iteration is MISSING else inner(view.iteration)]


def _read_view(content: Any, inner: Inner) -> View:
    return View(inner(content[0]))


def _read_child(content: Any, inner: Inner) -> Child:
    values, iteration = content
    return Child(inner(values), isolated=False, iteration=MISSING if iteration is None else inner(iteration))


def register_forms() -> None:
    """Let the codec of records know warehouses."""
    for kind, form in ((View, Form("view", _write, _read_view)), (Child, Form("child view", _write, _read_child))):
        FORMS[kind] = form
        READERS[form.name] = form
