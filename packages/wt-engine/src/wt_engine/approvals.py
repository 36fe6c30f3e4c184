"""Steps of a workflow that wait for a person before another one runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from wt_contracts.approval import ApprovalAnswer, ApprovalRequest, RejectedError

from wt_engine.control import Suspend, Value
from wt_engine.injection import Parameters, answer_source, secrets_source

ASKED: Final = ".approval"
"""How the name of a step ends that asks a person before another one."""

_ANSWER: Final = ".answer"
"""The argument that gets what the run was resumed with; no step has such a name."""

_SECRETS: Final = ".secrets"
"""The argument that gets what the question must not show."""


def asking(step: str, reason: Callable[..., Any], form: Mapping[str, Any]) -> Callable[..., Any]:
    """The function of such a step.

    Args:
        step: What is asked about.
        reason: Says what the person is to look at, or None if nobody is asked; gets the values that its parameters
            name.
        form: What the person can fill in, by name.

    Returns:
        A function that suspends the run, unless it gets an answer that is its own.
    """

    def ask(**values: Any) -> Any:
        answer, secrets = values.pop(_ANSWER, None), values.pop(_SECRETS)
        if not isinstance(answer, ApprovalAnswer) or answer.step != step:
            said = reason(**values)
            if said is None:
                return Value({})
            return Suspend(ApprovalRequest(step, secrets.masked(str(said)), dict(form)))
        if not answer.approved:
            raise RejectedError(answer)
        return Value(answer.data)

    return ask


def answered(parameters: Parameters) -> Parameters:
    """The parameters of such a function, which gets an answer once there is one."""
    return Parameters((*parameters.sources, (_ANSWER, answer_source), (_SECRETS, secrets_source)), (), (_ANSWER,))
