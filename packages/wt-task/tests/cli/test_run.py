"""`run` as a whole process: exit codes, result.json, what a person reads."""

from __future__ import annotations

import json
import signal
import subprocess

import msgspec
import pytest
from wt_contracts.cli import ExitCode
from wt_contracts.result import WorkflowResult


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_success_exits_0_and_writes_the_result(demo):
    done = demo.run({"load": {"path": "x"}})

    assert (done.returncode, done.stderr) == (0, "")
    assert demo.result == {"result": {"load": {"path": "x"}}, "error": None, "trace": None}


def test_result_json_is_the_contract(demo):
    demo.run()

    assert msgspec.convert(demo.result, type=WorkflowResult).error is None


def test_garbage_is_collected_during_a_run(demo):
    demo.write_library("import gc\n\ndef f():\n    return gc.isenabled()\n")
    demo.write_run("from demo_tasks import f\n\ndef main(params):\n    return f()\n")

    demo.run()

    assert demo.result["result"] is True


def test_a_failing_task_exits_1_and_still_writes_result_json(demo):
    demo.write_library("def f():\n    raise ValueError('no rain')\n")
    demo.write_run("from demo_tasks import f\n\ndef main(params):\n    return f()\n")

    done = demo.run()

    assert done.returncode == 1
    assert demo.result["result"] is None
    assert "no rain" in demo.result["error"]


def test_a_failure_shows_the_traceback_of_the_task_and_not_ours(demo):
    demo.write_library("def f():\n    return g()\n\ndef g():\n    raise ValueError('no rain')\n")
    demo.write_run("from demo_tasks import f\n\ndef main(params):\n    return f()\n")

    done = demo.run()

    for text in (done.stderr, demo.result["trace"]):
        assert text.count("demo_tasks.py") == 2
        assert "wt_task" not in text
        assert "run_sequential" not in text


def test_an_older_result_never_survives_the_start_of_a_run(demo):
    demo.results.mkdir()
    (demo.results / "result.json").write_text('{"result": "old", "error": null, "trace": null}')

    done = demo.run({"load": {}})

    assert done.returncode == 2
    assert demo.result["result"] is None


def test_an_older_result_is_gone_before_the_first_task_runs(demo):
    demo.results.mkdir()
    (demo.results / "result.json").write_text("{}")
    demo.write_run(
        f"import os\n\ndef main(params):\n    return os.path.exists({str(demo.results / 'result.json')!r})\n"
    )

    demo.run()

    assert demo.result["result"] is False


def test_a_missing_results_directory_is_created(demo):
    demo.results = demo.results / "a" / "b"

    assert demo.run().returncode == 0
    assert demo.result["error"] is None


def test_the_results_directory_may_be_a_relative_path(demo):
    done = demo.run(WT_RESULTS="there/it is")

    assert done.returncode == 0
    assert json.loads((demo.directory / "there" / "it is" / "result.json").read_text())["error"] is None


def test_without_a_results_directory_the_variable_is_named(demo):
    done = demo.run(WT_RESULTS=None)

    assert done.returncode == 2
    assert "WT_RESULTS" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_results_directory_that_cannot_be_made_is_one_clear_message(demo):
    demo.results.write_text("a file")

    done = demo.run()

    assert done.returncode == 2
    assert "WT504" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_2_and_is_in_the_result(demo):
    done = demo("run", "--config-json", "{}", "--fast")

    assert done.returncode == 2
    assert "--fast" in done.stderr
    assert "usage:" in done.stderr
    assert demo.result["error"]


def test_help_leaves_an_older_result_alone(demo):
    demo.results.mkdir()
    (demo.results / "result.json").write_text("{}")

    done = demo("run", "--help")

    assert done.returncode == 0
    assert "WT_RESULTS" in done.stdout
    assert (demo.results / "result.json").exists()


def test_all_wrong_parameters_are_named_before_anything_runs(demo):
    demo.write_run("def main(params):\n    open('ran', 'w').close()\n")

    done = demo.run({"load": {"limit": "many", "colr": 1}, "plott": {}})

    assert done.returncode == 2
    assert not (demo.directory / "ran").exists()
    for words in ("load.path is missing", "load.limit must be a whole number", "load.colr", "plott"):
        assert words in done.stderr
        assert words in demo.result["error"]
    assert "did you mean plot?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_parameter_in_a_file_has_its_line(demo):
    file = demo.directory / "params.yaml"
    file.write_text("plot:\n  colour: red\nload:\n  path: x\n  limit: 0\n")

    done = demo("run", "--config-file", str(file))

    assert done.returncode == 2
    assert f"{file}:5:3" in done.stderr


def test_dates_in_yaml_stay_text(demo):
    file = demo.directory / "params.yaml"
    file.write_text("load:\n  path: yes\n  since: 2024-05-31\n")

    demo("run", "--config-file", str(file))

    assert demo.result["result"] == {"load": {"path": "yes", "since": "2024-05-31"}}


def test_parameters_that_are_no_json_exit_2(demo):
    done = demo("run", "--config-json", "{load")

    assert done.returncode == 2
    assert "a key in double quotes is missing here" in demo.result["error"]


def test_an_unset_environment_variable_is_named_before_anything_runs(tmp_path, demo):
    cli = demo.directory / "wt_demo_workflow" / "cli.py"
    cli.write_text(cli.read_text().replace("('WT_RESULTS',)", "('WT_RESULTS', 'API_TOKEN', 'API_HOST')"))

    done = demo.run(API_TOKEN=None, API_HOST=None)

    assert done.returncode == 2
    assert "WT505" in done.stderr
    assert "API_TOKEN" in demo.result["error"]
    assert "API_HOST" in demo.result["error"]


def test_a_result_that_cannot_be_serialised_names_the_place(demo):
    demo.write_run("def main(params):\n    return {'a': [1, object()]}\n")

    done = demo.run()

    assert done.returncode == 1
    assert "result['a'][1] is of type object" in demo.result["error"]
    assert "Traceback" not in done.stderr
    assert "hint: write it to a file in the results" in done.stderr


def test_sys_exit_in_a_task_is_a_failure(demo):
    demo.write_run("import sys\n\ndef main(params):\n    sys.exit(0)\n")

    done = demo.run()

    assert done.returncode == 1
    assert "sys.exit(0)" in demo.result["error"]


def test_any_exception_ends_in_a_result(demo):
    demo.write_run("class Odd(BaseException):\n    pass\n\ndef main(params):\n    raise Odd('odd')\n")

    assert demo.run().returncode == 1
    assert "odd" in demo.result["error"]


def test_a_library_that_cannot_be_imported_is_a_failed_run(demo):
    demo.write_library("import no_such_module\n")
    demo.write_run("import demo_tasks\n\ndef main(params):\n    return 1\n")

    done = demo.run()

    assert done.returncode == 1
    assert "no_such_module" in demo.result["error"]
    assert "demo_tasks.py" in done.stderr


def test_an_async_workflow_is_awaited(demo):
    demo.write_run("import asyncio\n\nasync def main(params):\n    await asyncio.sleep(0)\n    return 'awaited'\n")

    assert demo.run().returncode == 0
    assert demo.result["result"] == "awaited"


WAIT = """\
import threading

def main(params):
    print("ready", flush=True)
    threading.Event().wait(60)
"""
ASYNC_WAIT = """\
import asyncio

async def main(params):
    print("ready", flush=True)
    await asyncio.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("code", [WAIT, ASYNC_WAIT])
def test_a_signal_ends_the_run_and_is_in_the_result(demo, number, code):
    demo.write_run(code)
    argv = demo.argv("run", "--config-json", '{"load": {"path": "x"}}')
    with subprocess.Popen(
        argv, env=demo.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert read_line(process) == "ready\n"
        process.send_signal(number)
        _, said = process.communicate(timeout=20)

    assert process.returncode == ExitCode.INTERRUPTED
    assert number.name in demo.result["error"]
    assert "Traceback" not in said


def test_a_watcher_is_left_to_say_that_the_run_was_interrupted(demo, tmp_path):
    demo.write_run(WAIT)
    argv = demo.argv("run", "--config-json", '{"load": {"path": "x"}}')
    environ = demo.environ(WT_EVENTS_FILE=str(tmp_path / "events"))
    with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert read_line(process) == "ready\n"
        process.terminate()
        _, said = process.communicate(timeout=20)

    assert (process.returncode, said) == (ExitCode.INTERRUPTED, "")
    assert "SIGTERM" in demo.result["error"]


def test_a_task_that_only_says_that_it_was_interrupted_has_failed(demo):
    demo.write_run("def main(params):\n    raise RuntimeError('the run was interrupted by SIGTERM')\n")

    assert demo.run().returncode == ExitCode.TASK_FAILED


def test_a_thread_that_goes_on_working_does_not_hold_an_interrupted_run(demo):
    demo.write_run(
        """\
        import threading
        from concurrent.futures import ThreadPoolExecutor

        def main(params):
            pool = ThreadPoolExecutor(1)
            future = pool.submit(threading.Event().wait, 60)
            print("ready", flush=True)
            future.result()
        """
    )
    argv = demo.argv("run", "--config-json", '{"load": {"path": "x"}}')
    with subprocess.Popen(argv, env=demo.environ(), stdout=subprocess.PIPE, text=True) as process:
        assert read_line(process) == "ready\n"
        process.terminate()
        process.communicate(timeout=20)

    assert "SIGTERM" in demo.result["error"]


def test_no_part_of_a_result_is_ever_seen(demo):
    demo.run()

    assert sorted(path.name for path in demo.results.iterdir()) == ["result.json", "run.json"]


def test_a_reader_of_the_output_that_goes_away_does_not_lose_the_result(demo):
    demo.write_run("def main(params):\n    print('x' * 1000000)\n    return 1\n")
    argv = demo.argv("run", "--config-json", '{"load": {"path": "x"}}')
    with subprocess.Popen(argv, env=demo.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        process.stderr.read()

    assert process.returncode == 1
    assert "BrokenPipe" in demo.result["error"]


@pytest.mark.parametrize("closing", ["sys.stdout.close()", "sys.stderr.close()", "os.close(1)", "os.close(2)"])
def test_a_task_that_closes_the_output_does_not_lose_the_result(demo, closing):
    demo.write_run(f"import os, sys\n\ndef main(params):\n    print('begun')\n    {closing}\n    return 1\n")

    done = demo.run()

    assert "Traceback" not in done.stderr
    assert demo.result == {"result": 1, "error": None, "trace": None}


def test_a_task_that_removes_the_results_directory_does_not_lose_the_result(demo):
    demo.write_run(f"import shutil\n\ndef main(params):\n    shutil.rmtree({str(demo.results)!r})\n    return 1\n")

    assert demo.run().returncode == 0
    assert demo.result["result"] == 1


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_an_interrupted_map_ends_with_all_its_workers(demo, executor):
    demo.write_library("import os, time\n\ndef f(x):\n    print(os.getpid(), flush=True)\n    time.sleep(60)\n")
    demo.write_run(
        f"""\
        from demo_tasks import f
        from wt_task import task

        def main(params):
            chain = task(f).set_task_instance_id("slow").handle_errors().set_executor({executor!r})
            return chain.map(argnames=["x"], argvalues=[1, 2])
        """
    )
    argv = demo.argv("run", "--config-json", '{"load": {"path": "x"}}')
    with subprocess.Popen(argv, env=demo.environ(), stdout=subprocess.PIPE, text=True) as process:
        assert read_line(process)
        process.terminate()
        # the output ends when every worker has let go of it
        process.communicate(timeout=30)

    assert process.returncode == ExitCode.INTERRUPTED
    assert "SIGTERM" in demo.result["error"]
    assert "slow" in demo.result["error"]


def test_a_disk_that_takes_no_more_is_one_clear_message_and_leaves_no_part_of_a_result(demo):
    demo.write_run(
        """\
        import resource

        def main(params):
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            return "x" * 100_000
        """
    )

    done = demo.run()

    assert done.returncode == 1
    assert "WT504" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in demo.results.iterdir()] == ["run.json"]


CONCURRENT = """
from wt_contracts.step_event import StepEvent


class workflow:
    @staticmethod
    def run(params, observe, record):
        observe(StepEvent("STEP_START", 0.0, "load", "call", 1))
        observe(StepEvent("STEP_END", 1.0, "load", "call", 1, 1.0))
        return params
"""


def test_steps_run_side_by_side_unless_it_is_said_otherwise(demo, tmp_path):
    (demo.directory / "wt_demo_workflow" / "run.py").write_text(CONCURRENT)
    demo.concurrent = True

    done = demo.run({"load": {"path": "x"}}, WT_EVENTS_FILE=str(tmp_path / "events"))

    assert done.returncode == 0
    assert demo.result["result"] == {"load": {"path": "x"}}
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "events").read_text().splitlines()]
    assert kinds == ["START", "STEP_START", "STEP_END", "FINISH"]
