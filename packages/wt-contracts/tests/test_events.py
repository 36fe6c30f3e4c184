from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError
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
    line = msgspec.json.encode(event).decode()

    assert "\n" not in line
    assert msgspec.json.decode(line, type=WorkflowEvent) == event


def test_an_unknown_kind_or_major_version_is_refused():
    with pytest.raises(ValidationError):
        msgspec.convert({"kind": "NAP", "time": 0}, type=WorkflowEvent)
    with pytest.raises(ValidationError, match="upgrade wt-contracts on the side that reads it"):
        msgspec.convert({"kind": "START", "time": 0, "version": "2.0"}, type=WorkflowEvent)
