"""A library and a spec as a compiled package in a directory of their own, run in this interpreter's environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
from wt_compiler.emit import package
from wt_compiler.emit.workflow import Workflow
from wt_compiler.findings import Findings
from wt_compiler.forms import derive_forms
from wt_compiler.names import name_workflow
from wt_compiler.resolve import load_dag
from wt_compiler.version import Stamp
from wt_contracts.registry import RegistryOutput


class RunningWorkflow:
    """A workflow whose package was written, without a lock.

    Args:
        directory: Where everything goes.
        library: The name of the module of tasks.
        source: Its source.
        spec: The spec.
    """

    def __init__(self, directory: Path, library: str, source: str, spec: str) -> None:
        self.directory = directory
        self.library = directory / f"{library}.py"
        self.library.write_text(source)
        self.environ = os.environ | {
            "PYTHONPATH": str(directory),
            "WT_CACHE_DIR": str(directory / "cache"),
            "WT_RESULTS": str(directory / "results"),
            "WT_EVENTS_FILE": str(directory / "events.jsonl"),
            "NOTES": str(directory / "notes"),
        }
        command = [str(Path(sys.executable).parent / "wt-registry"), "--package", library, "--format", "json"]
        described = subprocess.run(command, cwd=directory, env=self.environ, capture_output=True)
        self.registry = msgspec.json.decode(described.stdout, type=RegistryOutput)
        self.package = self.compile(spec)

    def compile(self, spec: str) -> str:
        """Write the package of a spec, and give its name."""
        path = self.directory / "spec.yaml"
        path.write_text(spec)
        dag, _ = load_dag(path, self.registry)
        stamp = Stamp((0, 1, 0), "5" * 64, "1" * 64)
        workflow = Workflow(dag, name_workflow(dag.id), derive_forms(dag, Findings(spec, [])), stamp)
        for name, content in package.emit(workflow).items():
            target = self.directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(str(content))
        return workflow.names.package

    def start(self, *options: str, **variables: str) -> subprocess.Popen[str]:
        """Start its command; `--config-json {}` stands there unless a run is resumed."""
        given = [] if "--resume" in options or "--config-json" in options else ["--config-json", "{}"]
        command = [sys.executable, "-m", f"{self.package}.cli", "run", *given, *options]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            cwd=self.directory,
            env=self.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def run(self, *options: str, code: int = 0, **variables: str) -> str:
        """Run it to its end, which is one with this exit code; what it wrote to standard error."""
        with self.start(*options, **variables) as process:
            _, said = process.communicate(timeout=120)
        assert process.returncode == code, said
        return said

    def kill_after(self, lines: int, *options: str) -> None:
        """Start, and kill the process once so many notes were left."""
        with self.start(*options) as process:
            while len(self.notes) < lines and process.poll() is None:
                os.sched_yield()
            process.kill()
            process.communicate(timeout=60)

    @property
    def notes(self) -> list[str]:
        """The lines that the tasks have left in the file `$NOTES`."""
        path = self.directory / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def forget(self) -> None:
        """Remove the notes and the events of the runs so far."""
        for name in ("notes", "events.jsonl"):
            (self.directory / name).unlink(missing_ok=True)

    @property
    def outcome(self) -> dict[str, Any]:
        """What `result.json` says."""
        found: dict[str, Any] = json.loads((self.directory / "results/result.json").read_text())
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of the runs since the last `forget`."""
        return [json.loads(line) for line in (self.directory / "events.jsonl").read_text().splitlines()]
