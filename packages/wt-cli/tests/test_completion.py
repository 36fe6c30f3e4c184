from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(run, shell):
    result = run("completion", shell)

    assert result.returncode == 0
    assert f"_WT_COMPLETE={shell}_complete" in result.stdout


def test_commands_are_completed(run):
    result = run(_WT_COMPLETE="bash_complete", COMP_WORDS="wt comp", COMP_CWORD="1")

    assert "plain,completion" in result.stdout.splitlines()


def test_options_and_choices_of_a_command_are_completed(run):
    result = run(_WT_COMPLETE="bash_complete", COMP_WORDS="wt completion z", COMP_CWORD="2")

    assert result.stdout.splitlines() == ["plain,zsh"]


def test_a_broken_command_does_not_break_completion(run, offer):
    offer("import no_such_module")

    result = run(_WT_COMPLETE="bash_complete", COMP_WORDS="wt ", COMP_CWORD="1")

    assert "plain,demo" in result.stdout.splitlines()
    assert result.stderr == ""


def test_bash_completes_with_the_script(environ, tmp_path):
    bash = shutil.which("bash")
    assert bash is not None
    program = (
        'eval "$(wt completion bash)"; COMP_WORDS=(wt comp); COMP_CWORD=1; _wt_completion wt; echo "${COMPREPLY[@]}"'
    )
    path = f"{Path(sys.executable).parent}:{environ['PATH']}"
    result = subprocess.run(
        [bash, "-c", program], env=environ | {"PATH": path}, capture_output=True, text=True, timeout=60
    )

    assert "completion" in result.stdout.split()
