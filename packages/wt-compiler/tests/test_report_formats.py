"""Diagnostics for GitHub and for code scanning."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wt_compiler.commands.check import check
from wt_compiler.report_formats import as_github, as_sarif
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, Note

FOUND = Diagnostic(
    code=Code.EDGE_REFUSED,
    message="50% of it,\nis wrong",
    file="a:b, c/spec.yaml",
    line=3,
    column=7,
    hint="mend it",
    notes=(Note(message="it comes from here", file="a:b, c/spec.yaml", line=1, column=2),),
)
PLACELESS = Diagnostic(code=Code.DISCOVERY_FAILED, severity="warning", message="no place")


def test_github_gets_a_command_a_diagnostic_with_its_signs_escaped() -> None:
    assert as_github([FOUND, PLACELESS]).splitlines() == [
        "::error file=a%3Ab%2C c/spec.yaml,line=3,col=7,title=WT302::50%25 of it,%0Ais wrong%0Ahint: mend it",
        "::warning title=WT201::no place",
    ]


def test_sarif_has_the_rule_the_place_and_the_other_place() -> None:
    (run,) = json.loads(as_sarif([FOUND, PLACELESS]))["runs"]
    first, second = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert (first["ruleId"], first["level"]) == ("WT302", "error")
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert (rule["id"], rule["name"], rule["shortDescription"]["text"]) == ("WT302", "EdgeRefused", "Edge refused")
    assert "wt explain WT302" in rule["help"]["text"]
    assert place["artifactLocation"]["uri"] == "a%3Ab%2C%20c/spec.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 7}
    assert first["relatedLocations"][0]["message"]["text"] == "it comes from here"
    assert "locations" not in second


@pytest.mark.parametrize(("form", "sign"), [("github", "::error file="), ("sarif", '"ruleId": "WT121"')])
def test_a_check_answers_in_these_formats_and_fails(
    form: str, sign: str, tmp_path: Any, stored: Any, console: Any
) -> None:
    from click.testing import CliRunner

    path = tmp_path / "spec.yaml"
    path.write_text("id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: laod}\n")
    arguments = [str(path), "--registry", str(stored), "--format", form]
    result = CliRunner().invoke(check, arguments, obj=console, standalone_mode=False)
    assert result.return_value == 2
    assert sign in console.answers[0]
