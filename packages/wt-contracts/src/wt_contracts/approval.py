"""A run that waits for a person: what it asks, and what it gets."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class ApprovalRequest(NamedTuple):
    """What a run waits for.

    Attributes:
        step: The task instance that runs once it is approved.
        reason: What the person is to look at.
        form: The JSON Schema of each thing that the person can fill in, by name; one without a default is required.
    """

    step: str
    reason: str
    form: dict[str, Any]

    @classmethod
    def read(cls, text: str | bytes) -> ApprovalRequest:
        """Read what `text` has written.

        Raises:
            ValueError: It is something else.
        """
        fields = json.loads(text)
        if not isinstance(fields, dict) or fields.keys() != set(cls._fields):
            raise ValueError("this is no request for an approval")
        return cls(**fields)

    @property
    def text(self) -> str:
        """It as text."""
        return json.dumps(self._asdict())

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what is filled in."""
        return form_schema(self.form)

    def filled(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is filled in, with the defaults of what is not."""
        defaults = {name: schema["default"] for name, schema in self.form.items() if "default" in schema}
        return {**defaults, **data}


class ApprovalAnswer(NamedTuple):
    """What a person said.

    Attributes:
        step: What it is about.
        approved: Whether the step may run.
        data: What was filled in.
        reason: Why it was rejected, if somebody said so.
    """

    step: str
    approved: bool
    data: dict[str, Any]
    reason: str | None = None


class SuspendedError(Exception):
    """A run has come to where it waits for a person; whatever ran meanwhile has ended.

    Args:
        request: What it waits for.
    """

    def __init__(self, request: ApprovalRequest) -> None:
        super().__init__(f"the run waits for the approval of {request.step!r}: {request.reason}")
        self.request = request


class RejectedError(Exception):
    """A person has said that a step must not run.

    Args:
        answer: What the person said.
    """

    def __init__(self, answer: ApprovalAnswer) -> None:
        super().__init__(f"{answer.step!r} was rejected" + (f": {answer.reason}" if answer.reason else ""))
        self.answer = answer

    def __reduce__(self) -> tuple[Any, ...]:
        return (RejectedError, (self.answer,))


def form_schema(form: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a mapping that has these keys."""
    required = [name for name, schema in form.items() if "default" not in schema]
    return {"type": "object", "properties": form, "required": required, "additionalProperties": False}
