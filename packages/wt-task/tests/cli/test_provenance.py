"""`run.json`: what ran, from what, where, and what came of it."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess

import msgspec
import pytest
from wt_contracts.provenance import RunProvenance, RunStatus

from .object_store import object_store

TASKS = (
    'IO_TASKS: dict[str, str] = {}\nTASKS: dict[str, str] = {"load": "demo_tasks.load", "plot": "demo_tasks.plot"}\n'
)
LIBRARY = """\
def load(path="x", limit=10):
    return [path] * limit

def plot(values=(), colour="blue"):
    raise ValueError(f"no {colour}")
"""
RUN = """\
from demo_tasks import load, plot
from wt_task import task

def main(params):
    values = task(load).set_task_instance_id("load").partial(**params.get("load", {})).call()
    return task(plot).set_task_instance_id("plot").handle_errors().partial(values=values).call()
"""


def provenance(demo) -> RunProvenance:
    return msgspec.json.decode((demo.results / "run.json").read_text(), type=RunProvenance)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def failing(demo):
    """A run of two steps, the second of which fails."""
    (demo.directory / "wt_demo_workflow" / "metadata.py").write_text(TASKS)
    demo.write_library(LIBRARY)
    demo.write_run(RUN)
    return demo


def test_a_run_says_what_ran_and_that_it_succeeded(demo):
    (demo.directory / "VERSION.yaml").write_text("version: 1.2.3\nstructure: abc\ninputs: def\n")
    (demo.directory / "uv.lock").write_text("locked")

    demo.run({"load": {"path": "x", "limit": 3}}, WT_RUN_ID="r1")

    run = provenance(demo)
    assert (run.run_id, run.status, run.error) == ("r1", RunStatus.SUCCEEDED, None)
    assert (run.workflow.name, run.workflow.version) == ("wt-demo-workflow", "1.2.3")
    assert (run.workflow.structure, run.workflow.inputs) == ("abc", "def")
    assert run.workflow.directory == str(demo.directory)
    assert (run.environment.lock, run.environment.lock_sha256) == ("uv.lock", sha256(b"locked"))
    assert run.environment.packages["pydantic"]
    assert run.params == {"load": {"path": "x", "limit": 3}}
    assert (run.execution_mode, run.mock_io) == ("sequential", False)
    assert run.host is not None
    assert [each.status for each in run.sessions] == ["succeeded"]


def test_each_step_says_what_it_was_and_how_it_ended(failing):
    failing.run()

    load, plot = provenance(failing).steps
    assert (load.id, load.task, load.status, load.method) == ("load", "demo_tasks.load", "ok", "call")
    assert load.duration is not None
    assert load.started is not None
    assert (plot.id, plot.status) == ("plot", "failed")
    assert "no blue" in (plot.error or "")
    assert provenance(failing).status == "failed"


def test_a_step_that_was_not_come_to_is_told_as_well(failing):
    failing.write_library("def load(path='x', limit=1):\n    raise ValueError('x')\n\ndef plot(values=()): ...\n")

    failing.run()

    assert [step.status for step in provenance(failing).steps] == ["failed", "not-run"]


def test_the_library_of_a_task_is_named_after_what_is_installed(failing):
    installed = failing.directory / "demo_things-0.3.dist-info"
    installed.mkdir()
    (installed / "entry_points.txt").write_text("[other]\nx = y\n\n[wt_registry]\ntasks = demo_tasks.all\n")

    failing.run()

    assert provenance(failing).steps[0].library == "demo-things"
    assert provenance(failing).environment.packages["demo-things"] == "0.3"


def test_files_that_a_run_leaves_are_listed_with_their_digests_and_others_are_not(demo):
    demo.results.mkdir()
    (demo.results / "older.txt").write_text("older")
    (demo.results / "rewritten.txt").write_text("old")
    demo.write_run(
        f"from pathlib import Path\n\ndef main(params):\n    home = Path({str(demo.results)!r})\n"
        "    (home / 'rewritten.txt').write_text('new')\n    (home / 'plots').mkdir()\n"
        "    (home / 'plots' / 'a.svg').write_text('<svg/>')\n"
    )

    demo.run()

    assert {each.path: each.sha256 for each in provenance(demo).outputs} == {
        "plots/a.svg": sha256(b"<svg/>"),
        "result.json": sha256((demo.results / "result.json").read_bytes()),
        "rewritten.txt": sha256(b"new"),
    }


def test_files_that_parameters_name_are_listed_with_their_digests(demo):
    schema = demo.directory / "wt_demo_workflow" / "params.json"
    document = json.loads(schema.read_text())
    document["properties"]["load"]["properties"]["path"] = {"$ref": "#/$defs/Place"}
    document["$defs"]["Place"] = {"anyOf": [{"type": "string", "format": "file-path"}, {"type": "null"}]}
    schema.write_text(json.dumps(document))
    (demo.directory / "rain.csv").write_text("1,2")

    demo.run({"load": {"path": "rain.csv"}, "plot": {"colour": "rain.csv"}})

    assert [(each.path, each.size, each.sha256) for each in provenance(demo).inputs] == [
        ("rain.csv", 3, sha256(b"1,2"))
    ]


def test_while_a_run_goes_on_it_says_so(demo):
    demo.write_run(
        f"import json\n\ndef main(params):\n    return json.load(open({str(demo.results / 'run.json')!r}))['status']\n"
    )

    demo.run()

    assert demo.result["result"] == "running"


def test_a_run_that_is_killed_is_left_as_running_and_an_older_one_is_gone(demo):
    demo.results.mkdir()
    (demo.results / "run.json").write_text("{}")
    demo.write_run("import os\n\ndef main(params):\n    os.kill(os.getpid(), 9)\n")

    done = demo.run(WT_RUN_ID="killed")

    assert done.returncode == -signal.SIGKILL
    assert (provenance(demo).run_id, provenance(demo).status) == ("killed", "running")


def test_parameters_that_are_refused_are_told_of(demo):
    done = demo.run({"load": {}})

    assert done.returncode == 2
    assert (provenance(demo).status, provenance(demo).params) == ("refused", {})
    assert "path" in (provenance(demo).error or "")


def test_a_command_line_that_makes_no_sense_is_told_of(demo):
    demo("run", "--nonsense")

    assert provenance(demo).status == "refused"


def test_secrets_stand_nowhere_in_it(failing):
    cli = failing.directory / "wt_demo_workflow" / "cli.py"
    cli.write_text(cli.read_text().replace("steps=2,", 'steps=2, secrets=("TOKEN",),'))
    failing.write_library(
        "import os\n\ndef load(path='x', limit=1):\n    raise ValueError(os.environ['TOKEN'])\n\ndef plot(): ...\n"
    )

    failing.run({"load": {"path": "x-s3cr3t-y"}}, TOKEN="s3cr3t")

    assert "s3cr3t" not in (failing.results / "run.json").read_text()
    assert provenance(failing).params == {"load": {"path": "x-***-y"}}


def git(directory, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_that_is_checked_out_is_named(demo):
    git(demo.directory, "init", "-q")
    assert (demo.run().returncode, provenance(demo).workflow.commit) == (0, None)

    git(demo.directory, "add", ".")
    git(demo.directory, "commit", "-qm", "Begin")
    demo.run()
    clean = provenance(demo).workflow
    (demo.directory / "wt_demo_workflow" / "py.typed").write_text("")
    (demo.directory / "wt_demo_workflow" / "params.json").write_text('{"properties": {}, "$defs": {}}')
    demo.run()

    assert (clean.commit, clean.dirty) == (git(demo.directory, "rev-parse", "HEAD"), False)
    assert (provenance(demo).workflow.commit, provenance(demo).workflow.dirty) == (clean.commit, True)


def test_what_a_run_leaves_in_an_object_store_is_listed_with_its_digest(demo):
    (demo.directory / "wt_demo_workflow" / "metadata.py").write_text(TASKS)
    demo.write_library(
        "import os\nimport obstore\n\n"
        "def load(path='x', limit=10):\n"
        "    store = obstore.store.from_url(os.environ['WT_RESULTS'])\n"
        "    obstore.put(store, 'charts/rain.svg', b'<svg/>')\n"
        "    return path\n\n"
        "def plot(values=(), colour='blue'):\n    return colour\n"
    )
    demo.write_run(RUN)
    with object_store() as store:
        store.objects["run/old.txt"] = b"of an earlier run"
        store.objects["another/rain.svg"] = b"elsewhere"
        done = demo.run({"load": {"path": "x"}}, WT_RESULTS="s3://bucket/run", **store.environment)
        assert done.returncode == 0, done.stderr
        run = msgspec.json.decode(store.objects["run/run.json"], type=RunProvenance)
    result = store.objects["run/result.json"]
    assert json.loads(result)["result"] == "blue"
    assert [(file.path, file.size, file.sha256) for file in run.outputs] == [
        ("charts/rain.svg", 6, sha256(b"<svg/>")),
        ("result.json", len(result), sha256(result)),
    ]
