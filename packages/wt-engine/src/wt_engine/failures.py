"""What failed, where, and whose fault it seems to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FailureKind(StrEnum):
    """In which phase of a run something failed; the earlier phase is the primary failure."""

    NONE = "none"
    VALIDATION = "validation"
    STARTUP = "startup"
    STEP = "step"
    SHUTDOWN = "shutdown"
    INFRA = "infra"


class FailureSource(StrEnum):
    """Whose failure it is."""

    NONE = "none"
    USER_CODE = "user_code"
    FRAMEWORK = "framework"
    EXTERNAL_DEP = "external_dep"


class FailureReason(StrEnum):
    """What kind of thing happened."""

    NONE = "none"
    NO_STEPS = "no_steps"
    STEP_ERROR = "step_error"
    STEP_TIMEOUT = "step_timeout"
    PROCESS_DIED = "process_died"
    BARRIER_TIMEOUT = "barrier_timeout"
    UNKNOWN_STEP = "unknown_step"
    MAX_RETRIES = "max_retries"
    MAP_ITEMS = "map_items"
    SUB_PIPELINE = "sub_pipeline"
    STARTUP_HOOK = "startup_hook"
    SHUTDOWN_HOOK = "shutdown_hook"
    CLASSIFIER_ERROR = "classifier_error"
    EVENT_HOOK = "event_hook"
    STORE_ERROR = "store_error"
    ENGINE_ERROR = "engine_error"


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """One failure of a run.

    Attributes:
        kind: The phase.
        source: Whose failure it is.
        reason: What kind of thing happened.
        step: Which step, or the phase of a hook.
        error: The text of the exception.
        exception: The exception itself, with its traceback.
        forensics: The state, the place and the process at that moment, as data that JSON can hold.
    """

    kind: FailureKind
    source: FailureSource
    reason: FailureReason
    step: str
    error: str
    exception: BaseException | None = field(default=None, compare=False, repr=False)
    forensics: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FailureContext:
    """What a source classifier gets to judge by.

    Attributes:
        exception: What was raised.
        kind: The phase.
        reason: What kind of thing happened.
        step: Which step.
        source: What the engine would say.
    """

    exception: BaseException
    kind: FailureKind
    reason: FailureReason
    step: str
    source: FailureSource


SourceClassifier = Callable[[FailureContext], FailureSource | None]


@dataclass(frozen=True, slots=True)
class FailureClassification:
    """How a pipe tells whose failure something is.

    Attributes:
        source_classifier: Says so, or returns None to keep what the engine says.
        external_modules: More packages whose exceptions are those of a service outside.
    """

    source_classifier: SourceClassifier | None = None
    external_modules: Sequence[str] = ()


_EXTERNAL = frozenset(
    [
        "httpx",
        "requests",
        "aiohttp",
        "openai",
        "anthropic",
        "google",
        "botocore",
        "boto3",
        "redis",
        "sqlalchemy",
        "psycopg",
        "asyncpg",
    ]
)
_ORDER = (FailureKind.VALIDATION, FailureKind.STARTUP, FailureKind.STEP, FailureKind.SHUTDOWN, FailureKind.INFRA)


def text_of(error: BaseException) -> str:
    """The text of an exception; its class for one that has none, and for those that are no `Exception`."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception as mistake:  # noqa: BLE001 - the exception's own code must not hide the exception
        return f"{name} (its text cannot be had: {type(mistake).__name__})"
    if isinstance(error, Exception):
        return text or name
    return f"{name}: {text}" if text else name


def classify(
    classification: FailureClassification | None,
    error: BaseException,
    kind: FailureKind,
    reason: FailureReason,
    step: str,
    source: FailureSource,
    text: str,
    forensics: Mapping[str, Any] | None,
) -> list[FailureRecord]:
    """The record of a failure, and a second one if the classifier itself failed.

    Args:
        classification: The pipe's own rules, if any.
        error: What was raised.
        kind: The phase.
        reason: What kind of thing happened.
        step: Which step.
        source: Whose failure it is if nothing else is known.
        text: The text of the exception, fit to be shown.
        forensics: What else is known of it.
    """
    rules = classification or FailureClassification()
    module = type(error).__module__
    if module.split(".")[0] in _EXTERNAL or any(f"{module}.".startswith(f"{m}.") for m in rules.external_modules):
        source = FailureSource.EXTERNAL_DEP
    trouble: BaseException | None = None
    if rules.source_classifier is not None:
        try:
            judged = rules.source_classifier(FailureContext(error, kind, reason, step, source))
            source = source if judged is None else FailureSource(judged)
        except Exception as mistake:  # noqa: BLE001 - the user's; it must not hide the failure
            trouble = mistake
    records = [FailureRecord(kind, source, reason, step, text, error, forensics)]
    if trouble is not None:
        infra, wrong = FailureKind.INFRA, FailureReason.CLASSIFIER_ERROR
        records.append(FailureRecord(infra, FailureSource.USER_CODE, wrong, step, text_of(trouble), trouble))
    return records


def primary(records: Sequence[FailureRecord]) -> FailureRecord | None:
    """The failure that explains the others: of the earliest phase, the first."""
    return min(records, key=lambda record: _ORDER.index(record.kind), default=None)
