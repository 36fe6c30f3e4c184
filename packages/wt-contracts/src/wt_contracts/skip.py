"""What stands for a result that was not computed because its step was skipped."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


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
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> dict[str, Any]:
        """For pydantic, whose core schemas are plain dictionaries: an instance check, with null as the JSON form."""
        as_null = {"type": "function-plain", "function": lambda _: None, "when_used": "json"}
        return {"type": "is-instance", "cls": cls, "serialization": as_null}

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        """Null, under the name of the class."""
        return {"type": "null", "title": cls.__name__}


SKIP_SENTINEL: Final = SkipSentinel()


class Skipped(NamedTuple):
    """What a step gives back that does not run, so that its record says why; the steps after it get `SKIP_SENTINEL`.

    Attributes:
        reason: Why it does not run.
    """

    reason: str
