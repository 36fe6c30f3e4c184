"""What stands for a result that was not computed because its step was skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


class SkipSentinel:
    """The result of a skipped step; there is one of it in a process, however it was copied or sent.

    As a type hint it accepts a sentinel and nothing else. In a JSON schema, and in what pydantic writes as JSON, it
    is null.
    """

    _instance: SkipSentinel | None = None

    def __new__(cls) -> SkipSentinel:
        """The sentinel."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "<SkipSentinel>"

    def __reduce__(self) -> str:
        return "SKIP_SENTINEL"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """An instance check, with null as the JSON form."""
        from pydantic_core import core_schema

        as_null = core_schema.plain_serializer_function_ser_schema(lambda _: None, when_used="json")
        return core_schema.is_instance_schema(cls, serialization=as_null)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Null, under the name of the class."""
        return {"type": "null", "title": cls.__name__}


SKIP_SENTINEL: Final = SkipSentinel()


class Skipped(NamedTuple):
    """What a step gives back that does not run, so that its record says why; the steps after it get `SKIP_SENTINEL`.

    Attributes:
        reason: Why it does not run.
    """

    reason: str
