from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from wt_envs.environment import Environment


@pytest.fixture
def environment(tmp_path):
    """A directory in the shape of an environment, with a program of its own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/greet").write_text("#!/bin/sh\necho hello $1\n")
    (tmp_path / "bin/greet").chmod(0o755)
    (tmp_path / "bin/python").symlink_to(sys.executable)
    return Environment(tmp_path, "0" * 64)


def test_its_own_programs_go_first(environment):
    assert environment.run(["greet", "you"]).stdout == "hello you\n"
    assert environment.run(["sh", "-c", "greet me"]).stdout == "hello me\n"


def test_the_callers_python_settings_stay_outside(environment, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "outside")
    monkeypatch.setenv("KEPT", "yes")
    done = environment.run(["sh", "-c", "echo $PYTHONPATH-$KEPT-$VIRTUAL_ENV"])

    assert done.stdout == f"-yes-{environment.prefix}\n"


def test_given_variables_go_on_top(environment):
    assert environment.run(["sh", "-c", "echo $PYTHONPATH"], env={"PYTHONPATH": "/workspace"}).stdout == "/workspace\n"


def test_streams_exit_code_input_and_directory(environment, tmp_path):
    code = "import sys, os; print(sys.stdin.read(), os.getcwd()); print('aside', file=sys.stderr); sys.exit(3)"
    done = environment.run([environment.python, "-c", code], stdin="in", cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (3, f"in {Path(tmp_path).resolve()}\n", "aside\n")


def test_an_exit_code_can_be_an_error(environment):
    with pytest.raises(subprocess.CalledProcessError):
        environment.run(["sh", "-c", "exit 4"], check=True)


def test_a_program_that_is_not_there_is_an_error(environment):
    with pytest.raises(FileNotFoundError):
        environment.run(["no-such-program-anywhere"])


def test_output_of_any_size_is_collected(environment):
    code = "import sys; sys.stdout.write('o' * 5_000_000); sys.stderr.write('e' * 5_000_000)"
    done = environment.run(["python", "-c", code])

    assert (len(done.stdout), len(done.stderr)) == (5_000_000, 5_000_000)


def test_too_long_ends_the_command_with_every_process_that_it_started(environment):
    """The process in the background holds stdout open: that it could be read to its end proves that it is gone."""
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        environment.run(["sh", "-c", "sleep 1000 & echo started; wait"], timeout=1)

    assert caught.value.stdout == "started\n"
