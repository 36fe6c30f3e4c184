"""The invoker that runs a workflow on this machine, and the handle of such a run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from wt_contracts.cli import LIFELINE, ExitCode, WorkflowChoices, WorkflowCLIArgs, WorkflowCLIEnv
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.events import EventKind, WorkflowEvent
from wt_contracts.provenance import RunStatus
from wt_contracts.result import INTERRUPTED, WorkflowResult

from wt_invokers.events import EventStream, Observer
from wt_invokers.process import ProcessGroup, Sink
from wt_invokers.recorded import note_workspace
from wt_invokers.results import Results
from wt_invokers.run_id import new_run_id
from wt_invokers.steps import Steps
from wt_invokers.unfinished import completed
from wt_invokers.workspace import Workspace

GRACE_SECONDS = 5.0
"""How long a workflow that is asked to end has to write its result."""


@dataclass(frozen=True)
class Watcher:
    """Who sees what a run says while it goes on; each is called in a thread of its own.

    Attributes:
        stdout: Gets the workflow's output as it comes.
        stderr: Gets its error output as it comes.
        on_event: Gets its events.
    """

    stdout: Sink | None = None
    stderr: Sink | None = None
    on_event: Observer | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        run_id: Which run.
        exit_code: 0 if it succeeded, 1 if it failed, was ended or died, 2 if it did not start.
        results: Where the results are.
        result: What `result.json` says.
        diagnostics: What the invoker found out beside that: the run was ended, or it died.
        steps: What became of each step.
    """

    run_id: str
    exit_code: int
    results: Results
    result: WorkflowResult
    diagnostics: tuple[Diagnostic, ...] = ()
    steps: Steps = field(default_factory=Steps)


_NOBODY = Watcher()
_USUAL = WorkflowChoices()


@dataclass(frozen=True)
class LocalInvoker:
    """Runs a compiled workspace in a process of its own.

    Attributes:
        workspace: What to run.
        python: The interpreter of the workspace's environment.
        grace: How many seconds a run that is ended has to write its result.
    """

    workspace: Workspace
    python: Path
    grace: float = GRACE_SECONDS

    def run(
        self,
        params: Mapping[str, Any],
        *,
        results: str | Path,
        run_id: str | None = None,
        choices: WorkflowChoices = _USUAL,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        watcher: Watcher = _NOBODY,
        stdin: int = subprocess.DEVNULL,
    ) -> RunHandle:
        """Start a run.

        Args:
            params: The parameters, one key a task instance. The workflow checks them before it starts.
            results: The results directory, a path or URL. What an older run said in it is removed.
            run_id: Names the run; a new name by default.
            choices: How it is to run.
            env: Variables beside those of this process.
            cwd: The working directory; by default that of this process.
            watcher: Who sees its output and events.
            stdin: The descriptor that a task, or a debugger, reads from; by default there is nothing to read.

        Returns:
            The handle of the run. Use it as a context manager, or wait for it: both remove what the run needs.

        Raises:
            DiagnosticError: If the results directory cannot be used or the interpreter cannot be started.
        """
        place = Results(results)
        place.clear(goes_on=choices.resume is not None)
        if choices.record and place.path is not None:
            note_workspace(place.path, self.workspace.directory)
        handle = RunHandle(self, place, run_id or new_run_id(), watcher)
        try:
            handle.start(dict(params), choices, env or {}, cwd, stdin)
        except BaseException:
            handle.discard()
            raise
        return handle

    def environ(self, results: Results, env: Mapping[str, str], control: WorkflowCLIEnv) -> dict[str, str]:
        """The environment of a run: that of this process, the caller's variables, and those of the contract."""
        inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}
        own = {
            "PYTHONPATH": str(self.workspace.directory),
            "PYTHONUNBUFFERED": "1",  # what a task prints is seen when it prints it, and kept if it is killed
            self.workspace.results_env_var: results.url,
        }
        return {**inherited, **env, **own, **control.to_environ()}


class RunHandle:
    """A run that was started.

    Attributes:
        run_id: Which run.
        results: Where its results go.
        steps: What is known of its steps so far.
    """

    def __init__(self, invoker: LocalInvoker, results: Results, run_id: str, watcher: Watcher) -> None:
        self.run_id = run_id
        self.results = results
        self.steps = Steps()
        self._invoker = invoker
        self._watcher = watcher
        self._outcome: Outcome | None = None
        self._refusal: str | None = None
        self._group: ProcessGroup | None = None
        # Only the user can look inside; the parameters in it are gone as soon as the workflow has read them
        self._directory = tempfile.TemporaryDirectory(prefix="wt-run-")
        self._params_file = Path(self._directory.name) / "params.json"
        observers = [
            self._forget_params,
            self._note_end,
            self.steps.observe,
            *([watcher.on_event] if watcher.on_event else []),
        ]
        self._events = EventStream(Path(self._directory.name) / "events", *observers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    @property
    def pid(self) -> int:
        """The id of the workflow's process and of its process group."""
        return self._started.pid

    def start(
        self,
        params: dict[str, Any],
        choices: WorkflowChoices,
        env: Mapping[str, str],
        cwd: Path | None,
        stdin: int,
    ) -> None:
        """Start the process; `LocalInvoker.run` does.

        Raises:
            DiagnosticError: If the interpreter cannot be started.
        """
        if choices.resume is None:
            self._write_params(params)
        file = str(self._params_file) if choices.resume is None else None
        args = WorkflowCLIArgs(config_file=file, **asdict(choices))
        argv = args.to_argv(str(self._invoker.python), self._invoker.workspace.package)
        argv.insert(1, "-P")  # no module of the working directory shadows one of the environment
        control = WorkflowCLIEnv(run_id=self.run_id, events_file=str(self._events.path))
        environ = self._invoker.environ(self.results, env, control)
        try:
            self._group = ProcessGroup(
                argv,
                env=environ,
                cwd=cwd,
                stdout=self._watcher.stdout,
                stderr=self._watcher.stderr,
                lifeline=LIFELINE,
                stdin=stdin,
            )
        except OSError as error:
            message = f"{self._invoker.python} cannot be started: {error.strerror}"
            raise DiagnosticError(Diagnostic(code=Code.RUN_DIED, message=message), exit_code=1) from error

    def wait(self, timeout: float | None = None) -> Outcome:
        """Wait for the end of the run.

        Args:
            timeout: A run that takes longer than so many seconds is ended, with all the processes it started.

        Returns:
            How it ended.
        """
        if self._outcome is not None:
            return self._outcome
        if self._started.wait(timeout):
            return self._conclude(None)
        message = f"the run took longer than {timeout:g} s and was ended"
        return self._end(Code.RUN_TIMED_OUT, message)

    def cancel(self) -> Outcome:
        """End the run if it has not ended, with all the processes it started.

        Returns:
            How it ended.
        """
        if self._outcome is not None:
            return self._outcome
        return self._end(Code.RUN_INTERRUPTED, INTERRUPTED)

    def discard(self) -> None:
        """Remove what a run that could not be started needed, and end what was started of it."""
        if self._group is not None:
            self._group.end(0)
        self._events.close()
        self._directory.cleanup()
        self.results.release()

    @property
    def _started(self) -> ProcessGroup:
        if self._group is None:
            raise RuntimeError("the run was not started")
        return self._group

    def _write_params(self, params: dict[str, Any]) -> None:
        descriptor = os.open(self._params_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(params, file)

    def _forget_params(self, _event: WorkflowEvent) -> None:
        self._params_file.unlink(missing_ok=True)

    def _note_end(self, event: WorkflowEvent) -> None:
        if event.kind is EventKind.FINISH:
            self._refusal = event.error

    def _end(self, code: Code, message: str) -> Outcome:
        self._started.end(self._invoker.grace)
        return self._conclude(Diagnostic(code=code, message=message))

    def _conclude(self, ended: Diagnostic | None) -> Outcome:
        """Collect what the run left behind, and write its result if it could not."""
        try:
            self._events.close()
        finally:
            self._directory.cleanup()
        returncode = self._started.returncode
        if returncode == ExitCode.USAGE and self._refusal is not None and ended is None:
            # A run that could not go on has left the result that it had
            written: WorkflowResult | None = WorkflowResult(result=None, error=self._refusal, trace=None)
        else:
            written = self.results.read()
        if written is not None and self._is_own_end(returncode, written, ended):
            interrupted = returncode == ExitCode.INTERRUPTED
            exit_code = int(ExitCode.TASK_FAILED) if returncode is None or interrupted else returncode
            found = (
                (Diagnostic(code=Code.RUN_INTERRUPTED, message=written.error or INTERRUPTED),) if interrupted else ()
            )
            self._outcome = self._make_outcome(exit_code, written, found)
        else:
            self._outcome = self._replace_result(returncode, written, ended)
        self.results.release()
        return self._outcome

    @staticmethod
    def _is_own_end(returncode: int | None, written: WorkflowResult, ended: Diagnostic | None) -> bool:
        """Whether the workflow came to its end by itself, and its `result.json` says how."""
        if returncode == ExitCode.SUCCESS:
            return written.error is None
        return ended is None and returncode in tuple(ExitCode) and written.error is not None

    def _replace_result(
        self, returncode: int | None, written: WorkflowResult | None, ended: Diagnostic | None
    ) -> Outcome:
        step = self.steps.running
        during = f" while the step {step!r} was running" if step else ""
        if ended is not None:
            diagnostic = replace(ended, message=f"{ended.message}{during}")
        else:
            diagnostic = self._death(returncode, during)
        refused = ended is None and returncode == ExitCode.USAGE
        trace = (written.trace if written else None) or (None if ended else self._started.tail()) or None
        result = WorkflowResult(result=None, error=diagnostic.message, trace=trace)
        diagnostics = [diagnostic]
        status = RunStatus.REFUSED if refused else RunStatus.DIED if ended is None else RunStatus.INTERRUPTED
        workspace, written_run = self._invoker.workspace, self.results.read_provenance()
        provenance = completed(written_run, workspace, self.run_id, status, diagnostic.message, self.steps)
        try:
            self.results.write(result, provenance)
        except DiagnosticError as error:
            said = ended is None and f"error[{Code.RESULTS_NOT_WRITABLE}]" in self._started.tail()
            diagnostics = [] if said else [*diagnostics, *error.diagnostics]  # the workflow may have met it first
        exit_code = ExitCode.USAGE if refused else ExitCode.TASK_FAILED
        return self._make_outcome(int(exit_code), result, tuple(diagnostics))

    def _death(self, returncode: int | None, during: str) -> Diagnostic:
        hint = None
        if returncode is not None and returncode < 0:
            name = _signal_name(-returncode)
            message = f"the workflow's process was ended by {name}{during}"
            if name == "SIGKILL":
                hint = "the system does that to a process that takes too much memory"
        else:
            message = f"the workflow's process ended with exit code {returncode}{during} and left no result"
        tail = self._started.tail()
        if tail:
            message += f"; the last it wrote: {tail.splitlines()[-1].strip()}"
        return Diagnostic(code=Code.RUN_DIED, message=message, hint=hint)

    def _make_outcome(
        self, exit_code: int, result: WorkflowResult, diagnostics: tuple[Diagnostic, ...] = ()
    ) -> Outcome:
        return Outcome(self.run_id, exit_code, self.results, result, diagnostics, self.steps)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
