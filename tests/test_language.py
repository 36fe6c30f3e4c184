"""What the reference shows of the language compiles, and does what it says."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wt_compiler.emit import package
from wt_compiler.emit.workflow import Workflow
from wt_compiler.findings import Findings
from wt_compiler.forms import derive_forms
from wt_compiler.names import name_workflow
from wt_compiler.resolve import load_dag
from wt_compiler.version import Stamp
from wt_contracts.forms import formdata_to_params, params_to_formdata
from wt_contracts.registry import RegistryOutput
from wt_contracts.task import TaskProtocol

BLOCK = re.compile(r"^```(?:yaml|python)\n# (?P<path>language/\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Language:
    """The examples of the reference in a directory, and ways to compile and run them."""

    def __init__(self, directory: Path, registry: RegistryOutput) -> None:
        self.directory = directory
        self.registry = registry

    def compile(self, name: str) -> Workflow:
        """Write the package of an example."""
        dag, _ = load_dag(self.directory / f"language/{name}.yaml", self.registry)
        forms = derive_forms(dag, Findings(name, []))
        workflow = Workflow(dag, name_workflow(dag.id), forms, Stamp((0, 1, 0), "5" * 64, "1" * 64))
        for path, content in package.emit(workflow).items():
            target = self.directory / "language" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(str(content))
        return workflow

    def run(
        self, name: str, params: dict[str, Any] | None = None, mode: str = "concurrent", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Compile and run an example as its own command does."""
        options = ["--config-json", json.dumps(params or {}), "--execution-mode", mode]
        module = f"{self.compile(name).names.package}.cli"
        return self.start([sys.executable, "-m", module, "run", *options], **variables)

    def resume(self, run_id: str, package: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Go on with a run that was recorded."""
        return self.start([sys.executable, "-m", f"{package}.cli", "run", "--resume", run_id, *options])

    def start(self, command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command where the examples are."""
        environment = {**os.environ, "WT_RESULTS": "results", "WT_EVENTS_FILE": "events.jsonl", **variables}
        return subprocess.run(command, cwd=self.directory / "language", env=environment, capture_output=True, text=True)

    @property
    def result(self) -> Any:
        """What the last run returned."""
        return json.loads((self.directory / "language/results/result.json").read_text())

    def events(self) -> list[dict[str, Any]]:
        """What the last run told, and forgets."""
        path = self.directory / "language/events.jsonl"
        lines = path.read_text().splitlines()
        path.unlink()
        return [json.loads(line) for line in lines]

    def skips(self) -> dict[str, tuple[str, str]]:
        """Which steps the last run skipped: how they would have been called, and why they were not."""
        return {e["step"]: (e["method"], e["reason"]) for e in self.events() if e["kind"] == "STEP_SKIPPED"}

    def cached(self) -> dict[str, int | None]:
        """How many calls of each step of the last run were taken from the cache."""
        return {event["step"]: event.get("cached") for event in self.events() if event["kind"] == "STEP_END"}

    def written(self) -> str:
        """Everything that the last run wrote."""
        return "".join(
            (self.directory / "language" / name).read_text() for name in ("results/result.json", "events.jsonl")
        )


@pytest.fixture(scope="module")
def registry(root: Path, tmp_path_factory: pytest.TempPathFactory) -> RegistryOutput:
    directory = tmp_path_factory.mktemp("library")
    _write(root, directory)
    command = [str(Path(sys.executable).parent / "wt-registry"), "--package", "rain_language", "--format", "json"]
    described = subprocess.run(
        command, cwd=directory / "language", env=os.environ | {"PYTHONPATH": "."}, capture_output=True
    )
    return msgspec.json.decode(described.stdout, type=RegistryOutput)


@pytest.fixture
def language(root: Path, registry: RegistryOutput, tmp_path: Path) -> Language:
    _write(root, tmp_path)
    return Language(tmp_path, registry)


def _write(root: Path, directory: Path) -> None:
    (directory / "language").mkdir()
    for match in BLOCK.finditer((root / "docs/reference/spec.md").read_text(encoding="utf-8")):
        (directory / match["path"]).write_text(match["text"])


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_calls_are_tried_again_placed_and_skipped_as_the_spec_says(language: Language, mode: str) -> None:
    done = language.run("execution", mode=mode)

    assert done.returncode == 0, done.stderr
    assert language.result["result"] == 81.0
    assert "failed and is skipped: ConnectionError: no answer from Bergen" in done.stderr
    assert "Oslo" not in done.stderr


def test_a_cached_step_is_not_called_again_until_something_changes(language: Language) -> None:
    cache = {"WT_CACHE_DIR": str(language.directory / "cache")}
    first = language.run("cached", **cache)
    assert first.returncode == 0, first.stderr
    assert language.cached() == {"stations": None, "rain": 0, "report": None}
    assert language.run("cached", mode="sequential", **cache).returncode == 0
    assert language.cached()["rain"] == 2
    assert language.result["result"] == "81.0 mm"
    assert language.run("cached", {"params": {"year": 2020}}, **cache).returncode == 0
    assert language.cached()["rain"] == 0


def test_a_run_waits_for_an_approval_and_goes_on_with_what_was_filled_in(language: Language) -> None:
    waiting = language.run("approval", WT_RUN_ID="r1")
    assert waiting.returncode == 3
    assert "Look at 'Oslo, Bergen' before it is published." in waiting.stderr
    assert language.resume("r1", "wt_publication_workflow", "--approve").returncode == 2
    done = language.resume("r1", "wt_publication_workflow", "--data", '{"loud": true, "remark": "!"}')
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == "OSLO, BERGEN!"


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_a_run_comes_past_its_checkpoint_and_another_one_begins_there(language: Language, mode: str) -> None:
    assert language.run("checkpoint", mode=mode, WT_RUN_ID="r1").returncode == 0
    assert ("rain", "measured") in [(each.get("step"), each.get("checkpoint")) for each in language.events()]
    options = ["--config-json", '{"report": {"loud": true}}', "--from-checkpoint", "measured", "--from-run", "r1"]
    again = language.start([sys.executable, "-m", "wt_kept_workflow.cli", "run", *options])
    assert again.returncode == (0 if mode == "concurrent" else 2), again.stderr
    assert language.result["result"] == ("81.0 MM" if mode == "concurrent" else None)


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_a_task_stands_in_for_what_failed(language: Language, mode: str) -> None:
    done = language.run("handled", mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == [70.5, 70.5]
    said = "warning: step 'measured' failed and is handled: ConnectionError: no answer from Bergen"
    assert said in done.stderr


def test_expressions_are_evaluated_by_the_code_that_they_become(language: Language) -> None:
    done = language.run("expressions")
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == "81.0 mm in 12 months"
    source = (language.directory / "language/wt_summary_workflow/run_sequential.py").read_text()
    assert "first.rain > 100 and not first.estimated" in source
    assert "stations[0]" in source


def test_a_parameter_of_the_workflow_reaches_every_instance_that_uses_it(language: Language) -> None:
    done = language.run("parameters", {"params": {"station": "Bergen", "limits": {"low": 3}}})
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == "Bergen: 121.5 mm, at least 3"
    assert language.run("parameters", {"params": {"station": "Paris"}}).returncode == 2
    assert "params.station is missing" in language.run("parameters", {"params": {}}).stderr


def test_form_and_parameters_hold_the_workflows_own_in_a_group(language: Language) -> None:
    forms = language.compile("parameters").forms
    own = forms.params["properties"]["params"]
    assert own["required"] == ["station"]
    assert forms.rjsf["properties"]["params"] == own
    assert forms.rjsf["uiSchema"]["ui:order"][0] == "params"
    params = {"params": {"station": "Oslo", "year": 2020}}
    assert formdata_to_params(params_to_formdata(params, forms.layout), forms.layout) == params


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_an_instance_whose_condition_is_false_is_skipped_and_says_why(language: Language, mode: str) -> None:
    done = language.run("when", mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == {"warning": "81.0 MM", "wettest": 121.5}
    assert language.skips() == {}

    done = language.run("when", {"params": {"limit": 100}}, mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == {"warning": "as usual", "wettest": 0}
    assert language.skips() == {
        "warning": ("call", "when: workflow.first.return.rain > params.limit"),
        "others": ("map", "when: not skipped(workflow.warning.return)"),
    }


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
@pytest.mark.parametrize(
    ("station", "report", "skipped"),
    [
        ("Bergen", "Hei: wear boots and a coat", {"hat": "switch: advice is not dry"}),
        ("Oslo", "Hei: wear nothing special", dict.fromkeys(("boots", "coat", "hat"), "")),
        ("Ås", "Hello: wear a hat", dict.fromkeys(("boots", "coat", "norwegian"), "")),
    ],
)
def test_one_branch_of_a_switch_runs_and_gives_its_result(
    language: Language, mode: str, station: str, report: str, skipped: dict[str, str]
) -> None:
    done = language.run("switch", {"params": {"station": station}}, mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == report
    assert {name: why if skipped.get(name) else "" for name, (_, why) in language.skips().items()} == skipped


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_a_loop_repeats_a_whole_workflow(language: Language, mode: str) -> None:
    workflows = {
        "half": """
            id: half
            requirements: []
            params: {amount: {type: number}}
            workflow:
              - {id: fixed, task: correct, partial: {estimate: '${{ params.amount }}'}}
            outputs: {rain: '${{ workflow.fixed.return.rain }}'}
            """,
        "halved": """
            id: halved
            requirements: []
            workflow:
              - id: less
                uses: ./half.yaml
                loop: {start: {rain: 100}, until: '${{ loop.last.rain < 10 }}', max: 9}
                with: {amount: '${{ loop.last.rain }}'}
            """,
    }
    for name, text in workflows.items():
        (language.directory / f"language/{name}.yaml").write_text(textwrap.dedent(text))
    done = language.run("halved", mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == {"rain": 6.25}
    assert [e["round"] for e in language.events() if e["kind"] == "STEP_ROUND"] == [0, 1, 2, 3]


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_a_loop_calls_its_task_until_it_is_done_and_tells_of_each_round(language: Language, mode: str) -> None:
    done = language.run("loop", mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == {"rain": 20.25, "cheers": "hip 0 1 2"}
    told = [(e["kind"], e.get("round")) for e in language.events() if e.get("step") == "close"]
    assert told == [("STEP_START", None), ("STEP_ROUND", 0), ("STEP_ROUND", 1), ("STEP_END", None)]

    spec = language.directory / "language/loop.yaml"
    spec.write_text(spec.read_text().replace("rain < 30", "rain < 0"))
    done = language.run("loop", mode=mode)
    assert done.returncode == 1
    assert "Task instance 'close' raised LoopLimitError('the condition in 'until' does not hold after 10" in done.stderr


def test_outputs_name_what_the_workflow_returns(language: Language) -> None:
    done = language.run("outputs")
    assert done.returncode == 0, done.stderr
    expected = {"stations": ["Oslo", "Bergen"], "wettest": 121.5, "label": "Rain at 2 stations"}
    assert language.result["result"] == expected


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_a_sub_workflow_gets_its_parameters_and_gives_its_outputs(language: Language, mode: str) -> None:
    done = language.run("uses", {"second": {"label": {"loud": True}}}, mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == "81.0 mm and 121.5 MM"
    told = [json.loads(line) for line in (language.directory / "language/events.jsonl").read_text().splitlines()]
    ended = {event["step"] for event in told if event["kind"] == "STEP_END"}
    assert ended == {"stations", "first.measured", "first.label", "second.measured", "second.label", "report"}


def test_a_killed_run_goes_on_inside_of_a_sub_workflow(language: Language) -> None:
    library = language.directory / "language/rain_language.py"
    dying = (
        "    import os, pathlib\n    died = pathlib.Path('died')\n    if '81' in text and not died.exists():\n"
        "        died.touch()\n        os.kill(os.getpid(), 9)\n    return text.upper() if loud else text\n"
    )
    counting = "    with open('measured', 'a') as file:\n        file.write(f'{station}\\n')\n    return Measurement("
    text = library.read_text().replace("    return text.upper() if loud else text\n", dying)
    library.write_text(text.replace("    return Measurement(", counting))

    use = "  - {id: rain, uses: ./rain_at.yaml, with: {measured.station: Oslo}}\n"
    outputs = "outputs: {label: '${{ workflow.rain.return.label }}'}\n"
    spec = f"id: chain\nrequirements: []\nworkflow:\n{use}{outputs}"
    (language.directory / "language/chain.yaml").write_text(spec)
    assert language.run("chain", WT_RUN_ID="night").returncode == -9
    assert (language.directory / "language/measured").read_text() == "Oslo\n"
    done = language.resume("night", "wt_chain_workflow")
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == {"label": "81.0 mm"}
    assert (language.directory / "language/measured").read_text() == "Oslo\n"


@pytest.mark.parametrize("mode", ["concurrent", "sequential"])
def test_a_sub_workflow_runs_once_an_element(language: Language, mode: str) -> None:
    done = language.run("each_station", {"rain": {"label": {"loud": True}}}, mode=mode)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == "121.5 MM"
    told = [json.loads(line) for line in (language.directory / "language/events.jsonl").read_text().splitlines()]
    assert [(event["step"], event["calls"]) for event in told if event["kind"] == "STEP_END"] == [
        *(("stations", 1), ("rain", 2), ("report", 1)),
    ]


@pytest.mark.parametrize("where", ["variable", "file", "directory"])
def test_a_secret_reaches_the_task_and_nothing_that_is_written(language: Language, where: str) -> None:
    (language.directory / "RAIN_TOKEN").write_text("s3cr/t value\n")
    given = {
        "variable": {"RAIN_TOKEN": "s3cr/t value"},
        "file": {"RAIN_TOKEN_FILE": str(language.directory / "RAIN_TOKEN")},
        "directory": {"WT_SECRETS_DIR": str(language.directory)},
    }[where]
    done = language.run("secrets", **given)
    assert done.returncode == 0, done.stderr
    assert language.result["result"] == "https://rain.example.org answered to ***"
    assert "s3cr" not in language.written() + done.stdout + done.stderr
    kept = [path for path in (language.directory / "language/results").rglob("*") if path.is_file()]
    assert {"runs.db", "run.json"} <= {path.name for path in kept}
    assert [path.name for path in kept if b"s3cr" in path.read_bytes()] == []


@pytest.mark.parametrize("executor", ["thread", "process"])
def test_a_secret_is_masked_in_errors_traces_and_what_tasks_print(language: Language, executor: str) -> None:
    spec = language.directory / "language/secrets.yaml"
    spec.write_text(re.sub(r"( +)task: ", rf"\1resources: {{executor: {executor}}}\n\1task: ", spec.read_text()))
    library = language.directory / "language/rain_language.py"
    failing = (
        "    import logging, sys\n    print('printed', token, end='')\n    logging.error('logged %s', token)\n"
        "    raise ValueError(f'refused {token!r}')"
    )
    library.write_text(library.read_text().replace('    return f"{url} answered to {token}"', failing))
    done = language.run("secrets", RAIN_TOKEN='it\'s "hidden" é')
    assert done.returncode == 1
    everything = language.written() + done.stdout + done.stderr
    assert "printed ***" in done.stdout
    assert "logged ***" in done.stderr
    assert "refused" in language.result["error"]
    assert "hidden" not in everything


def test_a_run_does_not_start_without_its_secrets(language: Language) -> None:
    done = language.run("secrets")
    assert done.returncode == 2
    assert "error[WT514]: the secret RAIN_TOKEN is given nowhere" in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("switch", "loop", "uses"),
        *(
            pytest.param(name, marks=pytest.mark.exhaustive)
            for name in ("expressions", "when", "outputs", "each_station", "checkpoint")
        ),
    ],
)
def test_the_notebook_runs_cell_by_cell_and_gives_the_same(language: Language, name: str) -> None:
    assert language.run(name).returncode == 0
    directory = language.directory / "language" / language.compile(name).names.package
    library = language.directory / "installed"  # the tasks alone: the notebook has to find its own package
    library.mkdir()
    (library / "rain_language.py").symlink_to(language.directory / "language" / "rain_language.py")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "jupytext", "--to", "ipynb", "--set-kernel", "python3", "--execute"]
    environ = os.environ | {
        "PATH": path,
        "PYTHONPATH": str(library),
        "IPYTHONDIR": str(language.directory / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    done = subprocess.run(
        [*command, "notebook.py"], cwd=directory, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    *_, last = json.loads((directory / "notebook.ipynb").read_text())["cells"]
    (shown,) = (output["data"]["text/plain"] for output in last["outputs"])
    assert ast.literal_eval("".join(shown)) == language.result["result"]


def test_an_expression_that_fails_is_shown_with_its_line(language: Language) -> None:
    library = language.directory / "language/rain_language.py"
    library.write_text(library.read_text().replace('return ["Oslo", "Bergen"]', "return []"))
    done = language.run("expressions")
    assert done.returncode == 1
    assert "an expression of the spec, in run.py:" in done.stderr
    assert "IndexError: list index out of range" in done.stderr
    assert "stations[0]" in done.stderr
    assert language.result["result"] is None


@pytest.mark.parametrize(
    ("module", "some"),
    [
        ("run.py", {"validate", "cache", "partial", "map_calls"}),
        ("run_sequential.py", {"retry", "timeout", "skip_errors", "on_error", "cache", "partial", "map"}),
    ],
)
def test_generated_code_calls_no_method_that_the_contract_of_tasks_lacks(
    language: Language, module: str, some: set[str]
) -> None:
    called: set[str] = set()
    for spec in sorted((language.directory / "language").glob("*.yaml")):
        written = language.compile(spec.stem).names.package
        called |= chained((language.directory / "language" / written / module).read_text(), "task")
    assert some < called
    assert sorted(called - set(vars(TaskProtocol))) == []


def chained(source: str, function: str) -> set[str]:
    """The methods that are called on what a function returns, one after the other."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        methods = []
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            methods.append(node.func.attr)
            node = node.func.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            found.update(methods)
    return found
