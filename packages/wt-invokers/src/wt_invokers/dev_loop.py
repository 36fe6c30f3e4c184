"""One round of `wt dev`: a spec compiled and run, with all that has not changed kept from the rounds before."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path

from wt_contracts.cached_call import KEEP_VARIABLE
from wt_contracts.codes import Code
from wt_contracts.console import Console
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.cache import cache_root

from wt_invokers.local import LocalInvoker
from wt_invokers.pages import find_page
from wt_invokers.params import Params
from wt_invokers.run_id import new_run_id
from wt_invokers.session import collect, execute, report
from wt_invokers.target import find_workspace, realise

WATCHERS = "wt.watchers"
"""The entry-point group of what watches a spec: `(spec, other files) -> iterator of the files that have changed`."""

_FORGOTTEN = 14 * 86_400.0
"""Seconds without use after which what a round kept is removed."""


def find_watcher() -> Callable[[Path, Iterable[Path]], Iterator[list[Path]]]:
    """What watches a spec.

    Raises:
        DiagnosticError: No compiler is installed, which it comes with.
    """
    found = next((point for point in entry_points(group=WATCHERS) if point.name == "spec"), None)
    if found is None:
        message, hint = "a spec is to be watched, and no compiler is installed", "install wt-compiler"
        raise DiagnosticError(Diagnostic(code=Code.COMPILER_NOT_INSTALLED, message=message, hint=hint))
    watcher: Callable[[Path, Iterable[Path]], Iterator[list[Path]]] = found.load()
    return watcher


class DevLoop:
    """Runs a spec as often as it is asked to, into one results directory.

    Args:
        spec: The spec.yaml.
        params_file: The parameters; read each time.
        assignments: `step.parameter=value`.
        results: The results directory; a usual one without it.
        console: Where the rounds are shown.
    """

    def __init__(
        self,
        spec: Path,
        params_file: Path | None,
        assignments: Sequence[str],
        results: str | None,
        console: Console,
    ) -> None:
        self._spec = spec
        self._params_file = params_file
        self._assignments = assignments
        self._results = results
        self._console = console
        place = hashlib.blake2b(str(spec.absolute()).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        self._kept = cache_root() / "dev" / place

    def run(self, *, fresh: bool, open_it: bool) -> bool:
        """One round.

        Args:
            fresh: Whether to forget what was kept.
            open_it: Whether to show what it made.

        Returns:
            Whether it made something that a browser can show.

        Raises:
            DiagnosticError: It could not be started.
            KeyboardInterrupt: Somebody has ended it.
        """
        workspace = find_workspace(self._spec, self._console)
        params = Params({})
        collect(params, workspace, self._params_file, self._assignments, self._console, ask=False)
        invoker = LocalInvoker(workspace, realise(workspace, self._console).python)
        if fresh:
            shutil.rmtree(self._kept, ignore_errors=True)
        self._forget()
        outcome, seconds = execute(
            invoker,
            params,
            self._console,
            self._results or str(Path("results") / workspace.id / "dev"),
            new_run_id(),
            env={KEEP_VARIABLE: str(self._kept)},
        )
        if any(each.code is Code.RUN_INTERRUPTED for each in outcome.diagnostics):
            raise KeyboardInterrupt
        report(outcome, seconds, self._console, open_it=open_it)
        return outcome.result.error is None and find_page(outcome.result.result, outcome.results.path) is not None

    def _forget(self) -> None:
        oldest = time.time() - _FORGOTTEN
        for path in self._kept.glob("*/*"):
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
