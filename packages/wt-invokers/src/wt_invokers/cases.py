"""The test cases of a workspace: found, run side by side, and compared with what they expect."""

from __future__ import annotations

import fnmatch
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from wt_contracts.cli import ExitCode, WorkflowChoices
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss
from wt_contracts.result import WorkflowResult
from wt_contracts.workflow_case import CASES_FILE, WorkflowCase, WorkflowCases, without_places

from wt_invokers.local import LocalInvoker, Outcome, Watcher
from wt_invokers.run_id import new_run_id
from wt_invokers.signals import terminate_as_interrupt
from wt_invokers.workspace import Workspace


@dataclass(frozen=True)
class CaseOutcome:
    """How the run of a case ended.

    Attributes:
        name: The case.
        failures: What differs from what it expects, a line each; empty if it passed.
        seconds: How long it took.
        result: What it left, without the places of this machine in it.
        skipped: The task instances that were skipped.
        output: What it wrote to its error output.
        contents: What was in the files that the case names; None for one that was not there.
    """

    name: str
    failures: list[str]
    seconds: float
    result: WorkflowResult
    skipped: Sequence[str] = ()
    output: str = ""
    contents: Mapping[str, bytes | None] = field(default_factory=dict)


def read_cases(workspace: Workspace) -> WorkflowCases:
    """The cases that a workspace carries; none if it has no file of them.

    Raises:
        DiagnosticError: If the file is not as the compiler writes it.
    """
    path = workspace.directory / "tests" / CASES_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=WorkflowCases)
    except FileNotFoundError:
        return WorkflowCases()
    except (OSError, msgspec.DecodeError, UnicodeError) as error:
        message = f"tests/{CASES_FILE} does not hold test cases: {str(error).splitlines()[-1].strip()}"
        raise workspace.damaged(message) from None


def chosen(document: WorkflowCases, names: Sequence[str], workspace: Workspace) -> dict[str, WorkflowCase]:
    """The cases with these names, or all, in the order of the file.

    Args:
        document: All cases.
        names: Names, or patterns of them as a shell has (`month-*`).
        workspace: What they are cases of.

    Raises:
        DiagnosticError: There is none at all, or none of that name (WT515).
    """
    if not document.cases:
        message = f"the workflow {workspace.id!r} has no test cases"
        raise DiagnosticError(
            Diagnostic(code=Code.CASE_UNKNOWN, message=message, hint="write test-cases.yaml beside the spec")
        )
    mistakes, found = [], set()
    for name in dict.fromkeys(names):
        matching = {name} if name in document.cases else set(fnmatch.filter(document.cases, name))
        found |= matching
        if not matching:
            near = near_miss(name, document.cases)
            hint = f"did you mean {near!r}?" if near else f"known are {', '.join(document.cases)}"
            mistakes.append(Diagnostic(code=Code.CASE_UNKNOWN, message=f"there is no test case {name!r}", hint=hint))
    if mistakes:
        raise DiagnosticError(mistakes)
    return {name: case for name, case in document.cases.items() if name in found or not names}


class CaseRunner:
    """Runs cases.

    Args:
        invoker: Runs the workspace.
        env_vars: The variables that the workflow needs: one that is not set is the URL of the results.
        progress: Is told how many have ended.
        timeout: How many seconds a run may take.
    """

    def __init__(
        self,
        invoker: LocalInvoker,
        env_vars: Sequence[str],
        progress: Callable[[str], None],
        timeout: float | None = None,
    ) -> None:
        self._invoker = invoker
        self._env_vars = env_vars
        self._progress = progress
        self._timeout = timeout
        self._running: set[int] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, cases: Mapping[str, WorkflowCase], jobs: int) -> list[CaseOutcome]:
        """Run cases side by side.

        Args:
            cases: The cases by name.
            jobs: How many run at once.

        Returns:
            How each ended, in the order of the cases.

        Raises:
            DiagnosticError: If a run cannot be started.
        """
        outcomes = []
        with tempfile.TemporaryDirectory(prefix="wt-test-") as place, ThreadPoolExecutor(jobs) as pool:
            homes = [Path(place, str(number)) for number in range(len(cases))]
            with terminate_as_interrupt():
                try:
                    for outcome in pool.map(self._run, cases.keys(), cases.values(), homes):
                        outcomes.append(outcome)
                        self._progress(f"[{len(outcomes)}/{len(cases)}] {outcome.name}")
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    self._stop()
                    raise
        self._progress("")
        return outcomes

    def _run(self, name: str, case: WorkflowCase, home: Path) -> CaseOutcome:
        begin = time.monotonic()
        output = bytearray()
        outcome = self._invoke(case, home, output)
        result = without_places(outcome.result, [home.as_uri(), str(home)])
        skipped = [step.id for step in outcome.steps if step.status == "skipped"]
        contents = {name: _content(home / name) for name in case.files}
        failures = case.failures(result, skipped, contents)
        seconds = time.monotonic() - begin
        text = output.decode(errors="replace")
        return CaseOutcome(name, failures, seconds, result, skipped, text, contents)

    def _invoke(self, case: WorkflowCase, home: Path, output: bytearray) -> Outcome:
        """Run a case to its end, with an answer to each approval that it waits for."""
        run_id = new_run_id()
        outcome = self._session(case.params, home, run_id, WorkflowChoices(mock_io=case.mock_io), output)
        while outcome.exit_code == ExitCode.SUSPENDED and (said := case.answer(outcome.steps.waiting)) is not None:
            choices = WorkflowChoices(mock_io=case.mock_io, resume=run_id, **said)
            outcome = self._session({}, home, run_id, choices, output)
        return outcome

    def _session(
        self, params: Mapping[str, Any], home: Path, run_id: str, choices: WorkflowChoices, output: bytearray
    ) -> Outcome:
        with self._invoker.run(
            params,
            results=home,
            run_id=run_id,
            choices=choices,
            env={name: home.as_uri() for name in self._env_vars if name not in os.environ},
            cwd=self._invoker.workspace.directory.parent,
            watcher=Watcher(stdout=lambda _: None, stderr=output.extend),
        ) as handle:
            with self._lock:
                self._running.add(handle.pid)
                stopped = self._stopped
            try:
                return handle.cancel() if stopped else handle.wait(self._timeout)
            finally:
                with self._lock:
                    self._running.discard(handle.pid)

    def _stop(self) -> None:
        """Ask every run to end; the threads that wait for them go on from there."""
        with self._lock:
            self._stopped = True
            for pid in self._running:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGTERM)


def _content(path: Path) -> bytes | None:
    """What is in a file; None if it is not there."""
    return path.read_bytes() if path.is_file() else None
