"""Whose failure something is, which one explains the others, and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from wt_engine import (
    FailureClassification,
    FailureContext,
    FailureKind,
    FailureReason,
    FailureRecord,
    FailureSource,
    Pipe,
    PipelineTerminalStatus,
)
from wt_engine.failures import classify, primary, text_of
from wt_engine.testing import TestResult

Collect = Callable[..., TestResult]
EXTERNAL = [
    *("httpx", "requests", "aiohttp", "openai", "anthropic", "google", "botocore", "boto3", "redis", "sqlalchemy"),
    *("psycopg", "asyncpg"),
]


def of_module(module: str) -> Exception:
    return type("OddError", (Exception,), {"__module__": module})("no")


def records(rules: FailureClassification | None, error: BaseException) -> list[FailureRecord]:
    about = (FailureKind.STEP, FailureReason.STEP_ERROR, "load", FailureSource.USER_CODE)
    return classify(rules, error, *about, text_of(error), None)


def source(rules: FailureClassification | None, error: BaseException) -> FailureSource:
    (record,) = records(rules, error)
    return record.source


@pytest.mark.parametrize("package", EXTERNAL)
def test_what_a_client_of_a_service_raises_is_the_services(package: str) -> None:
    assert source(None, of_module(package)) is FailureSource.EXTERNAL_DEP
    assert source(None, of_module(f"{package}.exceptions")) is FailureSource.EXTERNAL_DEP
    assert source(None, of_module(f"{package}x")) is FailureSource.USER_CODE
    assert source(None, of_module(f"mine.{package}")) is FailureSource.USER_CODE


def test_more_packages_can_be_services() -> None:
    rules = FailureClassification(external_modules=["other", "my.client"])
    for module, expected in {
        "my.client": FailureSource.EXTERNAL_DEP,
        "my.client.errors": FailureSource.EXTERNAL_DEP,
        "my.clients": FailureSource.USER_CODE,
        "my": FailureSource.USER_CODE,
        "redis": FailureSource.EXTERNAL_DEP,
    }.items():
        assert source(rules, of_module(module)) is expected


def test_a_classifier_is_told_everything_and_has_the_last_word() -> None:
    told: list[FailureContext] = []

    def framework(context: FailureContext) -> Any:
        told.append(context)
        return FailureSource.FRAMEWORK

    error = of_module("redis")
    assert source(FailureClassification(framework), error) is FailureSource.FRAMEWORK
    step, reason = FailureKind.STEP, FailureReason.STEP_ERROR
    assert told == [FailureContext(error, step, reason, "load", FailureSource.EXTERNAL_DEP)]
    assert source(FailureClassification(lambda _: None), error) is FailureSource.EXTERNAL_DEP
    assert source(FailureClassification(lambda _: "framework"), error) is FailureSource.FRAMEWORK


@pytest.mark.parametrize("judge", [lambda _: 1 / 0, lambda _: "nobody"])
def test_a_classifier_that_fails_adds_a_record_and_hides_nothing(judge: Any) -> None:
    error = ValueError("no")
    first, second = records(FailureClassification(judge), error)
    assert (first.kind, first.source, first.error) == (FailureKind.STEP, FailureSource.USER_CODE, "no")
    assert first.exception is error
    assert (second.kind, second.reason) == (FailureKind.INFRA, FailureReason.CLASSIFIER_ERROR)
    assert (second.source, second.step) == (FailureSource.USER_CODE, "load")
    assert second.error in ("division by zero", "'nobody' is not a valid FailureSource")
    assert isinstance(second.exception, (ZeroDivisionError, ValueError))


def test_the_primary_failure_is_the_first_of_the_earliest_phase() -> None:
    def record(kind: FailureKind, step: str) -> FailureRecord:
        return FailureRecord(kind, FailureSource.USER_CODE, FailureReason.STEP_ERROR, step, "no")

    order = ["VALIDATION", "STARTUP", "STEP", "SHUTDOWN", "INFRA"]
    phases = [record(FailureKind[name], name) for name in order]
    for place in range(len(phases)):
        found = primary([record(FailureKind.INFRA, "later"), *reversed(phases[place:])])
        assert found is not None
        assert found.step == (order[place] if place < 4 else "later")
    first, second = record(FailureKind.STEP, "first"), record(FailureKind.STEP, "second")
    assert primary([first, second]) is first
    assert primary([]) is None


class UntoldError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no"), "no"),
        (ValueError(), "ValueError"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (UntoldError(), "UntoldError (its text cannot be had: RuntimeError)"),
    ],
)
def test_an_exception_always_has_a_text(error: BaseException, text: str) -> None:
    assert text_of(error) == text


def test_a_step_whose_exception_has_no_text_has_failed_and_nothing_else(collect: Collect) -> None:
    pipe: Pipe[Any, Any] = Pipe()

    @pipe.step
    async def bad() -> None:
        raise UntoldError

    end = collect(pipe).events[-1].payload
    assert end.status is PipelineTerminalStatus.FAILED
    assert (end.failed_step, end.failure_kind) == ("bad", FailureKind.STEP)
    assert len(end.errors) == 1


def test_a_pipe_uses_its_own_rules(collect: Collect) -> None:
    rules = FailureClassification(lambda context: FailureSource.EXTERNAL_DEP if context.step == "bad" else None)
    pipe: Pipe[Any, Any] = Pipe(failure_classification=rules)

    @pipe.step
    async def bad() -> None:
        raise ValueError("no")

    end = collect(pipe).events[-1].payload
    assert (end.failure_source, end.reason) == (FailureSource.EXTERNAL_DEP, FailureReason.STEP_ERROR)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FailureKind, "none validation startup step shutdown infra"),
        (FailureSource, "none user_code framework external_dep"),
        (
            FailureReason,
            "none no_steps step_error step_timeout process_died barrier_timeout unknown_step max_retries map_items"
            " sub_pipeline startup_hook shutdown_hook classifier_error event_hook store_error engine_error",
        ),
    ],
)
def test_records_of_earlier_versions_name_failures_by_these_words(kind: type[StrEnum], words: str) -> None:
    assert {each.name: each.value for each in kind} == {word.upper(): word for word in words.split()}


def test_what_a_failure_is_shown_and_compared_by_is_no_snapshot() -> None:
    def failed(secret: str) -> FailureRecord:
        about = (FailureKind.STEP, FailureSource.USER_CODE, FailureReason.STEP_ERROR, "load", "ValueError: no")
        return FailureRecord(*about, exception=ValueError(secret), forensics={"state": secret})

    assert failed("one") == failed("two")
    assert "one" not in repr(failed("one"))
