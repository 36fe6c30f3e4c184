from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, SecretBytes, SecretStr, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from wt_registry import SchemaGenerationError
from wt_registry.schema import hidden_parameters, parameters_schema, return_schema

if TYPE_CHECKING:
    from decimal import Decimal


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Options(BaseModel):
    """How to do it."""

    size: int = 1
    color: Color = Color.RED


FIVE = Options(size=5)


class Node(BaseModel):
    value: int
    children: list[Node] = []


class Branch(BaseModel):
    options: Options | None = None


class Opaque:
    """A class that pydantic knows nothing about."""


class Sentinel:
    """A class that brings its own schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.is_instance_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "null", "title": "Sentinel"}


Table = Annotated[Any, WithJsonSchema({"type": "vendor.Table"})]


def properties(function: Any) -> dict[str, Any]:
    return parameters_schema(function)["properties"]


def test_plain_parameters_give_the_published_shape():
    def task(a: int, b: str = "x", *, c: float | None = None) -> float: ...

    assert parameters_schema(task) == {
        "additionalProperties": False,
        "properties": {
            "a": {"title": "A", "type": "integer"},
            "b": {"default": "x", "title": "B", "type": "string"},
            "c": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None, "title": "C"},
        },
        "required": ["a"],
        "type": "object",
    }


def test_a_function_without_parameters_has_an_empty_object_schema():
    def task() -> None: ...

    assert parameters_schema(task) == {"additionalProperties": False, "properties": {}, "type": "object"}


def test_skip_conditions_with_variadic_parameters_are_described():
    def condition(*args: Any) -> bool: ...

    assert parameters_schema(condition) == {"type": "array"}


def test_models_and_enums_are_definitions():
    def task(options: Options, kind: Literal["a", "b"] = "a") -> None: ...

    schema = parameters_schema(task)
    assert set(schema["$defs"]) == {"Options", "Color"}
    assert schema["$defs"]["Options"]["description"] == "How to do it."
    assert schema["properties"]["options"] == {"$ref": "#/$defs/Options"}
    assert schema["properties"]["kind"] == {"default": "a", "enum": ["a", "b"], "title": "Kind", "type": "string"}


def test_field_metadata_reaches_the_property():
    def task(
        size: Annotated[
            int, Field(title="The size", description="How much", ge=1, json_schema_extra={"vendor:x": [1]})
        ],
        unit: Annotated[str, Field(examples=["km"])] = "m",
    ) -> None: ...

    assert properties(task)["size"] == {
        "title": "The size",
        "description": "How much",
        "minimum": 1,
        "type": "integer",
        "vendor:x": [1],
    }
    assert properties(task)["unit"]["default"] == "m"


def test_a_callable_json_schema_extra_is_applied():
    def mark(schema: dict[str, Any]) -> None:
        schema["vendor:advanced"] = True

    def task(size: int = Field(3, json_schema_extra=mark)) -> None: ...

    assert properties(task)["size"] == {"default": 3, "title": "Size", "type": "integer", "vendor:advanced": True}


class Login(BaseModel):
    name: str = "me"
    password: SecretStr = SecretStr("hunter22")


LOGIN = Login()


def test_the_stars_of_a_secret_are_no_default():
    def task(
        token: SecretStr = SecretStr("hunter22"),  # noqa: B008 - as authors write it
        key: Annotated[SecretBytes, Field(default=SecretBytes(b"x"))] = SecretBytes(b"x"),  # noqa: B008
        login: Login = LOGIN,
        empty: SecretStr = SecretStr(""),  # noqa: B008
    ) -> None: ...

    schema = parameters_schema(task)
    found = schema["properties"]
    assert [name for name in ("token", "key", "login") if "default" in found[name]] == []
    assert found["token"]["format"] == "password"
    assert found["empty"]["default"] == ""
    assert "required" not in schema
    assert schema["$defs"]["Login"]["properties"]["name"]["default"] == "me"
    assert "default" not in schema["$defs"]["Login"]["properties"]["password"]


def test_a_field_as_default_value_is_honoured():
    def task(size: int = Field(default=3, description="How much")) -> None: ...

    assert parameters_schema(task)["properties"]["size"]["default"] == 3
    assert parameters_schema(task)["properties"]["size"]["description"] == "How much"
    assert "required" not in parameters_schema(task)


def test_the_default_of_an_annotated_field_is_what_forms_show():
    def task(options: Annotated[Options | None, Field(default=Options(size=4))] = None) -> None: ...

    assert properties(task)["options"]["default"] == {"size": 4, "color": "red"}


def test_defaults_are_written_as_json():
    def task(day: date = date(2020, 1, 2), color: Color = Color.BLUE, options: Options = FIVE) -> None: ...

    assert [schema["default"] for schema in properties(task).values()] == [
        "2020-01-02",
        "blue",
        {"size": 5, "color": "red"},
    ]


def test_an_excluded_parameter_and_its_definitions_disappear():
    def task(size: int, options: Annotated[Options | None, Field(exclude=True)] = None) -> None: ...

    schema = parameters_schema(task)
    assert set(schema["properties"]) == {"size"}
    assert "$defs" not in schema


def test_skip_json_schema_hides_one_option_of_a_union():
    def task(size: int | SkipJsonSchema[None] = None) -> None: ...

    assert properties(task)["size"] == {"default": None, "title": "Size", "type": "integer"}


def test_skip_json_schema_hides_a_whole_parameter_that_has_a_default():
    def task(size: int, hidden: SkipJsonSchema[int] = 3) -> None: ...

    assert set(properties(task)) == {"size"}


def test_a_hidden_parameter_without_default_stays_required():
    def skipped(size: int, hidden: SkipJsonSchema[int], other: SkipJsonSchema[int] = 1) -> None: ...
    def excluded(size: int, hidden: Annotated[int, Field(exclude=True)]) -> None: ...

    for task in (skipped, excluded):
        assert set(properties(task)) == {"size"}
        assert parameters_schema(task)["required"] == ["size", "hidden"]


def test_hidden_parameters_are_those_that_can_be_passed_by_name_but_are_not_shown():
    def task(size: int, hidden: SkipJsonSchema[int], other: Annotated[int, Field(exclude=True)] = 1) -> None: ...
    def condition(*args: Any) -> bool: ...

    assert hidden_parameters(task, parameters_schema(task)) == ["hidden", "other"]
    assert hidden_parameters(condition, parameters_schema(condition)) == []


def test_types_that_bring_their_own_schema_keep_it():
    def task(table: Table, flag: Sentinel | int = 3) -> Table: ...

    assert properties(task)["table"] == {"title": "Table", "type": "vendor.Table"}
    assert properties(task)["flag"]["anyOf"][0] == {"title": "Sentinel", "type": "null"}
    assert return_schema(task) == {"type": "vendor.Table"}


def test_a_recursive_model_is_described():
    def task(node: Node) -> Node: ...

    schema = parameters_schema(task)
    assert schema["$defs"]["Node"]["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert return_schema(task)["$ref"] == "#/$defs/Node"


def test_models_reached_only_through_unions_and_items_are_kept():
    def task(branches: list[Branch], table: dict[str, Branch] | None = None) -> None: ...

    assert set(parameters_schema(task)["$defs"]) == {"Branch", "Options", "Color"}


def test_models_of_one_name_from_two_modules_are_kept_apart(write, load):
    for name in ("one", "two"):
        write(f"twins/{name}.py", f"from pydantic import BaseModel\nclass Model(BaseModel):\n    {name}: int\n")
    write(
        "twins/__init__.py",
        "from twins import one, two\ndef task(a: one.Model, b: list[two.Model]) -> two.Model: ...\n"
        "def other(a: one.Model) -> two.Model: ...\n",
    )
    twins = load("twins")
    schema = parameters_schema(twins.task)
    assert {frozenset(model["properties"]) for model in schema["$defs"].values()} == {
        frozenset({"one"}),
        frozenset({"two"}),
    }
    assert schema["properties"]["a"]["$ref"] != schema["properties"]["b"]["items"]["$ref"]
    assert set(parameters_schema(twins.other)["$defs"]) == {"Model"}


def test_async_functions_are_described_by_what_they_await_to():
    async def task(a: int) -> list[int]: ...

    assert set(properties(task)) == {"a"}
    assert return_schema(task) == {"items": {"type": "integer"}, "type": "array"}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (None, {"type": "null"}),
        (int, {"type": "integer"}),
        (dict[str, Any], {"additionalProperties": True, "type": "object"}),
        (Annotated[int, Field(description="How many")], {"description": "How many", "type": "integer"}),
        (Opaque, None),
        (list[Opaque], None),
    ],
)
def test_the_return_type_is_described_as_far_as_it_can_be(annotation, schema):
    def task():
        return None

    task.__annotations__["return"] = annotation
    assert return_schema(task) == schema


def test_an_unknown_return_type_does_not_hide_the_task():
    def task(a: int) -> Opaque: ...

    assert set(properties(task)) == {"a"}


def missing_annotations(a, b: int, *args): ...


def no_return(a: int): ...


def opaque(good: int, bad: Opaque) -> None: ...


def nested_opaque(bad: list[Opaque]) -> None: ...


def only_for_type_checkers(a: Decimal) -> None: ...


def optional_before_required(a: Annotated[int, Field(default=1)], b: int) -> None: ...


async def stream(a: int) -> Any:
    yield a


class Klass:
    def __init__(self, a: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (missing_annotations, "no type annotation on parameter 'a', parameter 'args', the return value"),
        (no_return, "no type annotation on the return value"),
        (opaque, r"parameter 'bad': Opaque has no JSON schema; give it one, such as Annotated\[Opaque, "),
        (nested_opaque, r"parameter 'bad': list\[.*Opaque\] has no JSON schema"),
        (only_for_type_checkers, "an annotation cannot be resolved: name 'Decimal' is not defined"),
        (optional_before_required, "'b'"),
        (stream, "async generator"),
        (Klass, "it is a class, not a function"),
    ],
)
def test_what_cannot_be_described_is_refused_with_one_line_that_says_why(function, reason):
    with pytest.raises(SchemaGenerationError, match=reason) as caught:
        parameters_schema(function)
    assert "\n" not in str(caught.value)
