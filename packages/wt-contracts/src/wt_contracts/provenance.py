"""What a run was: `run.json`, which stands beside `result.json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wt_contracts.versions import check_major

PROVENANCE_VERSION = "1.1"


class RunStatus(StrEnum):
    """How a run stands; `DIED` is one whose process was killed, or ended without a word."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    INTERRUPTED = "interrupted"
    DIED = "died"


class StepStatus(StrEnum):
    """How a step stands; `NOT_RUN` is one that the run did not come to."""

    RUNNING = "running"
    OK = "ok"
    CACHED = "cached"
    SKIPPED = "skipped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_RUN = "not-run"


@dataclass(frozen=True, kw_only=True)
class RunSession:
    """One process of a run; a run that was resumed has more than one.

    Attributes:
        started: When it began, in UTC (ISO 8601), as all times here.
        ended: When it ended; None if its process could not say so.
        status: How it ended.
        error: What went wrong.
    """

    started: str
    ended: str | None = None
    status: RunStatus = RunStatus.RUNNING
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunWorkflow:
    """Which workflow ran.

    Attributes:
        name: Its name.
        package: The compiled package.
        version: Its version, from `VERSION.yaml`.
        structure: The hash of what makes workflows interchangeable, from there.
        inputs: The hash of everything that was compiled, from there.
        directory: Where the workspace was.
        commit: The git commit that was checked out there.
        dirty: Whether files of that checkout differed from the commit.
    """

    name: str
    package: str
    version: str | None = None
    structure: str | None = None
    inputs: str | None = None
    directory: str | None = None
    commit: str | None = None
    dirty: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RunEnvironment:
    """What the workflow ran in.

    Attributes:
        lock: The name of the lock file in the workspace.
        lock_sha256: Its SHA-256.
        python: The version of Python.
        packages: The version of each installed Python distribution.
    """

    lock: str | None = None
    lock_sha256: str | None = None
    python: str | None = None
    packages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunHost:
    """The machine.

    Attributes:
        name: Its name in the network.
        system: The operating system.
        release: The version of its kernel.
        machine: The kind of processor.
        cpus: How many processors the run could use.
    """

    name: str
    system: str
    release: str
    machine: str
    cpus: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """A file that a run was given or left behind.

    Attributes:
        path: The path that was given; of an output, its place in the results.
        size: How many bytes it has.
        sha256: The SHA-256 of its content; None if it could not be read.
    """

    path: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunStep:
    """What became of a task instance.

    Attributes:
        id: The task instance.
        status: How it stands.
        task: The task's dotted path.
        library: The distribution that holds the task; its version is among the packages.
        method: How it was called: `call`, `map` or `mapvalues`.
        calls: How many calls it made, if it is mapped.
        started: When it began.
        duration: How many seconds it took.
        error: Why it failed.
        reason: Why it was skipped, or why it did not have to run.
        cached: How many of its calls were taken from the cache.
    """

    id: str
    status: StepStatus = StepStatus.NOT_RUN
    task: str | None = None
    library: str | None = None
    method: str | None = None
    calls: int | None = None
    started: str | None = None
    duration: float | None = None
    error: str | None = None
    reason: str | None = None
    cached: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunCheckpoint:
    """A checkpoint that a run has kept.

    Attributes:
        name: What it is called.
        step: The task instance that it stands behind.
        time: When the run came to it.
    """

    name: str
    step: str
    time: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunOrigin:
    """Where a run has begun, if that is a checkpoint of another one.

    Attributes:
        run_id: The other run.
        checkpoint: What the checkpoint is called.
        results: The results directory of that run.
    """

    run_id: str
    checkpoint: str
    results: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunProvenance:
    """The content of `run.json`. Secrets are masked in every text.

    Attributes:
        version: The version of this document; another major version is refused.
        run_id: Which run.
        status: How it stands, and with it its last session.
        error: What went wrong.
        workflow: What ran.
        environment: What it ran in.
        host: Where it ran, at last.
        execution_mode: `concurrent` or `sequential`.
        mock_io: Whether tasks that read or write returned recorded examples.
        params: The parameters.
        inputs: The files that parameters name.
        outputs: The files that the run left in its results, `result.json` among them.
        steps: Its task instances, in the order of the spec.
        sessions: Its processes, in order.
        checkpoints: What it has kept under a name on its way (since 1.1).
        origin: Where it has begun, if not at the beginning (since 1.1).
    """

    version: str = PROVENANCE_VERSION
    run_id: str
    status: RunStatus
    error: str | None = None
    workflow: RunWorkflow
    environment: RunEnvironment = field(default_factory=RunEnvironment)
    host: RunHost | None = None
    execution_mode: str | None = None
    mock_io: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    inputs: list[RunFile] = field(default_factory=list)
    outputs: list[RunFile] = field(default_factory=list)
    steps: list[RunStep] = field(default_factory=list)
    sessions: list[RunSession] = field(default_factory=list)
    checkpoints: list[RunCheckpoint] = field(default_factory=list)
    origin: RunOrigin | None = None

    def __post_init__(self) -> None:
        check_major("run.json", self.version, 1, "wt-contracts")
