"""`wt fmt`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from wt_compiler.commands.fmt import fmt
from wt_compiler.document import parse_document, plain
from wt_compiler.spec_format import format_spec
from wt_contracts.diagnostics import DiagnosticError

BEFORE = """\
# The head of the file
requirements: []
# what it is called
id: demo@
workflow:
  # the first one
  - task: load   # loads
    # why it is so
    partial: {path: '${{ env.X }}', 'limit': 5, name: 'a b'}
    id: 'first'
  - name: "Second: it's"
    map:
      argvalues: '${{ workflow.first.return }}'
      argnames: "frame"

    id: second
    task: clean

  # about the group
  - tasks:
      - task: 'load'
        id: inner

    type: task-group
    description: |
      # no comment
      text
    title: "yes"
  # the end
metadata: {name: 'Demo', note: 'say "so"', version: '1.0'}
""".replace("@", "   ")

AFTER = """\
# The head of the file
# what it is called
id: demo
requirements: []
metadata: {name: Demo, note: 'say "so"', version: "1.0"}
workflow:
  # the first one
  - id: first
    task: load   # loads
    # why it is so
    partial: {path: '${{ env.X }}', 'limit': 5, name: a b}
  - id: second
    name: "Second: it's"
    task: clean
    map:
      argvalues: ${{ workflow.first.return }}
      argnames: frame

  # about the group
  - type: task-group
    title: "yes"
    description: |
      # no comment
      text
    tasks:
      - id: inner
        task: load

  # the end
"""


def meaning(text: str) -> Any:
    return plain(parse_document(text, "spec.yaml").root)


def comments(text: str) -> list[str]:
    return sorted(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


def test_keys_are_ordered_and_needless_quotes_go_while_comments_stay() -> None:
    formatted = format_spec(BEFORE, "spec.yaml")
    assert meaning(formatted) == meaning(BEFORE)
    assert comments(formatted) == comments(BEFORE)
    assert formatted.splitlines() == AFTER.splitlines()


def test_formatting_again_changes_nothing() -> None:
    once = format_spec(BEFORE, "spec.yaml")
    assert format_spec(once, "spec.yaml") == once


def test_line_ends_of_windows_stay() -> None:
    formatted = format_spec(BEFORE.replace("\n", "\r\n"), "spec.yaml")
    assert formatted.replace("\r\n", "\n") == format_spec(BEFORE, "spec.yaml")
    assert formatted.count("\r\n") == formatted.count("\n")


def test_an_anchor_stays_before_its_alias() -> None:
    text = "workflow:\n  - partial: &bound {limit: 5}\n    id: a\n    task: load\nmetadata: *bound\nid: demo\n"
    assert meaning(format_spec(text, "spec.yaml")) == meaning(text)


@pytest.mark.parametrize("example", ["weather", "hello"])
def test_the_examples_keep_their_meaning_and_their_comments(example: str) -> None:
    text = (Path(__file__).parents[3] / f"examples/{example}/spec.yaml").read_text(encoding="utf-8")
    formatted = format_spec(text, "spec.yaml")
    assert meaning(formatted) == meaning(text)
    assert comments(formatted) == comments(text)
    assert format_spec(formatted, "spec.yaml") == formatted


PIECES = [
    *BEFORE.splitlines(keepends=True),
    "\n",
    "  \n",
    "x: 'y'\n",
    "- a\n",
    "    # c\n",
    '  id: "x"\n',
    "'",
    "{",
    "\t",
]


def _sorted(value: Any) -> Any:
    """The value with the keys of mappings in one order; not-a-number, which equals nothing, is compared as text."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30))
def test_whatever_is_formatted_says_the_same(text: str) -> None:
    try:
        before = meaning(text.replace("\r\n", "\n"))
    except DiagnosticError:
        return
    assert repr(_sorted(meaning(format_spec(text, "spec.yaml")))) == repr(_sorted(before))


def test_an_empty_file_stays_empty() -> None:
    assert format_spec("", "spec.yaml") == ""


def test_a_file_is_formatted_or_only_checked(tmp_path: Path, console: Any) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(BEFORE)

    def run(*options: str) -> int:
        result = CliRunner().invoke(fmt, [str(path), *options], obj=console, standalone_mode=False)
        assert result.exception is None
        return int(result.return_value)

    assert run("--check") == 1
    assert path.read_text() == BEFORE
    assert run() == 0
    assert path.read_text() == format_spec(BEFORE, "spec.yaml")
    assert run("--check") == 0
    assert console.answers == [f"would format {path}", f"formatted {path}", "nothing to format"]
