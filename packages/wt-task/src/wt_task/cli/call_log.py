"""The cache of calls in a run: where it is, and how many calls of each step it has saved."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from wt_contracts.cache_place import cache_place
from wt_contracts.cached_call import CALLS_DIRECTORY, KEEP_VARIABLE, LOG_FILE, VARIABLE, CacheSettings, read_log
from wt_contracts.run_record import RECORD_DIRECTORY

from wt_task.cli.results import ResultsDirectory
from wt_task.cli.workflow import Workflow
from wt_task.stable_digest import digest

if TYPE_CHECKING:
    from wt_contracts.step_event import StepEvent

_OWN = frozenset({"wt-contracts", "wt-registry", "wt-task", "wt-engine"})
"""What a workspace has wheels of when wt itself runs from its sources; they count by their versions."""


@contextlib.contextmanager
def caching(
    workflow: Workflow, options: argparse.Namespace, results: ResultsDirectory, observe: Callable[[StepEvent], object]
) -> Iterator[Callable[[StepEvent], object]]:
    """Let the cached steps that run inside have their cache.

    A run that replaces tasks by examples has none. One that keeps all calls (`KEEP_VARIABLE`) has a place of its own.

    Args:
        workflow: Which workflow is run.
        options: The options of the command line.
        results: Where the log goes, beside the record.
        observe: Is told of the steps.

    Yields:
        What is to be told of the steps, and tells `observe`.
    """
    kept, place = os.environ.get(KEEP_VARIABLE), cache_place()
    if not options.cache or options.mock_io or (place is None and kept is None):
        yield observe
        return
    with contextlib.ExitStack() as stack:
        log = _log_in(results, stack, keep=options.resume is not None)
        if kept is not None:
            libraries, environment = _surroundings(workflow)
            settings = CacheSettings(kept, workflow.package, environment, log, workflow.secrets, libraries)
        else:
            directory = f"{place}/{CALLS_DIRECTORY}"
            settings = CacheSettings(directory, workflow.package, workflow.lock, log, workflow.secrets)
        os.environ[VARIABLE] = settings.text
        stack.callback(os.environ.pop, VARIABLE, None)
        counting = _Counting(log, observe)
        stack.callback(counting.close)
        yield counting.tell


def _surroundings(workflow: Workflow) -> tuple[tuple[str, ...], str]:
    """The modules of the libraries that somebody writes here, and a hash of all other packages of the environment."""
    from importlib.metadata import packages_distributions

    from wt_task.cli.installed import Installed, plain_name

    wheels = f"{os.path.dirname(workflow.directory)}/wheels"  # noqa: PTH120 - importing pathlib costs too much
    names = os.listdir(wheels) if os.path.isdir(wheels) else []  # noqa: PTH112, PTH208
    local = {plain_name(name.partition("-")[0]) for name in names} - _OWN
    modules = {
        module
        for module, owners in packages_distributions().items()
        if any(plain_name(owner) in local for owner in owners)
    }
    others = sorted(pair for pair in Installed().packages.items() if pair[0] not in local)
    return tuple(sorted(modules)), digest(others)


def _log_in(results: ResultsDirectory, stack: contextlib.ExitStack, *, keep: bool) -> str:
    if results.path is None:
        return f"{stack.enter_context(tempfile.TemporaryDirectory(prefix='wt-calls-'))}/{LOG_FILE}"
    directory = f"{results.path}/{RECORD_DIRECTORY}"
    os.makedirs(directory, mode=0o700, exist_ok=True)  # noqa: PTH103
    log = f"{directory}/{LOG_FILE}"
    if not keep:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(log)  # noqa: PTH108
    return log


class _Counting:
    """Reads the log, into which every process of the run writes, whenever a step has ended."""

    def __init__(self, log: str, observe: Callable[[StepEvent], object]) -> None:
        self._log = log
        self._file: int | None = None
        self._observe = observe
        self._read = os.path.getsize(log) if os.path.exists(log) else 0  # noqa: PTH110, PTH202
        self._hits: Counter[str] = Counter()
        self._known: set[str] = set()

    def tell(self, event: StepEvent) -> None:
        """Tell of a step, and of its calls that were taken from the cache."""
        if event.kind == "STEP_END":
            self._count()
            if event.step in self._known:
                event = event._replace(cached=self._hits[event.step])
        self._observe(event)

    def close(self) -> None:
        """Let go of the log."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _count(self) -> None:
        try:
            if self._file is None:
                self._file = os.open(self._log, os.O_RDONLY)
            content = os.pread(self._file, max(os.fstat(self._file).st_size - self._read, 0), self._read)
        except FileNotFoundError:
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        for call in read_log(whole):
            self._known.add(call.step)
            self._hits[call.step] += call.outcome == "hit"
