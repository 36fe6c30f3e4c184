"""Compiling a spec to a workspace, end to end.

The stages are called here in their order: read and check the spec, lock its environment, derive the forms, emit the
files, format and draw them, and put the tree in place. If nothing that a compile reads has changed and the workspace is
whole, nothing is emitted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_compiler import manifest, version
from wt_compiler.environment import TaskSource, conda_requirements, find_tasks, lock_spec
from wt_compiler.fingerprint import inputs as hash_inputs
from wt_compiler.fingerprint import structure as hash_structure
from wt_compiler.graph import MOST_DRAWN, NotDrawnError
from wt_compiler.names import DEFAULT_PREFIX, DEFAULT_RESULTS_ENV_VAR, Names, name_workflow
from wt_compiler.spec import Spec

if TYPE_CHECKING:
    from wt_contracts.console import Console
    from wt_contracts.registry import RegistryOutput
    from wt_envs.lock import Lock

    from wt_compiler.dag import Dag
    from wt_compiler.graph.drawing import Drawing, Picture


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen about a compile.

    Attributes:
        output: Where the workspace goes; by default beside the spec, under its release name.
        source: Where to learn what the task libraries offer.
        prefix: What the names of the directory and the package start with.
        results_env_var: The environment variable that the compiled workflow reads its results directory from.
        upgrade: Whether to look for newer versions of what the lock holds.
        graph: Whether to draw `graph.svg` and `graph.png`.
        force: Whether to emit even if nothing changed, and to replace generated files that were changed by hand.
    """

    output: Path | None = None
    source: TaskSource = field(default_factory=TaskSource)
    prefix: str = DEFAULT_PREFIX
    results_env_var: str = DEFAULT_RESULTS_ENV_VAR
    upgrade: bool = False
    graph: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """A workspace that is in place.

    Attributes:
        directory: Where it is.
        names: What the workflow and its package are called.
        stamp: Its version and hashes.
        written: Whether anything was; false if it was up to date.
        steps: How many task instances it has.
        warnings: What the user should know.
    """

    directory: Path
    names: Names
    stamp: version.Stamp
    written: bool
    steps: int
    warnings: list[Diagnostic]


def compile_spec(
    path: Path, options: Options | None = None, progress: Callable[[str], None] | None = None
) -> Compiled:
    """Compile a spec.

    Args:
        path: The spec.yaml.
        options: What to do differently from the defaults.
        progress: Is told what is being done.

    Returns:
        The workspace; an older one that stood there has been replaced, all at once.

    Raises:
        DiagnosticError: Holds everything that is wrong; then an older workspace is as it was.
    """
    with ExitStack() as resources:
        return _Compilation(path, options or Options(), progress or _silent, resources).run()


def compile_for_run(spec: Path, console: Console) -> Path:
    """Compile a spec with all defaults, for `wt run`.

    Args:
        spec: The spec.yaml.
        console: Is told about progress and warnings.

    Returns:
        The directory of the workspace.

    Raises:
        DiagnosticError: If it cannot be compiled.
    """
    compiled = compile_spec(spec, progress=console.progress)
    console.diagnose(compiled.warnings)
    return compiled.directory


class _Compilation:
    """One compile, from the spec's path to the workspace."""

    def __init__(
        self, path: Path, options: Options, progress: Callable[[str], None], resources: ExitStack
    ) -> None:
        from wt_compiler.document import read_document
        from wt_compiler.parse import parse_spec

        self._options = options
        self._progress = progress
        self._resources = resources
        self._base = path.absolute().parent
        self._spec: Spec = parse_spec(read_document(path))
        self._names = self._name()
        self._target = (options.output or self._base / self._names.release).absolute()
        self._warnings: list[Diagnostic] = []

    def run(self) -> Compiled:
        registry, lock = self._environment()
        cases = self._cases()
        old = _Existing(self._target)
        hashed = self._hash(registry, lock, cases)
        current = not self._options.force and old.is_current(hashed, self._wanted_pictures(None))
        drawing = None if current else self._start_drawing()
        dag = self._check(registry)
        if current or (drawing is None and not self._options.force and old.is_current(hashed, {"large"})):
            assert old.stamp is not None
            return self._compiled(old.stamp, dag, written=False)
        return self._emit(dag, lock, cases, hashed, old, drawing)
