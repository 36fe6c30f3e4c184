"""A lock with conda packages to a prefix: linked from rattler's package cache, then completed by one run of uv."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Any, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.cache import cache_root
from wt_envs.environment import Environment
from wt_envs.freshness import out_of_date
from wt_envs.pixi_lock import LOCK, PixiLock
from wt_envs.platforms import current_platform
from wt_envs.rattler_process import Rattler, RattlerError
from wt_envs.rattler_words import explain_install
from wt_envs.uv_process import Progress, UvError, run_uv
from wt_envs.uv_words import explain

PACKAGES: Final = "rattler"
"""Where in the cache rattler keeps what it unpacked."""

_MOST_READ: Final = 4096


def install_conda(lock: PixiLock, staging: Path, prefix: Path, target: Path, progress: Progress | None) -> None:
    """Install the default environment of a lock.

    Args:
        lock: The lock.
        staging: A directory for what is needed meanwhile.
        prefix: Where it is built.
        target: Where it will be moved to; what knows its own place knows this one.
        progress: Told what is being done.

    Raises:
        DiagnosticError: If a package cannot be had (WT404), is not what was locked (WT413), needs what this machine
            does not have (WT410), or the lock does not hold what its manifest asks for (WT411).
    """
    project = staging / "project"
    with Rattler(progress) as rattler:
        lock.write(project)  # while the other process starts
        try:
            answer = rattler.ask(
                "install",
                path=str(project / LOCK),
                environment="default",
                platform=current_platform(),
                prefix=str(prefix),
                target=str(target),
                cache=str(cache_root() / PACKAGES),
                specs=_specs(lock),
            )
        except RattlerError as error:
            raise explain_install(error, cache_root()) from error
    _check(answer)
    if answer["pypi"]:
        _install_pypi(answer["pypi"], project, prefix, target, progress)


def unmatched(lock: PixiLock) -> str | None:
    """A conda requirement of the manifest that no package of the lock matches; None if there is none.

    Raises:
        DiagnosticError: If the lock cannot be read (WT405, WT412).
    """
    with tempfile.TemporaryDirectory(prefix="wt-lock-") as directory, Rattler() as rattler:
        path = Path(directory, LOCK)
        path.write_text(lock.text, encoding="utf-8")
        try:
            answer = rattler.ask(
                "unmatched", path=str(path), environment="default", platform=current_platform(), specs=_specs(lock)
            )
        except RattlerError as error:
            raise explain_install(error, cache_root()) from error
    return answer[0] if answer else None


def _specs(lock: PixiLock) -> list[str]:
    """The conda requirements of the manifest, without their channels."""
    return [f"{name} {version}" for name, version in lock.required_conda.items()]


def _check(answer: dict[str, Any]) -> None:
    if answer.get("missing"):
        name, spec = answer["missing"][0]
        message = f"the conda package {name} needs {spec}, which this machine does not have"
        hint = "run it on a newer system, or require an older version of the package"
        raise DiagnosticError(Diagnostic(code=Code.PLATFORM_NOT_LOCKED, message=message, hint=hint), exit_code=1)
    if answer.get("absent"):
        message = f"the environment cannot be installed: {answer['absent'][0]} is not on this machine"
        hint = "nothing is fetched while offline; without '--offline' (WT_OFFLINE) it is"
        raise DiagnosticError(Diagnostic(code=Code.REALISE_FAILED, message=message, hint=hint), exit_code=1)
    if answer.get("stale"):
        raise DiagnosticError(out_of_date(answer["stale"][0]))


def _install_pypi(
    packages: list[dict[str, Any]], project: Path, prefix: Path, target: Path, progress: Progress | None
) -> None:
    requirements = project / "requirements.txt"
    requirements.write_text("\n".join(_requirement(package, project) for package in packages) + "\n", encoding="utf-8")
    python = Environment(prefix, "").python
    command = ("pip", "install", "--quiet", "--no-deps", "--python", python, "--requirement", requirements)
    try:
        run_uv(*command, cwd=project, progress=progress)
    except UvError as error:
        doing = "the environment cannot be installed"
        raise explain(error, cache=cache_root(), otherwise=Code.REALISE_FAILED, doing=doing) from error
    _point_scripts(prefix, target)


def _requirement(package: dict[str, Any], project: Path) -> str:
    location = package["location"]
    digest = f" --hash=sha256:{package['sha256']}" if package.get("sha256") else ""
    if location.startswith("./"):
        return f"{package['name']} @ {(project / location).as_uri()}{digest}"
    if "://" in location:
        return f"{package['name']} @ {location}{digest}"
    return f"--editable {location}"


def _point_scripts(prefix: Path, target: Path) -> None:
    """Let the scripts that uv wrote start the interpreter in the place where it will be."""
    here, there = os.fsencode(prefix), os.fsencode(target)
    for script in Environment(prefix, "").bin.iterdir():
        state = script.lstat()
        if not stat.S_ISREG(state.st_mode) or state.st_nlink > 1:
            continue
        with script.open("rb") as file:
            head = file.read(_MOST_READ)
        if head.startswith(b"#!") and here in head:
            content = script.read_bytes().replace(here, there)
            aside = script.with_name(f".{script.name}.tmp")
            aside.write_bytes(content)
            aside.chmod(stat.S_IMODE(state.st_mode))
            aside.replace(script)
