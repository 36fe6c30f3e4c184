from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from wt_contracts.formats import FORMATS

KINDS = {"date": dt.date, "date-time": dt.datetime, "time": dt.time, "duration": dt.timedelta, "uuid": uuid.UUID}
NEAR = st.text("0123456789-:.,TZPYMDHSW +{}abcdefurn") | st.text()


@pytest.mark.parametrize("name", KINDS)
@given(text=NEAR)
def test_what_pydantic_takes_is_not_refused(name: str, text: str) -> None:
    try:
        TypeAdapter(KINDS[name]).validate_python(text)
    except ValidationError:
        return
    assert FORMATS[name](text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2024-05-31"),
        ("date", "1717113600"),
        ("date-time", "2024-05-31 12:00"),
        ("date-time", "2024-05-31T12:00:00.5+02:00"),
        ("time", "12:30"),
        ("duration", "PT1H30M"),
        ("duration", "-1:30:00"),
        ("duration", "3 days, 10:00:00"),
        ("uuid", "12345678123456781234567812345678"),
        ("email", "somebody"),
    ],
)
def test_what_a_text_can_be(name: str, text: str) -> None:
    assert FORMATS[name](text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2024-13-45"),
        ("date", "tomorrow"),
        ("date-time", "noon"),
        ("time", "25:00"),
        ("duration", "PTX"),
        ("duration", "long"),
        ("uuid", "1234"),
    ],
)
def test_what_a_text_cannot_be(name: str, text: str) -> None:
    assert not FORMATS[name](text)
