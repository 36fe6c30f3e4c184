from __future__ import annotations

import re
from pathlib import Path

import pytest
from wt_contracts.codes import Code

REFERENCE = Path(__file__).parents[3] / "docs/reference/diagnostics.md"
AREAS = {"1": "spec", "2": "discovery", "3": "values", "4": "environments", "5": "runs"}


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The text of each code's section in the reference."""
    _, *parts = re.split(r"^### (WT\d+) .*$", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_code_is_documented_once_and_nothing_else_is(sections):
    documented = re.findall(r"^### (WT\d+) ", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert documented == sorted(code.value for code in Code)


@pytest.mark.parametrize("code", Code, ids=lambda code: code.value)
def test_a_code_is_explained_with_an_example_and_what_to_do(sections, code):
    text = sections[code.value]

    assert f"[{code.value}]" in text, "no example of the message"
    assert "**What to do.**" in text


def test_codes_are_unique_and_belong_to_an_area():
    assert len({code.value for code in Code}) == len(Code.__members__)
    for code in Code:
        assert re.fullmatch(rf"WT[{''.join(AREAS)}]\d\d", code.value)
