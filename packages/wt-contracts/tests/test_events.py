from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from wt_contracts.events import EventKind, WorkflowEvent

numbers = st.floats(0, 10**10, allow_nan=False)
texts = st.none() | st.text()
events = st.builds(
    WorkflowEvent,
    version=st.just("1.0"),
    kind=st.sampled_from(EventKind),
    time=numbers,
    run_id=texts,
    step=texts,
    method=texts,
    calls=st.none() | st.integers(0),
    steps=st.none() | st.integers(0),
    duration=st.none() | numbers,
    error=texts,
)


@given(events)
def test_an_event_is_one_line_that_can_be_read_back(event):
    line = event.model_dump_json()

    assert "\n" not in line
    assert WorkflowEvent.model_validate_json(line) == event


def test_a_line_says_no_more_than_is_known():
    line = WorkflowEvent(kind=EventKind.STEP_START, time=1.5, step="load").model_dump_json(exclude_none=True)

    assert line == '{"version":"1.1","kind":"STEP_START","time":1.5,"step":"load"}'


def test_an_unknown_kind_or_major_version_is_refused():
    with pytest.raises(ValidationError):
        WorkflowEvent.model_validate({"kind": "NAP", "time": 0})
    with pytest.raises(ValidationError, match="upgrade wt-contracts on the side that reads it"):
        WorkflowEvent.model_validate({"kind": "START", "time": 0, "version": "2.0"})
