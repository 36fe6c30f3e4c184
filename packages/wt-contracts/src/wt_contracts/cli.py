"""How a compiled workflow is started: its arguments, its environment, its exit codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

RESULT_FILE = "result.json"
LIFELINE = "WT_LIFELINE"
"""Names the descriptor of a pipe whose other end whoever started a workflow holds: its end is the workflow's end."""


class ExitCode(IntEnum):
    """What the exit code of a compiled workflow says.

    `INTERRUPTED` is a run that a signal ended, whichever it was: whoever started the workflow goes by this code, not by
    the words in `result.json`.
    """

    SUCCESS = 0
    TASK_FAILED = 1
    USAGE = 2
    SUSPENDED = 3
    INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class WorkflowChoices:
    """How a compiled workflow is to run.

    Attributes:
        execution_mode: Whether independent steps run side by side, or one step after the other.
        mock_io: Whether tasks that read or write return recorded examples.
        otel_exporter: Where traces go, if anywhere.
        record: Whether a concurrent run is recorded in its results directory, so that it can be resumed.
        cache: Whether steps that say so are taken from the cache of calls.
        cpus: How many processors steps share that ask for some; by default those that there are.
        gpus: The same for graphics cards.
        resume: The recorded run to go on with, by the beginning of its id; its parameters are those that it had.
        from_checkpoint: The checkpoint of another run to begin at, by its name.
        from_run: That run, by the beginning of its id.
        from_results: The results directory of that run.
        approve: Whether the step that the run waits for is approved, with nothing but defaults filled in.
        reject: Whether it is rejected.
        data: What is filled in when it is approved: a file, or a JSON document.
    """

    execution_mode: Literal["sequential", "concurrent"] = "concurrent"
    mock_io: bool = False
    otel_exporter: Literal["console", "gcp"] | None = None
    record: bool = True
    cache: bool = True
    cpus: float | None = None
    gpus: float | None = None
    resume: str | None = None
    from_checkpoint: str | None = None
    from_run: str | None = None
    from_results: str | None = None
    approve: bool = False
    reject: bool = False
    data: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkflowCLIArgs(WorkflowChoices):
    """The arguments of `python -m <package>.cli run`.

    Parameters travel in a file, never on the command line, where every user of the machine could read them.
    """

    config_file: str | None = None

    def to_argv(self, python: str, package: str) -> list[str]:
        """The command line that starts `package` with the interpreter `python`."""
        argv = [python, "-m", f"{package}.cli", "run"]
        if self.config_file is not None:
            argv += ["--config-file", self.config_file]
        argv += ["--execution-mode", self.execution_mode]
        if self.mock_io:
            argv.append("--mock-io")
        if not self.record:
            argv.append("--no-record")
        if not self.cache:
            argv.append("--no-cache")
        if self.resume is not None:
            argv += ["--resume", self.resume]
        for name in ("from_checkpoint", "from_run", "from_results"):
            value = getattr(self, name)
            argv += [] if value is None else [f"--{name.replace('_', '-')}", value]
        for name, amount in (("cpus", self.cpus), ("gpus", self.gpus)):
            argv += [] if amount is None else [f"--{name}", f"{amount:g}"]
        argv += [f"--{name}" for name in ("approve", "reject") if getattr(self, name)]
        if self.data is not None:
            argv += ["--data", self.data]
        if self.otel_exporter:
            argv += ["--otel-exporter", self.otel_exporter]
        return argv


@dataclass(frozen=True, kw_only=True)
class WorkflowCLIEnv:
    """The environment variables of a compiled workflow, beside the one that names the results directory.

    Attributes:
        run_id: Names the run in events and traces.
        events_file: A file or FIFO that gets one JSON line an event.
        traceparent: The W3C trace context that the run's spans continue.
        tracestate: The vendor part of that context.
    """

    run_id: str | None = None
    events_file: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None

    def to_environ(self) -> dict[str, str]:
        """The variables that are set, by name."""
        variables = {
            "WT_RUN_ID": self.run_id,
            "WT_EVENTS_FILE": self.events_file,
            "TRACEPARENT": self.traceparent,
            "TRACESTATE": self.tracestate,
        }
        return {name: value for name, value in variables.items() if value is not None}

    @classmethod
    def from_environ(cls, environ: dict[str, str]) -> WorkflowCLIEnv:
        """Read them back, inside the compiled workflow."""
        return cls(
            run_id=environ.get("WT_RUN_ID"),
            events_file=environ.get("WT_EVENTS_FILE"),
            traceparent=environ.get("TRACEPARENT"),
            tracestate=environ.get("TRACESTATE"),
        )
