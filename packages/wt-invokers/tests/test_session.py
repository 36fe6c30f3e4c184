"""One `wt run` from its parameters to its report, on a workspace that needs no environment of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.params import Params
from wt_invokers.session import collect, execute, report

STEPS = """\
from wt_task import task


def double(x: int) -> int:
    print("working")
    return 2 * x


def main(params):
    a = task(double).validate().set_task_instance_id("a").handle_errors().with_tracing().partial(x=1).call()
    task(double).validate().set_task_instance_id("b").handle_errors().with_tracing().map(argnames=["x"], argvalues=[a])
    return RESULT
"""


@pytest.fixture
def params(demo):
    params = Params()
    params.values = dict(demo.good)
    return params


def run(demo, params, console, code: str, **options):
    demo.write_run(code)
    return execute(demo.invoker, params, console, str(demo.results), "r1", **options)


def test_a_person_sees_the_steps_their_times_and_where_the_results_are(demo, params, console, capfd):
    outcome, seconds = run(demo, params, console, STEPS.replace("RESULT", "'done'"))
    report(outcome, seconds, console, open_it=False)

    [text] = console.answers
    lines = text.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["ok", "ok"]
    assert lines[0].endswith(" s  a")
    assert lines[1].endswith(" s  b (1 call)")
    assert lines[2].startswith("done: 2 of 2 steps in ")
    assert lines[3] == f"results: {demo.results}"
    assert lines[4] == 'result: "done"'
    assert [message for message in console.messages if message] == ["[1/2] a", "[2/2] b (1 call)"]
    assert capfd.readouterr().out == "working\nworking\n"


def test_a_page_is_shown_as_something_to_open(demo, params, console):
    demo.results.mkdir()
    (demo.results / "page.html").write_text("<p>")
    outcome, seconds = run(demo, params, console, STEPS.replace("RESULT", "'page.html'"))

    report(outcome, seconds, console, open_it=False)

    assert f"open it with a browser: {(demo.results / 'page.html').as_uri()}" in console.answers[0]


def test_a_machine_gets_one_json_document_and_no_output_of_the_tasks(demo, params, console, capfd):
    console.json = True
    outcome, seconds = run(demo, params, console, STEPS.replace("RESULT", "{'x': 1}"))
    report(outcome, seconds, console, open_it=False)

    [text] = console.answers
    document = json.loads(text)
    assert set(document) == {"run_id", "exit_code", "results", "result", "error", "steps", "checkpoints"}
    assert document["run_id"] == "r1"
    assert (document["exit_code"], document["result"], document["error"]) == (0, {"x": 1}, None)
    assert document["results"] == demo.results.as_uri()
    assert [(step["id"], step["status"]) for step in document["steps"]] == [("a", "ok"), ("b", "ok")]
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "working\nworking\n")


def test_a_failed_step_is_marked_and_its_message_is_passed_on(demo, params, console, capfd):
    code = STEPS.replace("return 2 * x", "raise ValueError('no rain')")
    outcome, seconds = run(demo, params, console, code)
    report(outcome, seconds, console, open_it=False)

    assert outcome.exit_code == 1
    assert console.answers[0].splitlines()[0].split()[0] == "failed"
    assert "failed after 0 of 2 steps" in console.answers[0]
    assert "no rain" in capfd.readouterr().err


def test_a_timeout_is_reported_once(demo, params, console, capfd):
    code = "import threading\n\ndef main(params):\n    threading.Event().wait(60)\n"
    outcome, seconds = run(demo, params, console, code, timeout=0.5)
    report(outcome, seconds, console, open_it=False)

    assert outcome.exit_code == 1
    assert [diagnostic.code for diagnostic in console.diagnostics] == [Code.RUN_TIMED_OUT]
    assert "longer than 0.5 s" in demo.result["error"]
    assert capfd.readouterr().err == ""


def test_without_a_person_all_missing_parameters_are_named(demo, console):
    with pytest.raises(DiagnosticError) as caught:
        collect(Params(), demo.workspace, None, [], console, ask=False)

    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert messages == ["the parameter load.path is missing", "the parameter load.source is missing"]
    assert caught.value.exit_code == 2


def test_all_wrong_assignments_are_named(demo, console):
    with pytest.raises(DiagnosticError) as caught:
        collect(Params(), demo.workspace, None, ["a", "b"], console, ask=False)

    assert len(caught.value.diagnostics) == 2


SCRIPT = """\
import sys
from pathlib import Path
from wt_invokers.local import LocalInvoker
from wt_invokers.params import Params
from wt_invokers.session import execute
from wt_invokers.workspace import Workspace


class Console:
    json = False
    interactive = False

    def progress(self, message):
        pass


params = Params()
params.values = {params!r}
invoker = LocalInvoker(Workspace.read(Path({directory!r})), Path(sys.executable))
outcome, _ = execute(invoker, params, Console(), {results!r}, "r1")
sys.exit(outcome.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_all_of_the_run_and_says_so(demo, number):
    demo.write_run(
        """\
        import os, subprocess, sys

        def main(params):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            print(os.getpid(), child.pid, flush=True)
            child.wait()
        """
    )
    script = SCRIPT.format(params=demo.good, directory=str(demo.directory), results=str(demo.results))
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as it:
        assert it.stdout is not None
        pids = [int(word) for word in it.stdout.readline().split()]
        it.send_signal(number)
        it.communicate(timeout=30)

    assert it.returncode == 1
    assert "the run was interrupted" in demo.result["error"]
    assert not any(alive(pid) for pid in pids)


def test_killing_what_started_a_run_ends_all_of_the_run(demo):
    demo.write_run(
        """\
        import os, subprocess, sys

        def main(params):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            print(os.getpid(), child.pid, flush=True)
            child.wait()
        """
    )
    script = SCRIPT.format(params=demo.good, directory=str(demo.directory), results=str(demo.results))
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as it:
        assert it.stdout is not None
        pids = [int(word) for word in it.stdout.readline().split()]
        it.kill()
        it.stdout.read()  # ends when all of the run has let go of it

    assert wait_for(lambda: not any(alive(pid) for pid in pids))
    assert demo.result["error"] == "the run was interrupted by SIGTERM"


def wait_for(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true within some seconds."""
    last = time.monotonic() + 20
    while not condition():
        if time.monotonic() > last:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False
