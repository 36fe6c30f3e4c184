"""Mistakes that are planted in an example: each is found, at its place, and once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from wt_compiler.resolve import load_dag
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.registry import RegistryOutput

HERE = Path(__file__).parent / "mistakes"


def _planted(example: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((HERE / f"{example}.yaml").read_text(encoding="utf-8"))
    return [{"example": example, **each} for each in found]


MISTAKES = [*_planted("weather"), *_planted("bulletin")]


def _registry(change: dict[str, Any]) -> RegistryOutput:
    registry = json.loads((HERE / "weather.registry.json").read_text(encoding="utf-8"))
    registry["entries"] |= json.loads((HERE / "bulletin.registry.json").read_text(encoding="utf-8"))["entries"]
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
    changed = change.get("file", "spec.yaml")
    for source in (root / "examples" / change["example"]).glob("*.yaml"):
        text = source.read_text(encoding="utf-8")
        (directory / source.name).write_text(_spec(change, text) if source.name == changed else text, encoding="utf-8")
    try:
        diagnostics = load_dag(directory / "spec.yaml", _registry(change))[1]
    except DiagnosticError as error:
        diagnostics = error.diagnostics
    return [f"{each.code} {_place(each)} {each.message}" for each in diagnostics]


def _place(diagnostic: Diagnostic) -> str:
    name = Path(diagnostic.file or "spec.yaml").name
    place = f"{diagnostic.line}:{diagnostic.column}"
    return place if name == "spec.yaml" else f"{name}:{place}"


@pytest.mark.parametrize("change", MISTAKES, ids=lambda change: change["mistake"])
def test_a_planted_mistake_is_found_at_its_place_and_once(change: dict[str, Any], root: Path, tmp_path: Path) -> None:
    found = _found(change, root, tmp_path)
    assert found == change["found"]
    places = [text.split()[1] for text in found]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("example", ["weather", "bulletin"])
def test_the_example_itself_has_no_mistake(example: str, root: Path, tmp_path: Path) -> None:
    assert _found({"example": example}, root, tmp_path) == []


def test_there_are_enough_mistakes() -> None:
    assert len(MISTAKES) >= 80
