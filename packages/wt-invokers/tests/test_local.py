"""Runs as real processes: what they leave behind, however they end."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.provenance import RunProvenance
from wt_invokers.local import LocalInvoker, Watcher

STEPS = """\
from wt_task import task


def double(x: int) -> int:
    return 2 * x


def main(params):
    a = task(double).validate().set_task_instance_id("a").handle_errors().with_tracing().partial(x=1).call()
    return task(double).validate().set_task_instance_id("b").handle_errors().with_tracing().partial(x=a).call()
"""


class Output:
    """Collects what a run writes; a test can wait for a text."""

    def __init__(self) -> None:
        self.content = b""
        self._changed = threading.Condition()

    def __call__(self, chunk: bytes) -> None:
        with self._changed:
            self.content += chunk
            self._changed.notify_all()

    def wait_for(self, text: bytes) -> bytes:
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.content, timeout=30)
            return self.content


def wait_for_end(pid: int) -> bool:
    """Whether a process ends within some seconds (a zombie has ended, if nobody collects it)."""
    for _ in range(300):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state in "ZX":
            return True
        select.select([], [], [], 0.02)
    return False


def leftovers() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("wt-run-*"))


@pytest.fixture(autouse=True)
def _own_temporary_directory(tmp_path, monkeypatch):
    """Each run cleans up after itself, however it ends."""
    directory = tmp_path / "tmp"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    yield
    assert leftovers() == []


def test_a_run_gives_its_result(demo):
    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert (outcome.exit_code, outcome.result.result, outcome.result.error) == (0, demo.good, None)
    assert demo.result["result"] == demo.good
    assert outcome.diagnostics == ()


def test_the_steps_are_known_with_their_times(demo):
    demo.write_run(STEPS)

    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert outcome.result.result == 4
    assert [(step.id, step.status) for step in outcome.steps] == [("a", "ok"), ("b", "ok")]
    assert all(step.duration is not None and step.duration >= 0 for step in outcome.steps)
    assert outcome.steps.total == 2


def test_events_arrive_while_the_run_goes_on(demo, tmp_path):
    gates = {"a": tmp_path / "gate1", "b": tmp_path / "gate2"}  # one for each value of x
    for gate in gates.values():
        os.mkfifo(gate)
    head = "def double(x: int) -> int:\n"
    demo.write_run(STEPS.replace(head, f"{head}    open({str(tmp_path / 'gate')!r} + str(x)).close()\n"))
    started = {"a": threading.Event(), "b": threading.Event()}

    def see(event):
        if event.kind == "STEP_START":
            started[event.step].set()

    with demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(on_event=see)) as handle:
        for name in ("a", "b"):
            assert started[name].wait(30)
            assert handle.steps.running == name
            gates[name].open("w").close()
        assert handle.wait().exit_code == 0


def test_a_failed_task_is_exit_code_1(demo):
    demo.write_run("def main(params):\n    raise ValueError('no rain')\n")

    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert outcome.exit_code == 1
    assert "no rain" in outcome.result.error


def test_wrong_parameters_never_give_the_result_of_an_older_run(demo):
    demo.invoker.run(demo.good, results=demo.results).wait()

    outcome = demo.invoker.run({"load": {}}, results=demo.results).wait()

    assert outcome.exit_code == 2
    assert outcome.result.result is None
    assert "load.path is missing" in demo.result["error"]


def test_the_message_of_a_run_that_dies_early_is_not_lost(demo):
    (demo.directory / "wt_demo_workflow" / "cli.py").write_text("raise SystemExit('the disk is on fire')\n")

    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert outcome.exit_code == 1
    assert "the disk is on fire" in outcome.result.error
    assert outcome.diagnostics[0].code == Code.RUN_DIED


def test_five_megabytes_on_both_streams_never_block(demo):
    demo.write_run(
        """\
        import sys

        def main(params):
            for _ in range(50):
                sys.stdout.write("o" * 100_000)
                sys.stderr.write("e" * 100_000)
            return "done"
        """
    )
    out, err = Output(), Output()

    outcome = demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=out, stderr=err)).wait(60)

    assert outcome.result.result == "done"
    assert (len(out.content), len(err.content)) == (5_000_000, 5_000_000)


def test_output_that_nobody_asked_for_never_blocks_either(demo):
    demo.write_run("def main(params):\n    print('x' * 5_000_000)\n    return 'done'\n")

    assert demo.invoker.run(demo.good, results=demo.results).wait(60).result.result == "done"


def test_a_reader_of_the_output_that_goes_away_does_not_disturb_the_run(demo):
    demo.write_run("def main(params):\n    print('x' * 1_000_000)\n    return 'done'\n")

    def gone(chunk):
        raise BrokenPipeError

    assert (
        demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=gone)).wait(60).result.result == "done"
    )


GRANDCHILD = """\
import subprocess, sys

def main(params):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child.stdout.readline()
    print(child.pid, flush=True)
    child.wait()
"""


def test_a_timeout_ends_the_task_and_what_it_started_and_says_so(demo):
    demo.write_run(GRANDCHILD)
    out = Output()
    handle = demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=out))
    grandchild = int(out.wait_for(b"\n"))

    outcome = handle.wait(0.1)

    assert wait_for_end(grandchild)
    assert wait_for_end(handle.pid)
    assert outcome.exit_code == 1
    assert outcome.diagnostics[0].code == Code.RUN_TIMED_OUT
    assert "longer than 0.1 s" in demo.result["error"]


def test_a_run_that_ignores_the_request_to_end_is_killed_after_the_grace(demo):
    demo.write_run(
        """\
        import signal, threading

        def main(params):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("ready", flush=True)
            threading.Event().wait(60)
        """
    )
    out = Output()
    invoker = LocalInvoker(demo.workspace, Path(sys.executable), grace=0.2)
    handle = invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=out))
    out.wait_for(b"ready")

    outcome = handle.wait(0.1)

    assert outcome.exit_code == 1
    assert "longer than 0.1 s" in demo.result["error"]
    assert wait_for_end(handle.pid)


def test_a_timed_out_run_writes_nothing_later(demo):
    demo.write_run(GRANDCHILD)
    out = Output()
    handle = demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=out))
    out.wait_for(b"\n")
    handle.wait(0.1)
    before = (demo.results / "result.json").stat()

    assert wait_for_end(handle.pid)
    assert (demo.results / "result.json").stat().st_mtime_ns == before.st_mtime_ns


def test_a_step_that_was_running_is_named_in_the_result(demo):
    demo.write_run(STEPS.replace("return 2 * x", "print('in', flush=True); import time; time.sleep(60)"))
    out = Output()
    handle = demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=out))
    out.wait_for(b"in")

    assert "while the step 'a' was running" in handle.cancel().result.error
    assert "interrupted" in demo.result["error"]


def test_a_run_that_somebody_else_ends_says_so(demo):
    demo.write_run("import os, signal\n\ndef main(params):\n    os.kill(os.getpid(), signal.SIGTERM)\n")

    with demo.invoker.run(demo.good, results=demo.results) as handle:
        outcome = handle.wait(30)

    [diagnostic] = outcome.diagnostics
    assert (outcome.exit_code, diagnostic.code) == (1, Code.RUN_INTERRUPTED)
    assert diagnostic.message == demo.result["error"] == "the run was interrupted by SIGTERM"


def test_a_task_that_only_says_that_it_was_interrupted_has_failed(demo):
    demo.write_run("def main(params):\n    raise RuntimeError('the run was interrupted by SIGTERM')\n")

    with demo.invoker.run(demo.good, results=demo.results) as handle:
        outcome = handle.wait(30)

    assert (outcome.exit_code, outcome.diagnostics) == (1, ())


def test_leaving_the_context_ends_the_run(demo):
    demo.write_run("import time\n\ndef main(params):\n    print('in', flush=True)\n    time.sleep(60)\n")
    out = Output()
    with demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=out)) as handle:
        out.wait_for(b"in")

    assert wait_for_end(handle.pid)
    assert "interrupted" in demo.result["error"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_run_that_dies_says_of_what_and_what_it_wrote_last(demo, number):
    demo.write_run(
        f"""\
        import os, sys

        def main(params):
            print("reading the disk", file=sys.stderr, flush=True)
            os.kill(os.getpid(), {int(number)})
        """
    )

    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert outcome.exit_code == 1
    assert outcome.diagnostics[0].code == Code.RUN_DIED
    assert number.name in demo.result["error"]
    assert "reading the disk" in demo.result["error"]
    assert "reading the disk" in demo.result["trace"]


def test_a_task_that_leaves_the_process_is_a_failed_run(demo):
    demo.write_run("import os\n\ndef main(params):\n    os._exit(0)\n")

    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert outcome.exit_code == 1
    assert "left no result" in demo.result["error"]


def test_processes_that_a_finished_run_left_behind_are_ended(demo):
    demo.write_run(GRANDCHILD.replace("    child.wait()\n", "    return child.pid\n"))

    outcome = demo.invoker.run(demo.good, results=demo.results).wait(30)

    assert outcome.exit_code == 0
    assert wait_for_end(outcome.result.result)


def test_parameters_are_not_in_the_process_list_and_their_file_is_private(demo):
    demo.write_run(
        """\
        import sys, os
        from pathlib import Path

        def main(params):
            return [Path(f"/proc/{os.getpid()}/cmdline").read_text(), sys.argv]
        """
    )
    secret = {"load": {"path": "s3cret", "source": {"name": "a", "year": 1}}}

    outcome = demo.invoker.run(secret, results=demo.results).wait()

    assert outcome.exit_code == 0
    assert "s3cret" not in json.dumps(outcome.result.result)


def test_the_file_of_parameters_can_be_read_by_nobody_else_and_is_gone_once_it_was_read(demo):
    cli = demo.directory / "wt_demo_workflow" / "cli.py"
    look = "import os, sys\nprint(oct(os.stat(sys.argv[3]).st_mode)[-3:], flush=True)\n"
    cli.write_text(look + cli.read_text())
    demo.write_run("import time\n\ndef main(params):\n    print('in', flush=True)\n    time.sleep(60)\n")
    out, started = Output(), threading.Event()
    with demo.invoker.run(
        demo.good, results=demo.results, watcher=Watcher(stdout=out, on_event=lambda event: started.set())
    ):
        assert out.wait_for(b"in").startswith(b"600\n")
        assert started.wait(30)
        assert list(Path(tempfile.gettempdir()).glob("wt-run-*/params.json")) == []


def test_a_run_that_is_killed_is_told_of_in_run_json(demo):
    (demo.directory / "wt_demo_workflow" / "metadata.py").write_text('TASKS = {"first": "a.f", "later": "a.g"}\n')
    demo.write_run(
        """\
        import os
        from wt_task import task

        def kill():
            os.kill(os.getpid(), 9)

        def main(params):
            task(kill).set_task_instance_id("first").call()
        """
    )

    demo.invoker.run(demo.good, results=demo.results, run_id="r1").wait()

    run = msgspec.json.decode((demo.results / "run.json").read_text(), type=RunProvenance)
    assert (run.run_id, run.status, run.params) == ("r1", "died", demo.good)
    assert "SIGKILL" in (run.error or "")
    assert [(step.id, step.status) for step in run.steps] == [("first", "interrupted"), ("later", "not-run")]
    assert [(session.status, session.ended is None) for session in run.sessions] == [("died", False)]


def test_a_process_that_dies_before_it_says_anything_leaves_a_run_json_all_the_same(demo):
    demo.results.mkdir()
    (demo.results / "run.json").write_text("an older one")
    (demo.directory / "wt_demo_workflow" / "cli.py").write_text("import os\nos.kill(os.getpid(), 9)\n")

    demo.invoker.run(demo.good, results=demo.results, run_id="r1").wait()

    run = msgspec.json.decode((demo.results / "run.json").read_text(), type=RunProvenance)
    assert (run.run_id, run.status, run.workflow.name) == ("r1", "died", "wt-demo-workflow")


def test_the_parameters_file_is_removed_when_the_run_is_killed(demo):
    (demo.directory / "wt_demo_workflow" / "cli.py").write_text("import os\nos.kill(os.getpid(), 9)\n")

    demo.invoker.run(demo.good, results=demo.results).wait()

    assert leftovers() == []


def test_two_runs_at_once_do_not_mix(demo, tmp_path):
    demo.write_run(STEPS.replace("return task(double)", "task(double)").rstrip() + "\n    return params\n")
    runs = []
    for number in range(2):
        params = {"load": {"path": f"p{number}", "source": {"name": "a", "year": number}}}
        runs.append((params, demo.invoker.run(params, results=tmp_path / str(number))))

    for number, (params, handle) in enumerate(runs):
        outcome = handle.wait(60)
        assert outcome.result.result == params
        assert json.loads((tmp_path / str(number) / "result.json").read_text())["result"] == params
        assert len(outcome.steps) == 2
    assert runs[0][1].run_id != runs[1][1].run_id


def test_a_result_that_cannot_be_written_is_told_once(demo):
    code = "import os\n\ndef main(params):\n    os.mkdir(RESULT)\n    return 1\n"
    demo.write_run(code.replace("RESULT", repr(str(demo.results / "result.json"))))
    errors = Output()

    with demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stderr=errors)) as handle:
        outcome = handle.wait(30)

    assert outcome.exit_code == 1
    assert outcome.diagnostics == ()
    assert errors.content.count(b"WT504") == 1


def test_a_second_run_in_the_same_results_directory_is_refused_and_does_not_disturb_the_first(demo):
    demo.write_run("import threading\n\ndef main(params):\n    print('ready')\n    threading.Event().wait(60)\n")
    output = Output()
    with demo.invoker.run(demo.good, results=demo.results, watcher=Watcher(stdout=output)) as first:
        output.wait_for(b"ready")
        with pytest.raises(DiagnosticError, match="another run writes into"):
            demo.invoker.run(demo.good, results=demo.results)
        outcome = first.cancel()
    demo.write_run("def main(params):\n    return 2\n")

    with demo.invoker.run(demo.good, results=demo.results) as second:
        assert second.wait(30).result.result == 2
    assert outcome.result.error == "the run was interrupted"


def test_an_interpreter_that_cannot_be_started_is_one_clear_message(demo):
    with pytest.raises(DiagnosticError, match="no-such-python") as caught:
        LocalInvoker(demo.workspace, Path("/no-such-python")).run(demo.good, results=demo.results)

    assert caught.value.exit_code == 1


def test_a_results_directory_that_cannot_be_used_is_refused_before_anything_starts(demo):
    demo.results.write_text("a file")

    with pytest.raises(DiagnosticError, match="WT504"):
        demo.invoker.run(demo.good, results=demo.results)


def test_a_module_in_the_working_directory_shadows_nothing(demo, tmp_path):
    (tmp_path / "json.py").write_text("raise RuntimeError('shadowed')\n")

    outcome = demo.invoker.run(demo.good, results=demo.results, cwd=tmp_path).wait()

    assert outcome.result.error is None


def test_the_workflow_gets_the_results_as_a_url(demo):
    demo.write_run("import os\n\ndef main(params):\n    return os.environ['WT_RESULTS']\n")

    outcome = demo.invoker.run(demo.good, results=demo.results).wait()

    assert outcome.result.result == demo.results.as_uri()


def test_waiting_twice_gives_the_same_outcome(demo):
    handle = demo.invoker.run(demo.good, results=demo.results)

    assert handle.wait() is handle.wait()
    assert handle.cancel() is handle.wait()


def test_waiting_does_not_use_the_processor(demo):
    demo.write_run("import time\n\ndef main(params):\n    time.sleep(1)\n")
    handle = demo.invoker.run(demo.good, results=demo.results)
    before = time.process_time()

    handle.wait(30)

    assert time.process_time() - before < 0.5
