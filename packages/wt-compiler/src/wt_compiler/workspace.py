"""Compiling a spec to a workspace, end to end.

The stages are called here in their order: read and check the spec, lock its environment, derive the forms, emit the
files, format and draw them, and put the tree in place. If nothing that a compile reads has changed and the workspace is
whole, nothing is emitted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field, structs
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_compiler import manifest, version
from wt_compiler.environment import TaskSource, check_named_exceptions, find_tasks, lock_spec
from wt_compiler.existing import Existing, unwritable
from wt_compiler.graph import MOST_DRAWN, NotDrawnError
from wt_compiler.names import DEFAULT_PREFIX, DEFAULT_RESULTS_ENV_VAR, Names, name_workflow
from wt_compiler.turn import turn

if TYPE_CHECKING:
    from wt_contracts.console import Console
    from wt_contracts.registry import RegistryOutput
    from wt_envs.lock import AnyLock

    from wt_compiler.cases import CaseFile
    from wt_compiler.dag import Dag
    from wt_compiler.emit import Files
    from wt_compiler.emit.workflow import Workflow
    from wt_compiler.graph.drawing import Drawing
    from wt_compiler.spec import Spec
    from wt_compiler.staging import Staging


class Options(Struct, frozen=True):
    """What can be chosen about a compile.

    Attributes:
        output: Where the workspace goes; by default beside the spec, under its release name.
        source: Where to learn what the task libraries offer.
        prefix: What the names of the directory and the package start with.
        results_env_var: The environment variable that the compiled workflow reads its results directory from.
        lock: Whether to solve and lock the environment; the tasks must then be known from elsewhere if not.
        overrides: A file that replaces requirements.
        upgrade: Whether to look for newer versions of what the lock holds.
        graph: Whether to draw `graph.svg` and `graph.png`.
        force: Whether to emit even if nothing changed, and to replace generated files that were changed by hand.
    """

    output: Path | None = None
    source: TaskSource = field(default_factory=TaskSource)
    prefix: str = DEFAULT_PREFIX
    results_env_var: str = DEFAULT_RESULTS_ENV_VAR
    lock: bool = True
    overrides: Path | None = None
    upgrade: bool = False
    graph: bool = True
    force: bool = False


class Compiled(NamedTuple):
    """A workspace that is in place.

    Attributes:
        directory: Where it is.
        names: What the workflow and its package are called.
        stamp: Its version and hashes.
        written: Whether anything was; false if it was up to date.
        steps: How many task instances it has.
        drawn: Whether it is small enough to be drawn by a compile.
        warnings: What the user should know.
    """

    directory: Path
    names: Names
    stamp: version.Stamp
    written: bool
    steps: int
    drawn: bool
    warnings: list[Diagnostic]


def compile_spec(
    path: Path,
    options: Options | None = None,
    progress: Callable[[str], None] | None = None,
    drawing: Drawing | None = None,
) -> Compiled:
    """Compile a spec.

    Args:
        path: The spec.yaml.
        options: What to do differently from the defaults.
        progress: Is told what is being done.
        drawing: A drawing that was started ahead and that nothing else uses; whoever started it ends it.

    Returns:
        The workspace; an older one that stood there has been replaced, all at once.

    Raises:
        DiagnosticError: Holds everything that is wrong; then an older workspace is as it was.
    """
    with ExitStack() as resources:
        return _Compilation(path, options or Options(), progress or _silent, resources, drawing).run()


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
        self,
        path: Path,
        options: Options,
        progress: Callable[[str], None],
        resources: ExitStack,
        drawing: Drawing | None,
    ) -> None:
        from wt_compiler.document import read_document
        from wt_compiler.parse import parse_spec

        self._options = options
        self._progress = progress
        self._resources = resources
        self._path = path
        self._base = path.absolute().parent
        self._spec: Spec = parse_spec(read_document(path))
        self._names: Names
        self._old: Existing
        self._target: Path
        self._ahead = drawing
        self._drawing: Drawing | None = None
        self._picture: manifest.PictureState = "unwanted"

    def run(self) -> Compiled:
        if self._spec.findings.failed:  # to say what else is wrong, as far as that can be known
            self._check(self._discover(None))
        self._choose_target()
        if self._options.force or self._old.manifest is None:
            self._start_drawing()
        registry, lock, dag = self._environment()
        cases = self._cases(dag)
        inputs = self._hash(registry, lock, cases)
        wanted: set[manifest.PictureState] = {"drawn", "large"} if self._options.graph else {"unwanted"}
        if not self._options.force and self._old.is_current(inputs, wanted):
            assert self._old.stamp is not None
            return self._compiled(self._old.stamp, written=False)
        if not self._options.force:
            self._old.refuse_changes()
        self._start_drawing()
        self._draw(dag)
        return self._emit(dag, lock, cases, inputs)

    def _choose_target(self) -> None:
        assert self._spec.id is not None
        options = self._options
        try:
            self._names = name_workflow(self._spec.id.text, options.prefix, options.results_env_var)
        except ValueError as error:
            raise DiagnosticError(Diagnostic(code=Code.USAGE, message=str(error))) from None
        target = options.output or self._base / self._names.release
        self._target = target.resolve()
        self._resources.enter_context(turn(self._target, self._progress))
        self._old = Existing(self._target)

    def _environment(self) -> tuple[RegistryOutput, AnyLock | None, Dag]:
        """The tasks, the lock and the checked workflow; a spec with mistakes is refused as early as can be."""
        source = self._options.source
        known = source.registry is not None or source.current
        registry = self._discover(None) if known else None
        dag = self._check(registry) if registry else None
        lock = self._lock()
        if registry is None or dag is None:
            registry = self._discover(lock)
            dag = self._check(registry)
        return registry, lock, dag

    def _discover(self, lock: AnyLock | None) -> RegistryOutput:
        from wt_compiler.discovery import discover_locked

        source = self._options.source
        if lock is None:
            registry = find_tasks(self._spec, self._base, source, self._progress)
        else:
            registry = discover_locked(lock, timeout=source.timeout, progress=self._progress)
        check_named_exceptions(self._spec, self._base, source, lock, self._progress)
        return registry

    def _lock(self) -> AnyLock | None:
        options = self._options
        if not options.lock:
            message = "no lock was written, so the workspace cannot be run"
            hint = "compile without '--no-lock'"
            self._spec.findings.warn(Code.LOCK_NOT_WRITTEN, message, self._spec.requirements_position, hint)
            return None
        try:
            return lock_spec(
                self._spec,
                self._base,
                name=self._names.project,
                upgrade=options.upgrade,
                overrides=options.overrides,
                progress=self._progress,
            )
        except DiagnosticError as error:
            self._excuse(error)
            return None

    def _excuse(self, error: DiagnosticError) -> None:
        """Go on without a lock if no channel can be reached and the tasks are known all the same; else raise."""
        source = self._options.source
        known = source.registry is not None or source.current
        if not known or any(found.code != Code.CHANNEL_UNREACHABLE for found in error.diagnostics):
            raise error
        for found in error.diagnostics:
            message = f"no lock was written, so the workspace cannot be run: {found.message.splitlines()[0]}"
            hint = "compile again where the channel can be reached"
            self._spec.findings.warn(Code.LOCK_NOT_WRITTEN, message, self._spec.requirements_position, hint)

    def _check(self, registry: RegistryOutput) -> Dag:
        from wt_compiler.resolve import check_spec

        dag, _ = check_spec(self._spec, registry)
        self._draw(dag)
        return dag

    def _cases(self, dag: Dag) -> CaseFile:
        from wt_compiler.cases import CaseFile

        return CaseFile.read(self._path.parent, dag.skippable_steps, dag.approvals)

    def _hash(self, registry: RegistryOutput, lock: AnyLock | None, cases: CaseFile) -> str:
        from wt_compiler.emit.json_text import json_text
        from wt_compiler.fingerprint import inputs

        entries = dict(sorted(registry.entries.items()))
        locked = [lock.manifest, lock.text] if lock else []
        tested = json_text(cases.cases)
        spec = self._spec.text.encode(errors="surrogatepass")
        offered = json_text(replace(registry, entries=entries))
        return inputs(spec, [offered, self._names.release, self._names.results_env_var, tested, *locked])

    def _start_drawing(self) -> None:
        """Let Graphviz load while the rest is prepared."""
        if self._drawing is not None or self._picture == "failed" or not self._options.graph:
            return
        if self._spec.size > MOST_DRAWN:
            self._picture = "large"
            return
        if self._ahead is not None:
            self._drawing = self._ahead
            return
        from wt_compiler.graph.drawing import Drawing

        try:
            self._drawing = self._resources.enter_context(Drawing())
        except NotDrawnError as error:
            self._warn_not_drawn(error)

    def _draw(self, dag: Dag) -> None:
        """Say what to draw, as early as it is known."""
        if self._drawing is not None and not self._drawing.told:
            from wt_compiler.graph.dot import to_dot

            self._drawing.send(to_dot(dag))

    def _emit(self, dag: Dag, lock: AnyLock | None, cases: CaseFile, inputs: str) -> Compiled:
        from wt_compiler.emit.workflow import Workflow
        from wt_compiler.fingerprint import structure
        from wt_compiler.forms import derive_forms

        self._progress("writing the workspace")
        forms = derive_forms(dag, self._spec.findings)
        self._spec.findings.raise_if_failed()
        cases.check_params(forms.params)
        stamp = version.next_stamp(self._old.stamp, structure(dag, forms.params), inputs)
        workflow = Workflow(dag, self._names, forms, stamp, lock, cases.cases, pictured=self._drawing is not None)
        try:
            self._write(workflow)
        except OSError as error:
            raise unwritable(self._target, error) from None
        return self._compiled(stamp, written=True)

    def _write(self, workflow: Workflow) -> None:
        from wt_compiler.formatting import FormatError, Formatting
        from wt_compiler.staging import Staging

        staging = self._resources.enter_context(Staging(self._target))
        files = emit_all(workflow)
        python = {path: content for path, content in files.items() if path.endswith(".py")}
        staging.write(python)
        try:
            formatting = Formatting(staging.tree)
            self._resources.callback(formatting.close)
            staging.write({path: content for path, content in files.items() if path not in python})
            formatting.finish()
        except FormatError as error:
            raise _unformatted(self._target, error) from None
        self._finish(staging, workflow, files)

    def _finish(self, staging: Staging, workflow: Workflow, files: Files) -> None:
        """Add the picture, the manifest and the user's own files, and put everything in place."""
        pictures = self._pictures()
        staging.write(pictures)
        if workflow.pictured and not pictures:
            from wt_compiler.emit import readme

            staging.write(readme.emit(structs.replace(workflow, pictured=False)))
        written = manifest.describe(staging.tree, [*files, *pictures], self._picture)
        staging.write({manifest.FILE: written.to_json()})
        old = self._old.manifest
        self._old.refuse_collisions(staging.carry_over([*old.files, manifest.FILE] if old else []))
        staging.put_in_place()

    def _pictures(self) -> Files:
        if self._drawing is None:
            return {}
        self._progress("drawing the graph")
        try:
            picture = self._drawing.finish()
        except NotDrawnError as error:
            self._warn_not_drawn(error)
            return {}
        self._picture = "drawn"
        return {"graph.svg": picture.svg, "graph.png": picture.png}

    def _warn_not_drawn(self, error: NotDrawnError) -> None:
        self._picture = "failed"
        hint = "the workspace has graph.mmd; `wt graph` tries again"
        self._spec.findings.warn(Code.GRAPH_NOT_DRAWN, f"the graph is not drawn: {error}", None, hint)

    def _compiled(self, stamp: version.Stamp, *, written: bool) -> Compiled:
        return Compiled(
            directory=self._target,
            names=self._names,
            stamp=stamp,
            written=written,
            steps=self._spec.size,
            drawn=self._picture != "large",
            warnings=self._spec.findings.sorted,
        )


def emit_all(workflow: Workflow) -> Files:
    """Every file of a workspace but the pictures; the Python is not formatted yet."""
    from wt_compiler.emit import container, package, project, readme, tests
    from wt_compiler.graph.dot import to_dot
    from wt_compiler.graph.mermaid import to_mermaid
    from wt_compiler.graph.source import DOT_FILE, MERMAID_FILE

    return {
        **package.emit(workflow),
        **project.emit(workflow),
        **container.emit(workflow),
        **readme.emit(workflow),
        **tests.emit(workflow),
        DOT_FILE: to_dot(workflow.dag),
        MERMAID_FILE: to_mermaid(workflow.dag),
    }


def _unformatted(target: Path, error: Exception) -> DiagnosticError:
    hint = "if the disk is not full, this is a mistake of wt's: please report it with the spec"
    message = f"the generated Python cannot be formatted: {error}"
    return DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message, file=str(target), hint=hint))


def _silent(message: str) -> None:
    """Nobody wants to know."""
