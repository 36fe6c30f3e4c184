"""What `wt run` is pointed at, made ready to run: a compiled workspace and its environment."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from wt_contracts.codes import Code
from wt_contracts.console import Console
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_invokers.workspace import Workspace

if TYPE_CHECKING:
    from wt_envs.realise import Environment

COMPILERS = "wt.compilers"
"""The entry-point group of what makes a workspace from a spec: `(spec, console) -> directory`."""


def find_workspace(target: Path, console: Console) -> Workspace:
    """The workspace that a target stands for.

    Args:
        target: A compiled workspace, a spec, or a directory that holds a `spec.yaml`.
        console: Where the compiler reports what it does.

    Returns:
        The workspace; a spec is compiled for that.

    Raises:
        DiagnosticError: If there is no such target, it is neither of these, the spec is wrong, or no compiler is
            installed.
    """
    spec = spec_of(target)
    return Workspace.read(target if spec is None else _compile(spec, console))


def workflow_id(target: Path) -> str:
    """The id of the workflow that a target stands for; nothing is compiled for that.

    Raises:
        DiagnosticError: If there is no such target, or it is neither a spec nor a workspace.
    """
    import yaml

    spec = spec_of(target)
    if spec is None:
        return Workspace.read(target).id
    try:
        content = yaml.safe_load(spec.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        message = f"the spec cannot be read: {str(error).splitlines()[0]}"
        raise DiagnosticError(Diagnostic(code=Code.FILE_UNREADABLE, message=message, file=str(spec))) from None
    found = content.get("id") if isinstance(content, dict) else None
    if not isinstance(found, str):
        message = "this is no spec: it has no id"
        raise DiagnosticError(Diagnostic(code=Code.MISSING_KEY, message=message, file=str(spec)))
    return found


def spec_of(target: Path) -> Path | None:
    """The spec that a target names; None for a directory that holds none, or a workspace.

    Raises:
        DiagnosticError: There is no such target.
    """
    if target.is_dir():
        spec = target / "spec.yaml"
        return None if (target / "pyproject.toml").is_file() or not spec.is_file() else spec
    if not target.exists():
        hint = "give the path of a spec.yaml, or the directory of a compiled workspace"
        raise DiagnosticError(
            Diagnostic(code=Code.FILE_UNREADABLE, message=f"there is no file or directory {target}", hint=hint)
        )
    return target


def realise(workspace: Workspace, console: Console) -> Environment:
    """The environment that a workspace is locked to, built if it is not there yet.

    Raises:
        DiagnosticError: If the lock cannot be read or the environment cannot be built.
    """
    from wt_envs.lock import Lock, read_lock
    from wt_envs.pixi_process import install_with_pixi, is_pixi_wanted
    from wt_envs.realise import realise as realise_lock

    lock = read_lock(workspace.directory)
    if is_pixi_wanted() and not isinstance(lock, Lock):
        return install_with_pixi(lock, workspace.directory, progress=console.progress)
    return realise_lock(lock, progress=console.progress)


def _compile(spec: Path, console: Console) -> Path:
    compiler = next((point for point in entry_points(group=COMPILERS) if point.name == "spec"), None)
    if compiler is None:
        message = f"{spec} is a spec, and no compiler is installed"
        hint = "install wt-compiler, or give the directory of a compiled workspace"
        raise DiagnosticError(Diagnostic(code=Code.COMPILER_NOT_INSTALLED, message=message, hint=hint))
    return Path(compiler.load()(spec, console))
