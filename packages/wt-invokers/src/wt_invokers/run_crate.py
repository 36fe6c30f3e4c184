"""A run as a research object: a Provenance Run Crate, an RO-Crate 1.1 that also is a Workflow Run Crate.

The profiles are those of https://www.researchobject.org/workflow-run-crate/. The crate holds copies of the workflow's
run module, its lock, the files that the parameters name and the files that came of the run; the metadata say what made
what from what.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model import ContextEntity, File  # type: ignore[import-untyped]  # it has no stubs
from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]  # it has no stubs
from wt_contracts.provenance import RunFile, RunProvenance, RunStatus, RunStep, StepStatus
from wt_contracts.run_record import RUN_FILE

_RUN_PROFILES = {"process": "Process Run Crate", "workflow": "Workflow Run Crate", "provenance": "Provenance Run Crate"}
_CRATE_PROFILE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_WORKFLOW_PROFILE = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_COMPLETED, _FAILED = "http://schema.org/CompletedActionStatus", "http://schema.org/FailedActionStatus"
_TYPES = {str: "Text", bool: "Boolean", int: "Integer", float: "Float"}
_BESIDE = ("pyproject.toml", "pixi.toml", "VERSION.yaml", "README.md", "graph.svg")
_PYTHON = "https://w3id.org/workflowhub/workflow-ro-crate#python"
_RUN = "#run"


class RunCrate:
    """The crate of one run.

    Args:
        run: What the run was.
        results: The directory that it left.
        workspace: The workspace that ran.
        licence: Under which licence the crate may be used: the URL or a few words.
        author: The name of whoever ran it.
        profile_version: Which version of the profiles the crate declares. What it holds is the same in each.
    """

    def __init__(
        self,
        run: RunProvenance,
        results: Path,
        workspace: Path,
        *,
        licence: str,
        author: str | None = None,
        profile_version: str = "0.5",
    ) -> None:
        self._run = run
        self._results = results
        self._workspace = workspace
        self._licence = licence
        self._author = author
        self._profile_version = profile_version
        self._crate = ROCrate(version="1.1")

    def write(self, target: Path) -> None:
        """Write the crate: a zip file if the target is called so, else a directory.

        Raises:
            OSError: It cannot be written.
        """
        self._describe_itself()
        workflow = self._workflow()
        action = self._action(workflow)
        self._crate.root_dataset["mentions"] = [action]
        self._parameters(workflow, action)
        self._inputs(workflow, action)
        self._outputs(workflow, action)
        self._steps(workflow, action)
        self._crate.root_dataset.append_to("mentions", self._crate.get("#engine-run"))
        for entity in self._crate.get_entities():
            _simplify(entity.properties())
        (self._crate.write_zip if target.suffix == ".zip" else self._crate.write)(target)

    def _describe_itself(self) -> None:
        run, crate = self._run, self._crate
        crate.name = f"Run {run.run_id} of {run.workflow.name}"
        crate.description = f"The workflow {run.workflow.name}, the run {run.run_id} of it, and what came of that."
        crate.license = self._licence
        version = self._profile_version
        crate.root_dataset["conformsTo"] = [
            *(
                self._add(f"https://w3id.org/ro/wfrun/{key}/{version}", "CreativeWork", name=name, version=version)
                for key, name in _RUN_PROFILES.items()
            ),
            self._add(_CRATE_PROFILE, "CreativeWork", name="Workflow RO-Crate", version="1.0"),
        ]
        crate.metadata["conformsTo"] = [
            {"@id": "https://w3id.org/ro/crate/1.1"},
            {"@id": _CRATE_PROFILE},
        ]
        self._file(self._results / RUN_FILE, RUN_FILE, "application/json", name="What the run was, as wt says it")

    def _workflow(self) -> File:
        run, crate = self._run, self._crate
        module = "run.py" if run.execution_mode == "concurrent" else "run_sequential.py"
        python = self._add(_PYTHON, "ComputerLanguage", name="Python", version=run.environment.python or "3")
        python["url"] = {"@id": "https://www.python.org/"}
        version = {"version": run.workflow.version} if run.workflow.version else {}
        workflow = self._file(
            self._workspace / run.workflow.package / module,
            f"workflow/{run.workflow.package}/{module}",
            "text/x-python",
            **{"@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]},
            name=run.workflow.name,
            conformsTo={"@id": _WORKFLOW_PROFILE},
            programmingLanguage=python,
            **version,
        )
        crate.root_dataset["mainEntity"] = workflow
        names = [*_BESIDE, *([run.environment.lock] if run.environment.lock else [])]
        for path in [self._workspace / name for name in names]:
            if path.is_file():
                self._file(path, f"workflow/{path.name}", None, name=path.name, about=workflow)
        schema = self._workspace / run.workflow.package / "params.json"
        self._file(schema, f"workflow/{run.workflow.package}/params.json", "application/schema+json", name=schema.name)
        return workflow

    def _action(self, workflow: File) -> ContextEntity:
        run = self._run
        action = self._add(
            _RUN,
            "CreateAction",
            name=f"Run {run.run_id}",
            description=f"What was done: {run.execution_mode} run, {run.status}",
            instrument=workflow,
            object=[],
            result=[],
            **self._times(),
            **_status(run.status is RunStatus.SUCCEEDED, run.error),
        )
        if self._author:
            action["agent"] = self._add("#author", "Person", name=self._author)
        return action

    def _times(self) -> dict[str, str]:
        sessions = self._run.sessions
        ended = next((each.ended for each in reversed(sessions) if each.ended), None)
        begun = {"startTime": sessions[0].started} if sessions else {}
        return begun | ({"endTime": ended} if ended else {})

    def _parameters(self, workflow: File, action: ContextEntity) -> None:
        for step, values in self._run.params.items():
            for name, value in values.items() if isinstance(values, dict) else [("", values)]:
                label = f"{step}.{name}" if name else step
                kind = _TYPES.get(type(value), "PropertyValue")
                formal = self._formal(label, kind)
                given = self._add(f"#value/{quote(label)}", "PropertyValue", name=label, exampleOfWork=formal)
                given["value"] = value if type(value) in _TYPES else _json(value)
                formal["workExample"] = given
                workflow.append_to("input", formal)
                action.append_to("object", given)

    def _inputs(self, workflow: File, action: ContextEntity) -> None:
        for number, file in enumerate(self._run.inputs, 1):
            path = Path(file.path)
            if not path.is_file():
                continue
            formal = self._formal(f"input file {number}", "File", identifier=f"#param/input-file-{number}")
            entity = self._file(path, f"inputs/{number}-{path.name}", None, **_facts(file), exampleOfWork=formal)
            formal["workExample"] = entity
            workflow.append_to("input", formal)
            action.append_to("object", entity)

    def _outputs(self, workflow: File, action: ContextEntity) -> None:
        for file in self._run.outputs:
            path = self._results / file.path
            if not path.is_file():
                continue
            formal = self._formal(file.path, "File", identifier=f"#output/{quote(file.path)}")
            entity = self._file(path, f"results/{file.path}", None, **_facts(file), exampleOfWork=formal)
            formal["workExample"] = entity
            workflow.append_to("output", formal)
            action.append_to("result", entity)

    def _steps(self, workflow: File, action: ContextEntity) -> None:
        control = list(self._control(workflow))
        name = "wt-engine" if self._run.execution_mode == "concurrent" else "wt-task"
        version = self._run.environment.packages.get(name) or "unknown"
        engine = self._add("#engine", "SoftwareApplication", name=name, softwareVersion=version)
        organized = self._add(
            "#engine-run",
            "OrganizeAction",
            name=f"wt runs {self._run.workflow.name}",
            instrument=engine,
            **self._times(),
        )
        organized["object"] = control
        organized["result"] = action

    def _control(self, workflow: File) -> Iterator[ContextEntity]:
        for position, step in enumerate(self._run.steps):
            if step.status is StepStatus.NOT_RUN:
                continue  # the profile wants an action of every tool
            tool = self._tool(workflow, step)
            how = self._add(f"#step/{step.id}", "HowToStep", name=step.id, position=str(position), workExample=tool)
            workflow.append_to("step", how)
            done = self._add(f"#action/{step.id}", "CreateAction", name=f"{step.id} ran", instrument=tool)
            if self._author:
                done["agent"] = self._crate.get("#author")
            self._crate.root_dataset.append_to("mentions", done)
            for name, value in _step_facts(step).items():
                done[name] = value
            yield self._add(
                f"#control/{step.id}", "ControlAction", name=f"wt runs {step.id}", instrument=how, object=done
            )

    def _tool(self, workflow: File, step: RunStep) -> ContextEntity:
        task = step.task or step.id
        identifier = f"#task/{quote(task)}"
        known = self._crate.get(identifier)
        if known is not None:
            return known
        tool = self._add(identifier, "SoftwareApplication", name=task)
        version = self._run.environment.packages.get(step.library or "")
        if version:
            tool["softwareVersion"] = version
        workflow.append_to("hasPart", tool)
        return tool

    def _formal(self, label: str, kind: str, identifier: str | None = None) -> ContextEntity:
        return self._crate.add_formal_parameter(label, kind, identifier=identifier or f"#param/{quote(label)}")

    def _file(self, source: Path, place: str, encoding: str | None, **facts: Any) -> File:
        from mimetypes import guess_type

        guessed = encoding or guess_type(source.name)[0] or "application/octet-stream"
        return self._crate.add_file(source, place, properties={"encodingFormat": guessed, **facts})

    def _add(self, identifier: str, kind: str, **facts: Any) -> ContextEntity:
        entity = self._crate.add(ContextEntity(self._crate, identifier, properties={"@type": kind}))
        for name, value in facts.items():
            entity[name] = value
        return entity


def _simplify(properties: dict[str, Any]) -> None:
    """Write a list of one value as the value, and one of none not at all, as RO-Crate 1.2 asks for."""
    for name, value in list(properties.items()):
        if isinstance(value, list) and len(value) == 1:
            properties[name] = value[0]
        elif value == []:
            del properties[name]


def _facts(file: RunFile) -> dict[str, Any]:
    size = {} if file.size is None else {"contentSize": str(file.size)}
    return {"name": file.path, **size, **({"sha256": file.sha256} if file.sha256 else {})}


def _step_facts(step: RunStep) -> dict[str, Any]:
    from datetime import datetime, timedelta

    facts: dict[str, Any] = _status(step.status in (StepStatus.OK, StepStatus.SKIPPED), step.error)
    calls = f", {step.calls} calls" if step.calls is not None else ""
    facts["description"] = f"{step.status}{calls}" + (f": {step.reason}" if step.reason else "")
    if step.started is not None:
        facts["startTime"] = step.started
        if step.duration is not None:
            end = datetime.fromisoformat(step.started) + timedelta(seconds=step.duration)
            facts["endTime"] = end.isoformat(timespec="milliseconds")
    return facts


def _status(completed: bool, error: str | None) -> dict[str, Any]:
    if completed:
        return {"actionStatus": _COMPLETED}
    return {"actionStatus": _FAILED, **({"error": error} if error else {})}


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
