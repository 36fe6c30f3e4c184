from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
import wt_registry
from pydantic import Field
from wt_contracts.registry import REGISTRY_VERSION, RegistryOutput
from wt_registry import get_registry, register
from wt_registry.document import VERSION, describe, to_json


def sample(a: int, b: float = 1.5) -> list[int]:
    """Give a sample."""
    return [a]


async def fetch(url: str) -> str:
    """Fetch it."""
    return url


def untyped(a): ...


def infinite(limit: float = float("inf"), table: dict[str, float] | None = None) -> float:
    return limit


def mark(schema: dict[str, Any]) -> None:
    schema["vendor:x"] = object()


def unwritable(a: Annotated[int, Field(json_schema_extra=mark)]) -> int:
    return a


def test_the_json_is_a_registry_output():
    register(tags=["io"])(sample)
    register()(fetch)
    register()(untyped)
    output = msgspec.json.decode(to_json(), type=RegistryOutput)
    assert output.version == VERSION == REGISTRY_VERSION
    entry = output.entries[f"{__name__}.sample"]
    assert entry.metadata.tags == ["io"]
    assert entry.metadata.description == "Give a sample."
    assert entry.import_statement == f"from {__name__} import sample as sample"
    assert entry.return_schema == {"items": {"type": "integer"}, "type": "array"}
    assert not entry.is_async
    assert output.entries[f"{__name__}.fetch"].is_async


def test_the_plain_json_has_every_field_of_the_contract_and_no_other():
    register()(sample)
    register()(untyped)
    text = to_json()
    assert json.loads(msgspec.json.encode(msgspec.json.decode(text, type=RegistryOutput))) == json.loads(text)


def test_a_task_that_cannot_be_described_is_reported_beside_the_good_ones():
    register()(untyped)
    register()(sample)
    output = msgspec.json.decode(to_json(), type=RegistryOutput)
    assert list(output.entries) == [f"{__name__}.sample"]
    (problem,) = output.problems
    assert problem.subject == f"{__name__}.untyped"
    assert problem.kind == "task"
    assert problem.reason == "no type annotation on parameter 'a', the return value"
    assert problem.file == __file__
    assert problem.line is not None
    assert Path(__file__).read_text().splitlines()[problem.line - 1].startswith("def untyped")


def test_a_default_that_json_has_no_number_for_is_left_out_and_the_parameter_stays_optional():
    register()(infinite)
    schema = json.loads(to_json(), parse_constant=refuse)["entries"][f"{__name__}.infinite"]["json_schema"]
    assert schema["properties"]["limit"] == {"title": "Limit", "type": "number"}
    assert "required" not in schema


def refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is no JSON")


def test_a_description_that_is_no_json_is_reported_and_hides_nothing():
    register()(unwritable)
    register()(sample)
    output = json.loads(to_json())
    assert list(output["entries"]) == [f"{__name__}.sample"]
    assert "cannot be written as JSON" in output["problems"][0]["reason"]


def test_pretty_json_is_indented_and_equal():
    register()(sample)
    assert "\n  " in to_json(pretty=True)
    assert json.loads(to_json(pretty=True)) == json.loads(wt_registry.to_json())


def test_describing_does_not_change_the_registry():
    register()(sample)
    before = dict(get_registry())
    describe(get_registry())
    assert dict(get_registry()) == before
