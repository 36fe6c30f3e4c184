"""The JSON schemas of a task: what it takes and what it gives.

The shape is pydantic's own for the arguments of a call, in serialization mode, which published forms are made of.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_origin

from pydantic import ConfigDict, SecretStr, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticOmit, PydanticUndefined, SchemaError, core_schema

from wt_registry.errors import SchemaGenerationError
from wt_registry.signature import check_signature, resolve_hints

_CONFIG = ConfigDict(arbitrary_types_allowed=True)
_MASK = str(SecretStr("a secret"))


def parameters_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """Describe what a function takes.

    Args:
        function: A function whose parameters and return value are annotated.

    Returns:
        An object schema (for functions with positional-only or variadic parameters an array schema) with the
        definitions that it needs under `$defs`.

    Raises:
        SchemaGenerationError: If the function cannot be described; the message says why, in one line.
    """
    check_signature(function)
    hints = resolve_hints(function)
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(_with_hints(function, hints), config=_CONFIG)
        return _ParametersSchema(_fields(function, hints)).generate(adapter.core_schema, mode="serialization")
    except Exception as error:
        raise SchemaGenerationError(_reason(function, hints, error)) from error


def hidden_parameters(function: Callable[..., Any], schema: Mapping[str, Any]) -> list[str]:
    """The parameters that can be passed by name although their schema does not show them.

    Args:
        function: The function.
        schema: What `parameters_schema` says of it.
    """
    by_name = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    shown = schema.get("properties", {})
    parameters = inspect.signature(function).parameters.items()
    return [name for name, parameter in parameters if parameter.kind in by_name and name not in shown]


def return_schema(function: Callable[..., Any]) -> dict[str, Any] | None:
    """Describe what a function gives, or return None for a type that has no JSON schema."""
    try:
        return _type_schema(resolve_hints(function)["return"])
    except Exception:  # noqa: BLE001 - a type of the author's may raise anything here, and an unknown type is no mistake
        return None


def _with_hints(function: Callable[..., Any], hints: Mapping[str, Any]) -> Any:
    """Stand in for a function with its signature and resolved hints.

    Older releases of pydantic look names in annotations up in the module that asks, not in the function's own.
    """

    def stand_in() -> None: ...

    stand_in.__name__ = function.__name__
    stand_in.__qualname__ = function.__qualname__
    stand_in.__module__ = function.__module__
    stand_in.__annotations__ = dict(hints)
    signature = inspect.signature(function)
    parameters = [parameter.replace(annotation=hints[name]) for name, parameter in signature.parameters.items()]
    stand_in.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # functions may carry one
    return stand_in


class _ParametersSchema(GenerateJsonSchema):
    """Pydantic's generator, which also honours what a `Field` says of a parameter."""

    def __init__(self, fields: Mapping[str, FieldInfo]) -> None:
        super().__init__()
        self._fields = fields

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """Describe a value that can be left out, without what pydantic writes for a secret: that is not its default."""
        found = super().default_schema(schema)
        if _is_masked(found.get("default")):
            del found["default"]
        return found

    def kw_arguments_schema(
        self, arguments: list[core_schema.ArgumentsParameter], var_kwargs_schema: core_schema.CoreSchema | None
    ) -> dict[str, Any]:
        """Describe parameters that can be passed by name."""
        try:
            schema = super().kw_arguments_schema(arguments, var_kwargs_schema)
        except PydanticOmit:
            schema = self._without_skipped(arguments, var_kwargs_schema)
        properties: dict[str, Any] = schema.get("properties", {})
        for name, field in self._fields.items():
            if field.exclude:
                properties.pop(name, None)
            elif name in properties:
                self._apply(field, properties[name])
        return schema

    def _without_skipped(
        self, arguments: list[core_schema.ArgumentsParameter], var_kwargs_schema: core_schema.CoreSchema | None
    ) -> dict[str, Any]:
        """Describe parameters some of which are `SkipJsonSchema`; like excluded ones they may have to be bound."""
        skipped = [argument for argument in arguments if self._is_skipped(argument)]
        schema = super().kw_arguments_schema([a for a in arguments if a not in skipped], var_kwargs_schema)
        required = [argument["name"] for argument in skipped if argument["schema"]["type"] != "default"]
        if required:
            schema["required"] = [*schema.get("required", []), *required]
        return schema

    def _is_skipped(self, argument: core_schema.ArgumentsParameter) -> bool:
        try:
            self.generate_inner(argument["schema"])
        except PydanticOmit:
            return True
        return False

    def _apply(self, field: FieldInfo, schema: dict[str, Any]) -> None:
        if field.default is not PydanticUndefined and field.default is not ...:
            default = self.encode_default(field.default)
            if not _is_masked(default):
                schema["default"] = default
        if field.title is not None:
            schema["title"] = field.title
        if field.description is not None:
            schema["description"] = field.description
        if callable(field.json_schema_extra):
            field.json_schema_extra(schema)
        elif field.json_schema_extra:
            schema.update(field.json_schema_extra)


def _is_masked(default: Any) -> bool:
    """Whether there is a secret in a default, of which pydantic writes stars."""
    if isinstance(default, dict | list):
        return any(_is_masked(value) for value in (default.values() if isinstance(default, dict) else default))
    return bool(default == _MASK)


def _fields(function: Callable[..., Any], hints: Mapping[str, Any]) -> dict[str, FieldInfo]:
    """What `Field(...)` says of each parameter that has one, in its annotation or as its default."""
    fields: dict[str, FieldInfo] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if isinstance(parameter.default, FieldInfo):
            fields[name] = FieldInfo.from_annotated_attribute(hints[name], parameter.default)
        elif any(isinstance(item, FieldInfo) for item in getattr(hints[name], "__metadata__", ())):
            fields[name] = FieldInfo.from_annotation(hints[name])
    return fields


def _type_schema(annotation: Any) -> dict[str, Any]:
    try:
        adapter = TypeAdapter(annotation, config=_CONFIG)
    except PydanticUserError as error:
        if error.code != "type-adapter-config-unused":
            raise
        adapter = TypeAdapter(annotation)
    return adapter.json_schema(mode="serialization")


def _reason(function: Callable[..., Any], hints: Mapping[str, Any], error: Exception) -> str:
    """Why a function cannot be described: the first parameter that cannot be, if it is one parameter's fault."""
    if isinstance(error, SchemaGenerationError):
        return str(error)
    for name, parameter in inspect.signature(function).parameters.items():
        try:
            _type_schema(hints[name])
        except PydanticOmit:
            continue
        except PydanticInvalidForJsonSchema:
            kind = hints[name].__qualname__ if _is_class(hints[name]) else str(hints[name])
            return (
                f"parameter {name!r}: {kind} has no JSON schema; give it one, such as "
                f"Annotated[{kind}, pydantic.WithJsonSchema({{...}})]"
            )
        except Exception as own_error:  # noqa: BLE001 - a type of the author's may raise anything here
            return f"parameter {parameter.name!r}: {_first_line(own_error)}"
    return _first_line(error)


def _is_class(annotation: Any) -> bool:
    return inspect.isclass(annotation) and get_origin(annotation) is None


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    # A SchemaError names the outer validators first; what is wrong stands in its last line.
    line = text.splitlines()[-1 if isinstance(error, SchemaError) else 0].strip() if text else ""
    return (
        line if isinstance(error, PydanticUserError | SchemaError) else f"{type(error).__name__}: {line}".rstrip(": ")
    )
