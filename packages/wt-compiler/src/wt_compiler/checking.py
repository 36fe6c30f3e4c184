"""A whole check of a spec: what `wt check` does once, or again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_compiler import file_states
from wt_compiler.file_states import await_change, states
from wt_compiler.library_sources import INTERVAL, files_of, library_sources

if TYPE_CHECKING:
    from wt_contracts.registry import RegistryOutput

    from wt_compiler.environment import TaskSource
    from wt_compiler.spec import Spec


class Checked(NamedTuple):
    """What a check has found.

    Attributes:
        diagnostics: All of it, in the order of the places.
        failed: Whether there is an error among it.
        instances: How many task instances the spec has; 0 if it failed.
    """

    diagnostics: list[Diagnostic]
    failed: bool
    instances: int


class Checker:
    """Checks a spec; the task libraries are asked again only if the spec requires others, or their files changed.

    Args:
        path: The spec.yaml.
        source: Where to learn what the task libraries offer.
        progress: Is told what is being done.
    """

    def __init__(self, path: Path, source: TaskSource, progress: Callable[[str], None]) -> None:
        self._path = path
        self._source = source
        self._progress = progress
        self._used: list[Path] = []
        self._sources: list[Path] = []
        self._asked: tuple[object, ...] | None = None
        self._offered: RegistryOutput | None = None

    @property
    def files(self) -> list[Path]:
        """The files that a check reads, or that what it asks is made of."""
        from wt_compiler.cases import FILE

        return [self._path, *self._used, self._path.parent / FILE, *self._libraries]

    @property
    def _libraries(self) -> list[Path]:
        """What the answer of the task libraries depends on."""
        return [*([self._source.registry] if self._source.registry else []), *files_of(self._sources)]

    def check(self) -> Checked:
        """Check the spec, and the test cases beside it, as they are now.

        Raises:
            DiagnosticError: If the task libraries cannot be asked.
        """
        from wt_compiler.cases import CaseFile
        from wt_compiler.document import read_document
        from wt_compiler.environment import check_named_exceptions
        from wt_compiler.forms import derive_forms
        from wt_compiler.parse import parse_spec
        from wt_compiler.resolve import check_spec

        spec = parse_spec(read_document(self._path))
        self._used = spec.findings.used_files
        stored = self._source.registry is not None
        self._sources = [] if stored else library_sources(spec, self._path.absolute().parent)
        offered = self._find_tasks(spec)
        check_named_exceptions(spec, self._path.absolute().parent, self._source, progress=self._progress)
        try:
            dag, _ = check_spec(spec, offered)
            forms = derive_forms(dag, spec.findings)
            spec.findings.raise_if_failed()
            cases = CaseFile.read(self._path.parent, dag.skippable_steps, dag.approvals)
            cases.check_params(forms.params)
        except DiagnosticError as error:
            return Checked(error.diagnostics, True, 0)
        return Checked(spec.findings.sorted, False, spec.size)

    def _find_tasks(self, spec: Spec) -> RegistryOutput:
        from wt_compiler.environment import find_tasks

        asked = (spec.requirements, states(self._libraries))
        if self._offered is None or asked != self._asked:
            self._offered = find_tasks(spec, self._path.absolute().parent, self._source, self._progress)
            self._asked = asked
        return self._offered

    def watch(self) -> Iterator[Checked]:
        """Check now, and again whenever a file that was read has changed; until the process is interrupted."""
        while True:
            before = states(self.files)
            try:
                checked = self.check()
            except DiagnosticError as error:
                checked = Checked(error.diagnostics, True, 0)
            if before.keys() != set(self.files):
                continue  # which files are used is known now: their states are to be from before they are read
            yield checked
            await_change(before, lambda: self.files, INTERVAL if self._sources else file_states.INTERVAL)
