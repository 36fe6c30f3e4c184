"""`wt explain`."""

from __future__ import annotations

import json

from click.testing import CliRunner
from wt_cli.explain import explain, explanations
from wt_contracts.codes import Code


class Answers:
    """A console that keeps what it is told."""

    def __init__(self, json: bool = False) -> None:
        self.json = json
        self.texts: list[str] = []

    def answer(self, text: str) -> None:
        self.texts.append(text)


def test_every_code_is_explained_with_what_to_do():
    entries = explanations()
    assert set(entries) == {code.value for code in Code}
    assert all("What to do:" in text and "](" not in text for _, text in entries.values())


def test_a_code_may_be_written_in_any_case_or_as_a_number():
    for written in ("WT123", "wt123", "123"):
        console = Answers()
        CliRunner().invoke(explain, [written], obj=console, catch_exceptions=False)
        assert console.texts[0].startswith("WT123 A reference to an instance that does not exist\n")
        assert "WT124" not in console.texts[0]


def test_a_code_that_does_not_exist_is_refused_with_the_near_miss():
    result = CliRunner().invoke(explain, ["WT12"], obj=Answers())
    assert result.exit_code == 2
    assert "there is no diagnostic 'WT12'; did you mean WT" in result.output


def test_machines_get_one_document():
    console = Answers(json=True)
    CliRunner().invoke(explain, ["WT101"], obj=console, catch_exceptions=False)
    assert json.loads(console.texts[0])["title"] == "A file cannot be read"


def test_an_example_stands_as_on_the_page():
    console = Answers()
    CliRunner().invoke(explain, ["WT129"], obj=console, catch_exceptions=False)
    example = [line for line in console.texts[0].splitlines() if "WT129]" in line or "-->" in line]
    assert [len(line) - len(line.lstrip()) for line in example] == [4, 6]
