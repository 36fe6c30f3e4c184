from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from typing import Any

import pytest
from click.testing import CliRunner
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.command import env
from wt_envs.realise import realise


class Console:
    """Keeps what is said."""

    interactive = False

    def __init__(self, *, as_json: bool = False) -> None:
        self.json = as_json
        self.answers: list[str] = []

    def answer(self, text: str) -> None:
        self.answers.append(text)

    def progress(self, message: str) -> None:
        self.answers.append(message)

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.answers += [diagnostic.message for diagnostic in diagnostics]


def invoke(*arguments: str, as_json: bool = False) -> list[str]:
    console = Console(as_json=as_json)
    CliRunner().invoke(env, arguments, obj=console, catch_exceptions=False)
    return console.answers


@pytest.fixture
def environment(empty_cache, six_lock):
    return realise(six_lock)


def test_the_list_says_digest_size_last_use_and_workflow(environment):
    (line,) = invoke("list")

    assert line.startswith(environment.digest[:12])
    assert "kB" in line or "MB" in line
    assert "just now" in line
    assert "wt-six-workflow" in line


def test_an_empty_list_says_so(empty_cache):
    assert invoke("list") == ["no environments; 'wt compile' and 'wt run' make them"]
    assert json.loads(invoke("list", as_json=True)[0]) == {"environments": []}


def test_show_lists_the_packages(environment):
    lines = invoke("show", environment.digest[:8])

    assert f"place     {environment.prefix}" in lines
    assert lines[-1] == "  six 1.17.0"


def test_the_answers_for_machines_are_one_document(environment):
    (shown,) = invoke("show", environment.digest[:8], as_json=True)
    (pruned,) = invoke("prune", "--all", "--dry-run", as_json=True)

    assert json.loads(shown)["packages"] == {"six": "1.17.0"}
    assert json.loads(shown)["digest"] == environment.digest
    assert json.loads(pruned)["removed"] == [environment.prefix.name]


def test_what_is_done_with_an_environment_is_one_document_too(environment, six_lock, tmp_path):
    def answered(*arguments: object) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(invoke(*map(str, arguments), as_json=True)[-1])
        return answer

    six_lock.write(tmp_path / "workspace")
    archive = tmp_path / "env.tar.zst"

    assert answered("verify", environment.digest[:8])["intact"] is True
    assert answered("export", tmp_path / "workspace") == {"lines": ["six==1.17.0"]}
    packed = answered("pack", tmp_path / "workspace", "-o", archive)
    assert packed == {"file": str(archive), "bytes": archive.stat().st_size, "digest": environment.digest}
    unpacked = answered("unpack", archive, "--to", tmp_path / "there")
    assert unpacked == {"digest": environment.digest, "prefix": str(tmp_path / "there")}
    assert answered("install", tmp_path / "workspace", "--to", tmp_path / "place")["prefix"] == str(tmp_path / "place")


def test_an_unknown_digest_is_a_diagnostic(environment):
    with pytest.raises(DiagnosticError, match="there is no environment 'zz'"):
        invoke("show", "zz")


def test_prune_keeps_what_was_used_lately(environment):
    assert invoke("prune")[-1].startswith("removed 0 environment(s)")
    assert environment.python.exists()


def test_prune_removes_what_was_not_used_for_long(environment):
    moment = time.time() - 3 * 86_400
    os.utime(environment.prefix, (moment, moment))
    assert "3 days ago" in invoke("list")[0]

    assert invoke("prune", "--older-than", "2", "--dry-run")[0].startswith("would remove")
    assert environment.python.exists()
    assert invoke("prune", "--older-than", "2")[0].startswith("removed")
    assert not environment.python.exists()


def test_run_passes_arguments_output_and_exit_code_on(environment, run):
    code = """
    import sys
    from wt_envs.command import env
    env(sys.argv[1:], obj=None)
    """
    said = run(code, "run", environment.digest[:8], "python", "-c", "import six; print(six.__version__)")
    assert said == "1.17.0\n"

    result = CliRunner().invoke(env, ["run", environment.digest[:8], "python", "-c", "raise SystemExit(7)"])
    assert result.exit_code == 7


def test_running_what_is_not_there_is_a_diagnostic(environment):
    with pytest.raises(DiagnosticError, match="cannot be started"):
        invoke("run", environment.digest[:8], "no-such-program-anywhere")
