"""Values that are kept without the secrets in them."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine.errors import UnrecordableError
from wt_engine.hidden_texts import HiddenTexts
from wt_engine.kept_values import ValueKeeper

SECRETS = {"KEY": "hunter22", "LONG": "hunter22 and more", "NONE": ""}


@dataclasses.dataclass
class Session:
    """Something that a task may return."""

    header: str
    parts: list[Any]


@pytest.mark.parametrize(
    "value",
    [
        "hunter22",
        "Bearer hunter22",
        "hunter22hunter22 and more",
        {"hunter22": ["x", ("hunter22",)]},
        Session("key=hunter22;", ["plain", 5, None]),
        ["hunter22" * 2000],
        b"\xff hunter22",
        {"credentials": base64.b64encode(b"hunter22 and more").decode(), "url": "x?key=hunter22%20and%20more"},
    ],
)
def test_a_value_comes_back_whole_and_is_kept_without_its_secrets(tmp_path: Path, value: Any) -> None:
    keeper = ValueKeeper(tmp_path, SECRETS)
    text = keeper.encode(value)
    kept = [base64.b64decode(json.loads(text).get("pickle", "")), *(path.read_bytes() for path in tmp_path.iterdir())]
    assert not [content for content in kept if b"hunter" in content or b"aHVudGVy" in content]
    assert keeper.decode(text) == value


def test_a_run_that_goes_on_gets_what_the_secret_is_now(tmp_path: Path) -> None:
    text = ValueKeeper(tmp_path, {"KEY": "old"}).encode(["key: old"])
    assert ValueKeeper(tmp_path, {"KEY": "new"}).decode(text) == ["key: new"]
    with pytest.raises(UnrecordableError):
        ValueKeeper(tmp_path).decode(text)


def test_what_holds_no_secret_is_kept_as_ever(tmp_path: Path) -> None:
    for value in ("plain", 5, ["plain"], None):
        assert ValueKeeper(tmp_path, SECRETS).encode(value) == ValueKeeper(tmp_path).encode(value)
    assert json.loads(ValueKeeper(tmp_path, SECRETS).encode("plain")) == "plain"


@given(st.text(), st.binary(), st.dictionaries(st.sampled_from("ABC"), st.text(max_size=3)))
def test_any_text_comes_back(text: str, content: bytes, secrets: dict[str, str]) -> None:
    hidden = HiddenTexts(secrets)
    assert hidden.loads(hidden.dumps([text, {text: content}])) == [text, {text: content}]
