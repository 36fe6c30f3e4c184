"""`run.json`: what ran, from what, where, and what came of it (`wt_contracts.provenance`)."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any

from wt_contracts.run_record import RECORD_DIRECTORY, RUN_FILE

from wt_task.cli.checkout import Checkout
from wt_task.cli.installed import Installed
from wt_task.cli.parameter_files import named_files
from wt_task.cli.result_files import ResultFiles, digest
from wt_task.cli.results import ResultsDirectory, ResultsError
from wt_task.cli.step_history import StepHistory
from wt_task.cli.workflow import Workflow

if TYPE_CHECKING:
    from wt_contracts.masking import Mask
    from wt_contracts.run_record import RunRecord
    from wt_contracts.step_event import StepEvent

VERSION = "1.1"
_STAMP = re.compile(r"^(version|structure|inputs):\s*[\"']?([0-9a-f.]+)", re.M)
_LOCKS = ("uv.lock", "pixi.lock")
_SOON, _LATE = 0.05, 2.0
"""Seconds that the start, and the end, of a run wait for git."""


class Provenance:
    """Gathers what `run.json` says and writes it: when the run starts, and when it has ended.

    Args:
        workflow: Which workflow it is.
        options: The options of the command line.
        results: Where to write it.
        mask: Replaces what nobody may read.
    """

    def __init__(self, workflow: Workflow, options: argparse.Namespace, results: ResultsDirectory, mask: Mask) -> None:
        self._workflow = workflow
        self._options = options
        self._results = results
        self._mask = mask
        self._session: dict[str, Any] = {"started": _time(time.time()), "status": "running"}
        self._files = ResultFiles(results)
        self._history = StepHistory()
        self._facts: dict[str, Any] = {}
        self._checkpoints: list[dict[str, Any]] = []
        self._recorded = False
        self._tasks: dict[str, dict[str, Any]] = {}
        self._checkout: Checkout | None = None
        self._before = self._earlier(getattr(options, "resume", None))

    def begin(self, params: dict[str, Any], record: RunRecord | None) -> None:
        """Write what is known when the tasks are about to start."""
        inputs = [digest(path, path) for path in named_files(params, self._workflow.read_json("params.json"))]
        self._gather(record.run_id if record is not None else None)
        self._recorded = record is not None
        self._facts |= {"params": self._mask.value(params), "inputs": inputs}
        if record is not None and record.origin is not None:
            results = record.origin.directory.removesuffix(f"/{RECORD_DIRECTORY}")
            origin = {"run_id": record.origin.run_id, "checkpoint": record.origin.checkpoint, "results": results}
            self._facts["origin"] = origin
        try:
            self._write([])
        except ResultsError:
            return  # whoever writes the result meets it, and says so

    def observe(self, event: StepEvent) -> None:
        """Take what a step says."""
        self._history.observe(event)
        if event.kind == "STEP_CHECKPOINT" and self._recorded:
            self._checkpoints.append({"name": event.checkpoint, "step": event.step, "time": _time(event.time)})

    def end(self, status: str, error: str | None) -> None:
        """Write how the run ended; `result.json` stands beside it already.

        Raises:
            ResultsError: It cannot be written.
        """
        if not self._facts:
            self._gather(None)
        self._session |= {"ended": _time(time.time()), "status": status, "error": self._masked(error)}
        self._facts["workflow"] |= self._checkout.answer(_LATE) if self._checkout else {}
        self._write(self._files.changed({each["path"] for each in self._before.get("outputs", ())}))
        if self._checkout:
            self._checkout.close()

    def _gather(self, run_id: str | None) -> None:
        workflow = self._workflow
        home = os.path.dirname(workflow.directory)  # noqa: PTH120 - importing pathlib costs more than a run may take
        self._checkout = Checkout(home)
        lock = next((digest(name, f"{home}/{name}") for name in _LOCKS if os.path.exists(f"{home}/{name}")), {})  # noqa: PTH110
        installed = Installed()
        self._facts = {
            "run_id": run_id or os.environ.get("WT_RUN_ID") or os.urandom(8).hex(),
            "workflow": {
                "name": workflow.release,
                "package": workflow.package,
                **_stamp(f"{home}/VERSION.yaml"),
                "directory": home,
                **self._checkout.answer(_SOON),
            },
            "environment": {
                "lock": lock.get("path"),
                "lock_sha256": lock.get("sha256"),
                "python": sys.version.partition(" ")[0],
                "packages": installed.packages,
            },
            "host": _host(),
            "execution_mode": getattr(self._options, "execution_mode", None),
            "mock_io": getattr(self._options, "mock_io", False),
        }
        self._tasks = {name: {"task": task, "library": installed.library_of(task)} for name, task in _tasks(workflow)}

    def _write(self, outputs: list[dict[str, Any]]) -> None:
        status, error = self._session["status"], self._session.get("error")
        document: dict[str, Any] = {
            "version": VERSION,
            "run_id": self._facts["run_id"],
            "status": status,
            "error": error,
            **{name: self._before[name] for name in ("params", "inputs", "origin") if name in self._before},
            **self._facts,
            "outputs": outputs,
            "steps": self._steps(status),
            "checkpoints": [*self._before.get("checkpoints", ()), *self._checkpoints],
            "sessions": [*self._before.get("sessions", ()), self._session],
        }
        self._results.write(RUN_FILE, _written(document).encode(errors="backslashreplace"))

    def _steps(self, status: str) -> list[dict[str, Any]]:
        known = {step["id"]: step for step in self._before.get("steps", ())}
        steps = []
        for step in self._history.steps(list(self._tasks), known):
            step = {"id": step["id"], **self._tasks.get(step["id"], {}), **step}
            if isinstance(step.get("started"), float):
                step["started"] = _time(step["started"])
            if step["status"] == "running" and status != "running":
                step["status"] = "interrupted"
            if "error" in step:
                step["error"] = self._masked(step["error"])
            steps.append(step)
        return steps

    def _masked(self, text: str | None) -> str | None:
        return None if text is None else self._mask.text(text)

    def _earlier(self, resumed: str | None) -> dict[str, Any]:
        """What `run.json` says of the earlier sessions of a run that goes on."""
        if resumed is None or self._results.path is None:
            return {}
        try:
            with open(f"{self._results.path}/{RUN_FILE}", encoding="utf-8") as file:  # noqa: PTH123
                found: dict[str, Any] = json.load(file)
            if not found["run_id"].startswith(resumed):
                return {}
            sessions = [{**each, "status": _over(each["status"])} for each in found["sessions"]]
            steps = [{**each, "status": _over(each["status"])} for each in found["steps"]]
            return {**found, "sessions": sessions, "steps": steps}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return {}  # it is not what a run has written; what goes on is told by the record


def _written(document: dict[str, Any]) -> str:
    """As JSON, a field or an item of a list a line; to indent all of it takes longer than many a run."""
    encode = json.JSONEncoder(ensure_ascii=False).encode  # `dumps` would make one for each item
    lines = []
    for name, value in document.items():
        if isinstance(value, list) and value:
            items = ",\n    ".join(map(encode, value))
            lines.append(f'  "{name}": [\n    {items}\n  ]')
        else:
            lines.append(f'  "{name}": {encode(value)}')
    text = ",\n".join(lines)
    return f"{{\n{text}\n}}\n"


def _over(status: str) -> str:
    """The status of what an earlier process left running."""
    return "interrupted" if status == "running" else status


def _tasks(workflow: Workflow) -> list[tuple[str, str]]:
    """The dotted path of each instance's task, in the order of the spec."""
    import importlib

    found: dict[str, str] = getattr(importlib.import_module(f"{workflow.package}.metadata"), "TASKS", {})
    return list(found.items())


def _stamp(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return dict(_STAMP.findall(file.read()))
    except (OSError, ValueError):
        return {}


def _host() -> dict[str, Any]:
    import platform

    name = platform.uname()
    affinity = getattr(os, "sched_getaffinity", None)
    cpus = len(affinity(0)) if affinity else os.cpu_count()
    host = {"name": name.node, "system": name.system, "release": name.release, "machine": name.machine}
    return {**host, "cpus": cpus}


def _time(seconds: float) -> str:
    """A moment in UTC, to the millisecond."""
    whole, part = divmod(round(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{part:03}+00:00"
