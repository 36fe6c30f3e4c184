from __future__ import annotations

TASKS = """\
from demo_tasks import f
from wt_task import task


def main(params):
    return task(f).validate().set_task_instance_id("trend").handle_errors().with_tracing().call()
"""


def fail(demo, library: str):
    demo.write_library(library)
    demo.write_run(TASKS)
    return demo.run()


def test_the_message_names_the_step_and_the_mistake(demo):
    done = fail(demo, "def f():\n    raise ValueError('no rain')\n")

    assert demo.result["error"] == "Task instance 'trend' raised ValueError('no rain')"
    assert done.stderr.startswith("error: Task instance 'trend' raised ValueError('no rain')\n")


def test_the_traceback_begins_in_the_tasks_own_code(demo):
    done = fail(demo, "def f():\n    return 1 / 0\n")

    frames = [line.strip() for line in done.stderr.splitlines() if line.strip().startswith("File ")]
    assert len(frames) == 1
    assert "demo_tasks.py" in frames[0]
    assert demo.result["trace"] in done.stderr


def test_an_exception_and_its_cause_are_both_shown(demo):
    code = """\
        def f():
            try:
                {}["x"]
            except KeyError as error:
                raise ValueError("no such station") from error
        """
    done = fail(demo, code)

    assert "KeyError" in done.stderr
    assert "direct cause" in done.stderr
    assert "wt_task" not in done.stderr


def test_arguments_that_the_type_hints_refuse_are_one_message_without_a_traceback(demo):
    demo.write_library("def f(x: int) -> int:\n    return x\n")
    demo.write_run(TASKS.replace(".call()", ".partial(x='many').call()"))

    done = demo.run()

    assert done.returncode == 1
    assert "trend" in demo.result["error"]
    assert "Traceback" not in done.stderr


def test_sys_exit_in_a_task_names_the_step(demo):
    done = fail(demo, "import sys\n\ndef f():\n    sys.exit(3)\n")

    assert done.returncode == 1
    assert demo.result["error"] == "Task instance 'trend' called sys.exit(3)"


def test_what_is_no_ordinary_exception_is_raised_by_its_step_all_the_same(demo):
    fail(demo, "def f():\n    raise GeneratorExit\n")

    assert demo.result["error"] == "Task instance 'trend' raised GeneratorExit"


def test_a_syntax_error_in_a_library_names_the_file(demo):
    done = fail(demo, "def f(:\n")

    assert done.returncode == 1
    assert "demo_tasks.py" in demo.result["error"]
    assert "demo_tasks.py" in done.stderr


def test_an_exception_whose_text_cannot_be_shown_is_a_failure_like_any_other(demo):
    done = fail(demo, "class Odd(Exception):\n    def __str__(self):\n        1 / 0\n\ndef f():\n    raise Odd\n")

    assert done.returncode == 1
    assert "trend" in demo.result["error"]


def test_what_cannot_be_imported_is_one_message_with_its_line(demo):
    demo.write_run("from json import NoSuchError\n\n\ndef main(params):\n    return NoSuchError\n")

    done = demo.run()

    assert done.returncode == 1
    assert "cannot be imported: cannot import name 'NoSuchError' from 'json'" in done.stderr
    assert "run_sequential.py:1: from json import NoSuchError" in done.stderr
    assert "Traceback" not in done.stderr
