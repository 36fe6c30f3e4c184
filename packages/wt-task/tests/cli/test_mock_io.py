from __future__ import annotations

import json

TASKS = """\
from demo_io.tasks import load
from wt_task import task


def main(params):
    return task(load).validate().set_task_instance_id("load").handle_errors().partial(path="x").call()
"""


def write(demo, example: str | None):
    library = demo.directory / "demo_io" / "tasks"
    library.mkdir(parents=True)
    (demo.directory / "demo_io" / "__init__.py").write_text("")
    (library / "__init__.py").write_text("def load(path: str) -> list:\n    raise OSError('the real thing')\n")
    if example is not None:
        (library / "load.example-return.json").write_text(example)
    (demo.directory / "wt_demo_workflow" / "metadata.py").write_text("IO_TASKS = {'load': 'demo_io.tasks'}\n")
    demo.write_run(TASKS)


def test_io_tasks_return_their_recorded_examples(demo):
    write(demo, "[1, 2]")

    done = demo.run(None, "--mock-io")

    assert (done.returncode, demo.result["result"]) == (0, [1, 2])


def test_without_mock_io_the_tasks_are_the_real_ones(demo):
    write(demo, "[1, 2]")

    assert demo.run(None, "--no-mock-io").returncode == 1
    assert "the real thing" in demo.result["error"]


def test_a_missing_example_is_named_before_anything_runs_and_in_the_result(demo):
    write(demo, None)

    done = demo.run(None, "--mock-io")

    assert done.returncode == 2
    assert "WT511" in done.stderr
    assert "demo_io.tasks.load" in json.dumps(demo.result)
    assert "Traceback" not in done.stderr
