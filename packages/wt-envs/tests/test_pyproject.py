from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from wt_envs.ingredients import Ingredients
from wt_envs.pin import Pin
from wt_envs.project import Project
from wt_envs.pyproject import inline, render, string


def test_everything_that_goes_in_is_written():
    project = Project(name="wt-rain-workflow", requires_python=">=3.12", groups={"test": ("pytest",)})
    pins = {
        "wt-registry": Pin(wheel=Path("/cache/wt_registry-1.whl")),
        "lib": Pin(source={"path": "/lib", "editable": True}),
        "wt-task": Pin(specifier="==1.0"),
    }
    written = tomllib.loads(render(Ingredients(project, ("lib[x]>=1", "wt-task"), pins)))

    assert written == {
        "project": {
            "name": "wt-rain-workflow",
            "version": "0",
            "requires-python": ">=3.12",
            "dependencies": ["lib[x]>=1", "wt-task"],
        },
        "dependency-groups": {"test": ["pytest"]},
        "tool": {
            "uv": {
                "package": False,
                "constraint-dependencies": ["wt-registry", "wt-task==1.0"],
                "workspace": {},
                "sources": {
                    "wt-registry": {"path": "wheels/wt_registry-1.whl"},
                    "lib": {"path": "/lib", "editable": True},
                },
            }
        },
    }


def test_the_order_of_the_pins_does_not_matter():
    project = Project(name="x")
    pins = {"a": Pin(source={"url": "https://x.example/a"}), "b": Pin(source={"url": "https://x.example/b"})}

    assert render(Ingredients(project, (), pins)) == render(Ingredients(project, (), dict(reversed(pins.items()))))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_toml(text):
    assert tomllib.loads(f"x = {string(text)}") == {"x": text}
    assert tomllib.loads(f"x = {inline({text: text})}") == {"x": {text: text}}
