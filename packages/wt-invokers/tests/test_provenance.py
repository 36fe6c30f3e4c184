"""`wt provenance`: a run told to a person, and made a research object that others can read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import rocrate
from click.testing import CliRunner
from rocrate.rocrate import ROCrate
from wt_contracts.diagnostics import DiagnosticError
from wt_invokers.provenance_command import provenance

LIBRARY = """\
from pathlib import Path

def load(results):
    (Path(results) / "plot.svg").write_text("<svg/>")
    return [1, 2]

def double(value):
    return value * 2

def fail(values):
    raise ValueError("no rain")
"""
RUN = """\
from demo_tasks import double, fail, load
from wt_task import task
import os

def main(params):
    home = os.environ["WT_RESULTS"].removeprefix("file://")
    values = task(load).set_task_instance_id("load").partial(results=home).call()
    doubled = task(double).set_task_instance_id("plot").map(argnames="value", argvalues=values)
    return doubled if params["load"]["path"] == "x" else task(fail).set_task_instance_id("last").call(values=doubled)
"""
METADATA = 'TASKS = {"load": "demo_tasks.load", "plot": "demo_tasks.double", "last": "demo_tasks.fail"}\n'


@pytest.fixture
def finished(demo, monkeypatch) -> Any:
    """A run that ended well."""
    package = demo.directory / "wt_demo_workflow"
    (package / "metadata.py").write_text(METADATA)
    (demo.directory / "demo_tasks.py").write_text(LIBRARY)
    (demo.directory / "VERSION.yaml").write_text("version: 1.2.0\nstructure: aa\ninputs: bb\n")
    (demo.directory / "uv.lock").write_text("locked")
    demo.write_run(RUN)
    assert demo.invoker.run(demo.good, results=demo.results, run_id="r1").wait().exit_code == 0
    monkeypatch.chdir(demo.results.parent)
    return demo


class Answers:
    """What the command answers."""

    json = False

    def __init__(self) -> None:
        self.text = ""

    def answer(self, text: str) -> None:
        self.text += text


def ask(*arguments: object) -> str:
    answers = Answers()
    result = CliRunner().invoke(provenance, [str(each) for each in arguments], obj=answers, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return answers.text


def test_a_person_reads_what_ran_and_what_came_of_it(finished):
    said = ask(finished.results)

    assert said.startswith("run r1: succeeded\nworkflow     wt-demo-workflow 1.2.0\n")
    assert "uv.lock" in said
    rows = [line.split() for line in said.splitlines()]
    assert [row[0] for row in rows if row[-1].startswith("demo_tasks.") or row[-1] == "calls"] == [
        "ok",
        "ok",
        "not-run",
    ]
    assert [row[1:3] for row in rows if row[0] == "plot.svg"] == [["6", "bytes"]]


def test_a_file_that_has_changed_or_is_gone_since_is_marked(finished):
    (finished.results / "plot.svg").write_text("<svg></svg>")
    (finished.results / "result.json").unlink()

    marks = {line.split()[0]: line.split()[-1] for line in ask(finished.results).splitlines() if line.startswith("  ")}

    assert (marks["plot.svg"], marks["result.json"]) == ("changed", "missing")


def test_a_machine_reads_run_json(finished):
    assert json.loads(ask(finished.results, "--json"))["run_id"] == "r1"


def test_a_run_is_found_by_the_beginning_of_its_id(finished):
    home = Path("results.d")
    shutil.copytree(finished.results, home / "results/demo/20261125-1")
    shutil.copytree(finished.results, home / "results/other/20261126-1")
    shutil.copytree(home / "results", "results", dirs_exist_ok=True)

    assert ask("20261126").startswith("run r1")
    with pytest.raises(DiagnosticError, match="demo/20261125-1, other/20261126-1"):
        ask("2026")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("{", "is not what a run has written: the text ends too early"),
        ('{"version": "1.0"}', "is not what a run has written: Object missing required field `run_id`"),
        ('{"version": "2.0"}', "upgrade wt-contracts on the side that reads it"),
    ],
)
def test_what_is_no_run_is_refused(finished, content, words):
    (finished.results / "run.json").unlink()
    if content is not None:
        (finished.results / "run.json").write_text(content)

    with pytest.raises(DiagnosticError, match=words) as refused:
        ask(finished.results)

    assert refused.value.diagnostics[0].code == "WT516"


def test_a_crate_is_opened_again_and_tells_the_same(finished, tmp_path):
    target = tmp_path / "crate"

    ask(finished.results, "--format", "ro-crate", "-o", target, "--license", "CC-BY-4.0", "--author", "Ada")

    crate = ROCrate(target)
    assert crate.mainEntity.id == "workflow/wt_demo_workflow/run.py"
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow"} <= set(crate.mainEntity.type)
    assert crate.license == "CC-BY-4.0"
    run = crate.get("#run")
    assert run["instrument"] is crate.mainEntity
    assert run["agent"]["name"] == "Ada"
    assert {each.id for each in run["result"]} == {"results/plot.svg", "results/result.json"}
    assert {each["name"]: each["value"] for each in run["object"]}["load.path"] == "x"
    assert (target / "results/plot.svg").read_text() == "<svg/>"
    assert (target / "workflow/uv.lock").read_text() == "locked"
    assert [step["name"] for step in crate.mainEntity["step"]] == ["load", "plot"]
    assert crate.get("#control/plot")["object"]["instrument"]["name"] == "demo_tasks.double"
    assert crate.get("#action/plot")["agent"]["name"] == "Ada"
    assert crate.get("#control/last") is None


def test_a_crate_names_files_by_valid_references_and_one_value_by_itself(finished, tmp_path):
    (finished.results / "a ü#%.txt").write_text("x")
    account = json.loads((finished.results / "run.json").read_text())
    account["outputs"] = [{"path": "a ü#%.txt"}]
    (finished.results / "run.json").write_text(json.dumps(account))

    ask(finished.results, "--format", "ro-crate", "-o", tmp_path / "crate")

    entities = json.loads((tmp_path / "crate/ro-crate-metadata.json").read_text())["@graph"]
    assert all(re.fullmatch(r"[!-~]+", entity["@id"]) and entity["@id"].count("#") <= 1 for entity in entities)
    (run,) = [entity for entity in entities if entity["@id"] == "#run"]
    assert run["result"] == {"@id": "results/a%20%C3%BC%23%25.txt"}
    assert (tmp_path / "crate/results/a ü#%.txt").read_text() == "x"


def test_a_crate_can_be_one_file(finished):
    assert ask(finished.results, "--format", "ro-crate") == "r1.crate.zip"

    with zipfile.ZipFile("r1.crate.zip") as archive:
        assert {"ro-crate-metadata.json", "run.json", "results/plot.svg"} <= set(archive.namelist())


def test_a_crate_declares_the_version_of_the_profiles_that_is_asked_for(finished, tmp_path):
    ask(finished.results, "--format", "ro-crate", "-o", tmp_path / "usual")
    ask(finished.results, "--format", "ro-crate", "-o", tmp_path / "newer", "--profile-version", "0.6")

    usual, newer = (tmp_path / name / "ro-crate-metadata.json" for name in ("usual", "newer"))
    assert {each.id for each in ROCrate(tmp_path / "newer").root_dataset["conformsTo"]} > {
        "https://w3id.org/ro/wfrun/workflow/0.6",
        "https://w3id.org/ro/wfrun/provenance/0.6",
    }
    assert lasting(newer).replace("0.6", "0.5") == lasting(usual)


def lasting(metadata: Path) -> str:
    """The metadata of a crate, without the time at which it was written."""
    return re.sub(r'"datePublished": "[^"]*"', "", metadata.read_text())


@pytest.mark.parametrize("path", ["x", "fails"])
def test_a_validator_of_the_profile_finds_nothing_wrong(finished, tmp_path, path):
    params = finished.good | {"load": finished.good["load"] | {"path": path}}
    finished.invoker.run(params, results=finished.results).wait()
    target = tmp_path / "crate"
    ask(finished.results, "--format", "ro-crate", "-o", target)
    with_its_context(target / "ro-crate-metadata.json")
    command = ["rocrate-validator", "-y", "validate", "-p", "provenance-run-crate", "--output-format", "json", target]
    uv = [sys.executable, "-m", "uv", "run", "--no-project", "--isolated", "-q", "--with", "roc-validator>=0.13"]

    done = subprocess.run([*uv, *command], capture_output=True, text=True, timeout=600)

    report = json.loads(done.stdout[done.stdout.index("{") :])
    assert [(issue["message"], issue["violatingEntity"]) for issue in report["issues"]] == []
    assert report["passed"] is True


def with_its_context(metadata: Path) -> None:
    """Put the context itself where its URL stands, since a validator would fetch it."""
    document = json.loads(metadata.read_text())
    assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
    context = json.loads((Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_text())["@context"]
    # The library has the context of RO-Crate 1.2, which moved these terms
    context |= {name: f"https://bioschemas.org/{name}" for name in ("ComputationalWorkflow", "FormalParameter")}
    context |= {name: f"https://bioschemas.org/properties/{name}" for name in ("input", "output")}
    metadata.write_text(json.dumps(document | {"@context": context}))


def test_a_workspace_that_was_compiled_anew_is_not_taken_for_the_one_that_ran(finished, tmp_path):
    older = shutil.copytree(finished.directory, tmp_path / "older")
    (finished.directory / "VERSION.yaml").write_text("version: 1.2.1\nstructure: aa\ninputs: cc\n")

    with pytest.raises(DiagnosticError, match="compiled anew"):
        ask(finished.results, "--format", "ro-crate")
    with pytest.raises(DiagnosticError, match="not to be found"):
        ask(finished.results, "--format", "ro-crate", "--workspace", tmp_path / "nowhere")

    assert ask(finished.results, "--format", "ro-crate", "--workspace", older) == "r1.crate.zip"


def test_nothing_is_overwritten(finished):
    Path("r1.crate.zip").write_text("mine")

    with pytest.raises(DiagnosticError, match="exists already"):
        ask(finished.results, "--format", "ro-crate")
    assert Path("r1.crate.zip").read_text() == "mine"
