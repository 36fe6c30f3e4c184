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

from wt_task.call_cache import CallCache, opened
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
        calls = opened(settings.text)
        stack.callback(calls.close)
        yield _Counting(calls, observe).tell


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
    """Asks the cache what it was asked, whenever a step has ended; the log, what other processes have told it."""

    def __init__(self, calls: CallCache, observe: Callable[[StepEvent], object]) -> None:
        self._calls = calls
        self._observe = observe
        self._read = calls.news().size
        self._hits: Counter[str] = Counter()
        self._known: set[str] = set()

    def tell(self, event: StepEvent) -> None:
        """Tell of a step, and of its calls that were taken from the cache."""
        if event.kind == "STEP_END":
            self._count()
            if event.step in self._known:
                event = event._replace(cached=self._hits[event.step])
        self._observe(event)

    def _count(self) -> None:
        news = self._calls.news()
        told = news.told
        if news.size - self._read == news.written:  # by nobody else
            self._read = news.size
        else:
            content = self._calls.read_log(self._read, news.size)
            whole = content[: content.rfind(b"\n") + 1]
            self._read += len(whole)
            told = Counter((call.step, call.outcome) for call in read_log(whole))
        for (step, outcome), times in told.items():
            self._known.add(step)
            self._hits[step] += times if outcome == "hit" else 0
