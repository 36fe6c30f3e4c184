from __future__ import annotations

import copy
import pickle
from typing import Annotated

import pydantic_core
import pytest
from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError
from wt_task import SKIP_SENTINEL, SkippedDependencyFallback, SkipSentinel, skip
from wt_task.events import subscribe
from wt_task.skip import skip_step


def test_there_is_one_sentinel_however_it_is_made_copied_or_sent():
    assert SkipSentinel() is SKIP_SENTINEL
    assert copy.copy(SKIP_SENTINEL) is SKIP_SENTINEL
    assert copy.deepcopy([SKIP_SENTINEL])[0] is SKIP_SENTINEL
    assert pickle.loads(pickle.dumps(SKIP_SENTINEL)) is SKIP_SENTINEL
    assert repr(SKIP_SENTINEL) == "<SkipSentinel>"


def test_the_type_accepts_a_sentinel_and_nothing_else():
    adapter = TypeAdapter(SkipSentinel)
    assert adapter.validate_python(SKIP_SENTINEL) is SKIP_SENTINEL
    with pytest.raises(ValidationError):
        adapter.validate_python(None)


def test_the_type_is_null_in_a_json_schema():
    assert TypeAdapter(SkipSentinel).json_schema() == {"type": "null", "title": "SkipSentinel"}
    assert TypeAdapter(int | SkipSentinel).json_schema() == {
        "anyOf": [{"type": "integer"}, {"type": "null", "title": "SkipSentinel"}]
    }


def test_a_sentinel_is_null_in_json_and_itself_in_python():
    class Answer(BaseModel):
        value: int | SkipSentinel

    answer = Answer(value=SKIP_SENTINEL)
    assert answer.model_dump_json() == '{"value":null}'
    assert answer.model_dump() == {"value": SKIP_SENTINEL}
    assert TypeAdapter(list[SkipSentinel]).dump_json([SKIP_SENTINEL]) == b"[null]"


def test_a_workflow_result_with_a_sentinel_is_written_as_null():
    def null(value: object) -> None:
        assert isinstance(value, SkipSentinel)

    assert pydantic_core.to_json({"result": [SKIP_SENTINEL, 1]}, fallback=null) == b'{"result":[null,1]}'


def test_a_fallback_turns_a_sentinel_into_a_default():
    hint = Annotated[int, SkippedDependencyFallback(lambda value: 7 if isinstance(value, SkipSentinel) else value)]
    adapter = TypeAdapter(hint)
    assert adapter.validate_python(SKIP_SENTINEL) == 7
    assert adapter.validate_python("3") == 3
    assert SkippedDependencyFallback is skip.SkippedDependencyFallback is BeforeValidator


def test_an_unknown_name_of_the_module_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Fallback"):
        skip.Fallback  # noqa: B018


def test_whoever_listens_is_told_that_a_step_does_not_run_and_why():
    told = []
    with subscribe(told.append):
        assert skip_step("warn", "when: rain > 3", "map") is SKIP_SENTINEL
    assert [(event.kind, event.step, event.method, event.reason) for event in told] == [
        ("STEP_START", "warn", "map", None),
        ("STEP_SKIPPED", "warn", "map", "when: rain > 3"),
    ]
