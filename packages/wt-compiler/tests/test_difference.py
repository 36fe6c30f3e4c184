"""What `wt diff` says of two specs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from wt_compiler.commands.diff import diff
from wt_contracts.diagnostics import DiagnosticError

OLD = """\
id: demo
requirements: [{name: acme, version: ">=1", source: pypi}]
params: {year: {type: integer, default: 1}}
workflow:
  - {id: a, name: A, task: load, partial: {limit: 5}}
  - {id: b, task: clean, partial: {frame: '${{ workflow.a.return }}', column: x}}
  - {id: c, task: anything, partial: {y: '${{ params.year }}'}}
"""


@pytest.fixture
def run(tmp_path: Path, stored: Path, console: Any) -> Any:
    def call(new: str, *options: str, old: str = OLD) -> tuple[int, str]:
        for name, text in (("old.yaml", old), ("new.yaml", new)):
            (tmp_path / name).write_text(text)
        arguments = [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--registry", str(stored), *options]
        result = CliRunner().invoke(diff, arguments, obj=console, standalone_mode=False)
        if result.exception:
            raise result.exception
        return result.return_value, console.answers[-1]

    return call


def test_nothing_has_changed(run: Any) -> None:
    assert run(OLD) == (0, "nothing has changed")


@pytest.mark.parametrize(
    ("old", "new", "line", "bump"),
    [
        ("  - {id: c,", "  - {id: d, task: load}\n  - {id: c,", "+ d (acme.tasks.load)", "breaking"),
        ("task: clean", "task: anything", "~ b: the task acme.tasks.clean is acme.tasks.anything now", "breaking"),
        (", column: x}", "}", "~ b: column is not bound any more", "breaking"),
        (", column: x}", "}", "+ b.column", "breaking"),
        ("'${{ workflow.a.return }}'", "'${{ env.X }}'", "~ b: frame is bound to something else", "breaking"),
        ("limit: 5", "limit: 6", "~ a: limit is bound to something else", "patch"),
        ("name: A", "name: B", "~ a: the title 'A' is 'B' now", "patch"),
        ("default: 1", "default: 2", "~ params.year: default 2 (was 1)", "patch"),
        (", default: 1", "", "~ params.year: default 1 (gone), required true (was false)", "breaking"),
        ('">=1"', '">=2"', '~ acme: version ">=2" (was ">=1")', "breaking"),
        ("id: demo", "id: other", "~ the id 'demo' is 'other' now", "breaking"),
        ("workflow:\n", "outputs: {x: '${{ workflow.a.return }}'}\nworkflow:\n", "+ the output x", "breaking"),
        (
            "task: load,",
            "task: load, when: '${{ params.year > 1 }}',",
            "~ a: it runs under a condition now",
            "breaking",
        ),
        ("task: load,", "task: load, loop: {times: 2},", "~ a: 'call' is 'loop' now", "breaking"),
        (
            "task: load,",
            "task: load, skipif: {conditions: [never]},",
            "~ a: it may be skipped now",
            "breaking",
        ),
        ("task: load,", "task: load, cache: true,", "~ a: cache true (new)", "patch"),
        ("task: load,", "task: load, timeout: 5,", '~ a: timeout "5 s" (new)', "patch"),
        ("task: load,", "task: load, on-error: skip,", "~ a: a failure is skipped now", "breaking"),
        ("task: load,", "task: load, checkpoint: {name: read},", "~ a: it has a checkpoint now", "patch"),
        ("task: load,", "task: load, resources: {cpu: 2},", "~ a: resources.cpu 2 (new)", "patch"),
        (
            "task: load,",
            "task: load, retry: {attempts: 3, on: [OSError]},",
            '~ a: retry.attempts 3 (new), retry.on ["OSError"] (new)',
            "patch",
        ),
    ],
)
def test_a_change_is_told_with_what_it_means(old: str, new: str, line: str, bump: str, run: Any) -> None:
    code, text = run(OLD.replace(old, new))
    assert code == 1
    assert f"  {line}" in text.splitlines()
    assert json.loads(run(OLD.replace(old, new), "--format", "json")[1])["bump"] == bump


def test_what_is_gone_is_told_as_that(run: Any) -> None:
    old = OLD.replace(
        "task: load,",
        "task: load, loop: {times: 2}, checkpoint: {name: read}, on-error: {task: load, partial: {path: x}},",
    )
    assert run(OLD, old=old)[1].splitlines()[1:4] == [
        "  ~ a: 'loop' is 'call' now",
        "  ~ a: a failure is not handled any more",
        "  ~ a: it has no checkpoint any more",
    ]


def test_the_mistakes_of_both_are_told(run: Any) -> None:
    with pytest.raises(DiagnosticError) as caught:
        run(OLD.replace("task: load", "task: laod"), old=OLD.replace("task: clean", "task: claen"))
    assert [Path(str(each.file)).name for each in caught.value.diagnostics] == ["old.yaml", "new.yaml"]
