"""Overrides and what they change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]

WORKFLOW = """
workflow:
  - {id: source, task: load, partial: {limit: 5}}
  - {id: fixed, task: load, partial: {path: x, limit: 1}}
  - type: task-group
    title: The look
    description: D
    tasks:
      - id: picture
        task: draw
        partial: {frame: '${{ workflow.source.return }}'}
      - {id: fixed_too, task: load, partial: {path: x, limit: 1}}
  - type: task-group
    title: Ver. 2.0
    description: D
    tasks:
      - {id: later, task: load}
"""


def check(diagnose: Diagnose, section: str, path: str) -> list[Diagnostic]:
    overrides = f"rjsf-overrides: {{{section}: {{'{path}': {{a: 1}}}}}}"
    return diagnose(f"id: demo\nrequirements: []\n{overrides}{WORKFLOW}")


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ("properties", "source"),
        ("properties", "source.title"),
        ("properties", "source.vendor:new"),
        ("properties", "source.properties.path.vendor:transform"),
        ("properties", "source.properties.path"),
        ("properties", "The look.title"),
        ("properties", "The look.properties.picture.properties.style.anyOf"),
        ("properties", "The look.properties.picture.properties.labels.items.title"),
        ("properties", "Ver. 2.0.properties.later.properties.path.default"),
        ("properties", '"Ver. 2.0".properties.later.properties.path.default'),
        ("properties", "The look.properties.picture.properties.style.properties.color.title"),
        ("$defs", "Style"),
        ("$defs", "Style.title"),
        ("$defs", "Style.properties.color.oneOf"),
        ("$defs", "Brand new"),
        ("uiSchema", "ui:order"),
        ("uiSchema", "source.ui:order"),
        ("uiSchema", "source.path.ui:widget"),
        ("uiSchema", "The look.ui:order"),
        ("uiSchema", "The look.picture.style.anything.deeper"),
    ],
)
def test_what_exists_and_new_leaves_may_be_patched(section: str, path: str, diagnose: Diagnose) -> None:
    assert check(diagnose, section, path) == []


@pytest.mark.parametrize(
    ("section", "path", "hint"),
    [
        ("properties", "sorce.title", "did you mean 'source'?"),
        ("properties", "zebra.title", None),
        ("properties", "source.properties.pth.title", "did you mean 'path'?"),
        ("properties", "source.propertes.path.title", "did you mean 'properties'?"),
        ("properties", "source.properties.limit.title", None),
        ("properties", "The look.properties.picture.properties.size.anyOf.7.title", None),
        ("properties", "fixed.title", None),
        ("properties", "picture.title", "write 'The look.properties.picture'"),
        ("properties", "The lok.title", "did you mean 'The look'?"),
        ("properties", "The look.properties.pictur.title", "did you mean 'picture'?"),
        ("properties", "The look.properties.fixed_too.title", None),
        ("properties", "The look.properties.picture.properties.styel.title", "did you mean 'style'?"),
        ("properties", "The look.properties.picture.properties.style.properties.colour.title", "did you mean 'color'?"),
        ("$defs", "Stile.title", "did you mean 'Style'?"),
        ("$defs", "Style.properties.colour.title", "did you mean 'color'?"),
        ("uiSchema", "sorce.path", "did you mean 'source'?"),
        ("uiSchema", "source.pth.ui:widget", "did you mean 'path'?"),
        ("uiSchema", "picture.style", "write 'The look.picture'"),
        ("uiSchema", "The look.pictur.style", "did you mean 'picture'?"),
    ],
)
def test_an_override_without_a_target_is_a_warning(
    section: str, path: str, hint: str | None, diagnose: Diagnose
) -> None:
    (item,) = check(diagnose, section, path)
    assert (item.code, item.severity, item.line, item.hint) == ("WT129", "warning", 3, hint)


def test_nothing_is_said_while_tasks_are_unknown(diagnose: Diagnose) -> None:
    text = "id: demo\nrequirements: []\nrjsf-overrides: {properties: {b.title: x}}\nworkflow: [{id: a, task: zebra}]\n"
    assert [item.code for item in diagnose(text)] == ["WT121"]
