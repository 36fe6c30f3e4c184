"""Mistakes that are planted in an example: each is found, at its place, and once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from wt_compiler.resolve import load_dag
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.registry import RegistryOutput

HERE = Path(__file__).parent / "mistakes"
MISTAKES: list[dict[str, Any]] = yaml.safe_load((HERE / "weather.yaml").read_text(encoding="utf-8"))


def _registry(change: dict[str, Any]) -> RegistryOutput:
    registry = json.loads((HERE / "weather.registry.json").read_text(encoding="utf-8"))
    for entry in registry["entries"].values():
        if entry["function_name"] == change.get("task"):
            schema = entry["return_schema"]
            if "returns" in change:
                entry["return_schema"] = change["returns"]
            elif "without" in change:
                del schema["properties"][change["without"]]
                schema["required"].remove(change["without"])
            elif "field" in change:
                schema["properties"][change["field"]] = change["schema"]
            else:
                entry["return_schema"] = {"anyOf": [schema, {"type": "null"}]}
    return msgspec.convert(registry, type=RegistryOutput)


def _spec(change: dict[str, Any], text: str) -> str:
    if "instance" not in change:
        return text
    start = text.index(change["old"], text.index(f"id: {change['instance']}\n"))
    return text[:start] + change["new"] + text[start + len(change["old"]) :]


def _found(change: dict[str, Any], root: Path, directory: Path) -> list[str]:
    path = directory / "spec.yaml"
    path.write_text(_spec(change, (root / "examples/weather/spec.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    try:
        diagnostics = load_dag(path, _registry(change))[1]
    except DiagnosticError as error:
        diagnostics = error.diagnostics
    return [f"{each.code} {each.line}:{each.column} {each.message}" for each in diagnostics]


@pytest.mark.parametrize("change", MISTAKES, ids=lambda change: change["mistake"])
def test_a_planted_mistake_is_found_at_its_place_and_once(change: dict[str, Any], root: Path, tmp_path: Path) -> None:
    found = _found(change, root, tmp_path)
    assert found == change["found"]
    places = [text.split()[1] for text in found]
    assert len(set(places)) == len(places)


def test_there_are_enough_mistakes_and_the_example_itself_has_none(root: Path, tmp_path: Path) -> None:
    assert len(MISTAKES) >= 40
    assert _found({}, root, tmp_path) == []
