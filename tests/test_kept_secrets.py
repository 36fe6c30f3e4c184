"""No file that a run leaves holds a secret, in whichever form the tasks have brought it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from .running_workflows import RunningWorkflow

LIBRARY = '''
from __future__ import annotations

from urllib.parse import quote

from wt_registry import register


@register()
def fetch(token: str) -> dict[str, str]:
    """Fetch."""
    return {"header": f"Bearer {token}", "url": f"https://rain.example.org?token={quote(token)}"}


@register()
def refused(token: str) -> str:
    """Be refused."""
    try:
        raise LookupError({"token": token})
    except LookupError as error:
        error.add_note(f"with {token}")
        raise ValueError(f"wrong {token}") from error


@register()
def show(text: str) -> int:
    """Show."""
    return len(text)
'''
FETCHED = "{id: fetched, task: fetch, partial: {token: '${{ secrets.TOKEN }}'}}"
TOKEN = 'Xyz-7731"é\\q'
FORMS = [
    TOKEN,
    json.dumps(TOKEN)[1:-1],
    json.dumps(TOKEN, ensure_ascii=False)[1:-1],
    repr(TOKEN)[1:-1],
    quote(TOKEN),
    base64.b64encode(TOKEN.encode()).decode(),
]


def spec(*entries: str) -> str:
    return "id: kept\nrequirements: []\nworkflow:\n" + "".join(f"  - {entry}\n" for entry in entries)


def leaks(directory: Path) -> list[str]:
    """The files in which some form of the secret stands."""
    contents = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    return [str(path) for path, content in contents.items() if any(form.encode() in content for form in FORMS)]


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
@pytest.mark.parametrize(
    "how", ["retry: {attempts: 2, wait: 0}", "resources: {executor: process}", "on-error: skip", "timeout: 60"]
)
def test_a_failure_is_kept_without_the_secrets(tmp_path: Path, how: str, mode: str) -> None:
    entry = f"{{id: it, task: refused, {how}, partial: {{token: '${{{{ secrets.TOKEN }}}}'}}}}"
    workflow = RunningWorkflow(tmp_path, "kept_tasks", LIBRARY, spec(entry))

    said = workflow.run("--execution-mode", mode, TOKEN=TOKEN, code=0 if "skip" in how else 1)

    assert leaks(tmp_path) == []
    assert not any(form in said for form in FORMS)
    assert "skip" in how or "wrong ***" in said
    assert "skip" in how or ('kept_tasks.py", line' in said and "LookupError" in said)


def test_a_question_to_a_person_is_kept_without_the_secrets(tmp_path: Path) -> None:
    reason = "Is ${{ workflow.fetched.return['url'] }} right?"
    asked = f'{{id: it, task: show, partial: {{text: x}}, approval: {{reason: "{reason}"}}}}'
    workflow = RunningWorkflow(tmp_path, "kept_tasks", LIBRARY, spec(FETCHED, asked))

    said = workflow.run(TOKEN=TOKEN, code=3, WT_RUN_ID="r1")

    assert "Is https://rain.example.org?token=*** right?" in said
    assert leaks(tmp_path) == []


def test_what_a_step_has_returned_is_whole_again_in_a_run_that_goes_on(tmp_path: Path) -> None:
    used = (
        "{id: it, task: show, partial: {text: '${{ workflow.fetched.return[\"url\"] }}'}, approval: {reason: Go on?}}"
    )
    workflow = RunningWorkflow(tmp_path, "kept_tasks", LIBRARY, spec(FETCHED, used))
    workflow.run(TOKEN=TOKEN, code=3, WT_RUN_ID="r1")

    assert leaks(tmp_path) == []
    workflow.run("--resume", "r1", "--approve", TOKEN=TOKEN)

    assert workflow.outcome["result"] == len(f"https://rain.example.org?token={quote(TOKEN)}")
