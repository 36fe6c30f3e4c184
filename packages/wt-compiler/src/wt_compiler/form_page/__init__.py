"""The page on which the form of a workflow is filled in: one HTML file that needs no server and no network."""

from __future__ import annotations

import html
import json
import shlex
from pathlib import Path
from typing import Any, NamedTuple

from wt_contracts.forms import FormLayout
from wt_contracts.renderable import renderable
from wt_contracts.runnable import runnable_schema

from wt_compiler.schemas import GROUP_MARKER

_HERE = Path(__file__).parent


class FormPage(NamedTuple):
    """What a page is made of.

    Attributes:
        title: The workflow, as people call it.
        description: What it does; empty if nobody said.
        name: The workflow's id, which the file of parameters is called after.
        source: The spec or workspace, as the user names it.
        rjsf: The content of `rjsf.json`.
        params: The content of `params.json`.
        layout: Which group holds which instance.
    """

    title: str
    description: str
    name: str
    source: str
    rjsf: dict[str, Any]
    params: dict[str, Any]
    layout: FormLayout

    @property
    def file(self) -> str:
        """What the browser calls the file of parameters."""
        return f"{self.name}-params.json"

    def to_html(self) -> str:
        """The page."""
        form = renderable(self.rjsf)
        data = {
            "schema": form.schema,
            "uiSchema": form.ui_schema,
            "params": {key: value for key, value in runnable_schema(self.params).items() if key != "uiSchema"},
            "groups": dict.fromkeys(self.layout.groups, True),
            "formData": _empty(self.rjsf),
            "file": self.file,
            "command": f"wt run {shlex.quote(self.source)} --params {self.file}",
        }
        parts = {
            "TITLE": html.escape(self.title),
            "DESCRIPTION": html.escape(self.description),
            "STYLE": (_HERE / "form.css").read_text(encoding="utf-8"),
            "DATA": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
            "SCRIPT": (_HERE / "form.js").read_text(encoding="utf-8").replace("</script", "<\\/script"),
        }
        page = (_HERE / "form.html").read_text(encoding="utf-8")
        head, *rest = page.split("%%")
        return head + "".join(parts.get(part, part) for part in rest)


def _empty(rjsf: dict[str, Any]) -> dict[str, Any]:
    """The form data of a form that nobody has touched: every instance is there, so that what it misses is asked for."""
    return {
        name: {member: {} for member in schema["properties"]} if schema.get(GROUP_MARKER) else {}
        for name, schema in rjsf["properties"].items()
    }
