"""The files that a run of a spec depends on, watched: what `wt dev` waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from wt_contracts.diagnostics import DiagnosticError

from wt_compiler.file_states import await_change, states
from wt_compiler.library_sources import INTERVAL, files_of, library_sources


def changes(spec: Path, others: Iterable[Path] = ()) -> Iterator[list[Path]]:
    """Say when a spec, a spec that it uses, or the sources of a library that it requires by path have changed.

    Args:
        spec: The spec.yaml.
        others: More files to watch, such as one of parameters.

    Yields:
        At once nothing; then what has changed since the last time, without an end.
    """
    watched = _Watched(spec, [*others])
    changed: list[Path] = []
    while True:
        before = states(watched.files())
        yield changed
        changed = await_change(before, watched.files, INTERVAL)
        watched.read()


class _Watched:
    def __init__(self, spec: Path, others: list[Path]) -> None:
        self._spec = spec
        self._others = others
        self._used: list[Path] = []
        self._sources: list[Path] = []
        self.read()

    def read(self) -> None:
        """See what the spec uses and requires; one that cannot be read keeps what was known of it."""
        from wt_compiler.document import read_document
        from wt_compiler.parse import parse_spec

        try:
            spec = parse_spec(read_document(self._spec))
        except DiagnosticError:
            return
        self._used = spec.findings.used_files
        self._sources = library_sources(spec, self._spec.absolute().parent)

    def files(self) -> Iterator[Path]:
        """All files, as there are now."""
        yield from (self._spec, *self._used, *self._others, *files_of(self._sources))
