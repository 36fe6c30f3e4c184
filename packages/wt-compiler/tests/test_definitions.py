"""`$defs` from many tasks in one document."""

from __future__ import annotations

import pytest
from wt_compiler.definitions import Definitions, TaskDefinitions, defined_name, references, renamed


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"x": ref("A")}},
        {"items": ref("A")},
        {"prefixItems": [{"type": "null"}, ref("A")]},
        {"anyOf": [{"type": "null"}, ref("A")]},
        {"allOf": [ref("A")]},
        {"oneOf": [{"not": ref("A")}]},
        {"additionalProperties": ref("A")},
        {"patternProperties": {"^x": ref("A")}},
        {"if": ref("A"), "then": True},
        {"discriminator": {"propertyName": "kind", "mapping": {"a": "#/$defs/A"}}},
        {"properties": {"default": ref("A")}},
        {"properties": {"const": {"properties": {"enum": ref("A")}}}},
    ],
)
def test_a_definition_is_reached_wherever_a_schema_can_stand(schema: dict[str, object]) -> None:
    assert TaskDefinitions({"A": {"type": "string"}}).reachable(schema) == ["A"]


@pytest.mark.parametrize("keyword", ["default", "const", "enum", "examples"])
def test_data_that_looks_like_a_reference_is_left_alone(keyword: str) -> None:
    assert list(references({keyword: [ref("A")] if keyword != "default" else ref("A")})) == []


def test_definitions_reached_through_others_are_kept_however_they_are_reached() -> None:
    task = TaskDefinitions(
        {
            "Unused": {"type": "string"},
            "A": {"anyOf": [ref("B"), {"type": "null"}]},
            "B": {"items": ref("C")},
            "C": {"allOf": [ref("D")]},
            "D": {"additionalProperties": {"type": "integer"}},
        }
    )
    assert task.reachable(ref("A")) == ["A", "B", "C", "D"]


def test_a_recursive_model_ends() -> None:
    tree = TaskDefinitions({"Tree": {"properties": {"left": ref("Tree"), "right": ref("Twig")}}, "Twig": ref("Tree")})
    assert tree.reachable(ref("Tree")) == ["Tree", "Twig"]
    assert len(tree.digest("Tree")) == 64


@pytest.mark.parametrize("reference", ["#/$defs/Gone", "#", "#/properties/x", "https://example.org/schema"])
def test_a_reference_to_nothing_is_named(reference: str) -> None:
    with pytest.raises(LookupError) as raised:
        TaskDefinitions({}).reachable({"$ref": reference})
    assert raised.value.args == (reference,)


@pytest.mark.parametrize(
    ("reference", "name"),
    [("#/$defs/A", "A"), ("#/$defs/A/properties/x", "A"), ("#/$defs/a~1b~0c", "a/b~c"), ("#/x", None), ("#", None)],
)
def test_a_pointer_names_its_definition(reference: str, name: str | None) -> None:
    assert defined_name(reference) == name


def test_equal_definitions_of_one_name_are_shared() -> None:
    document = Definitions()
    one, other = (TaskDefinitions({"A": {"properties": {"x": ref("B")}}, "B": {"type": "integer"}}) for _ in range(2))
    assert document.adopt(one, ["A", "B"]) == document.adopt(other, ["A", "B"]) == {"A": "A", "B": "B"}
    assert list(document.schemas) == ["A", "B"]


def test_different_definitions_of_one_name_stay_apart() -> None:
    document = Definitions()
    document.adopt(TaskDefinitions({"A": {"type": "integer"}}), ["A"])
    assert document.adopt(TaskDefinitions({"A": {"type": "string"}}), ["A"]) == {"A": "A__2"}
    assert document.schemas == {"A": {"type": "integer"}, "A__2": {"type": "string"}}


def test_definitions_that_differ_only_in_what_they_refer_to_stay_apart() -> None:
    document = Definitions()
    shell = {"properties": {"x": ref("B")}}
    document.adopt(TaskDefinitions({"A": shell, "B": {"type": "integer"}}), ["A", "B"])
    names = document.adopt(TaskDefinitions({"A": shell, "B": {"type": "string"}}), ["A", "B"])
    assert names == {"A": "A__2", "B": "B__2"}
    assert document.schemas["A__2"] == {"properties": {"x": ref("B__2")}}
    assert document.schemas["A"] == shell


def test_a_recursive_definition_is_renamed_with_the_references_to_itself() -> None:
    document = Definitions()
    document.adopt(TaskDefinitions({"Tree": {"items": ref("Tree")}}), ["Tree"])
    document.adopt(TaskDefinitions({"Tree": {"anyOf": [ref("Tree")]}}), ["Tree"])
    assert document.schemas["Tree__2"] == {"anyOf": [ref("Tree__2")]}


def test_a_new_name_is_not_one_that_is_taken() -> None:
    document = Definitions()
    document.adopt(TaskDefinitions({"A": {"type": "integer"}, "A__2": {"type": "null"}}), ["A", "A__2"])
    assert document.adopt(TaskDefinitions({"A": {"type": "string"}}), ["A"]) == {"A": "A__3"}


def test_renaming_follows_pointers_and_discriminators_but_not_data() -> None:
    schema = {
        "properties": {"$ref": {"$ref": "#/$defs/A/properties/x"}, "default": ref("A")},
        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/$defs/A"}},
        "default": ref("A"),
        "description": "#/$defs/A",
    }
    assert renamed(schema, {"A": "A__2"}) == {
        "properties": {"$ref": {"$ref": "#/$defs/A__2/properties/x"}, "default": ref("A__2")},
        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/$defs/A__2"}},
        "default": ref("A"),
        "description": "#/$defs/A",
    }


def test_names_that_stay_cost_no_copy() -> None:
    schema = {"properties": {"x": ref("A")}}
    assert renamed(schema, {"A": "A"}) is schema
