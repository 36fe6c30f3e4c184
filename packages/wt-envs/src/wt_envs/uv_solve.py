"""A project that needs PyPI only to its lock, solved by uv; the second time without starting anything."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.ingredients import Ingredients, gather
from wt_envs.interpreter import running_interpreter
from wt_envs.lock import UV_LOCK, Lock
from wt_envs.own import NAMES, running_origin
from wt_envs.preferences import prefer, preferences
from wt_envs.project import Project
from wt_envs.pyproject import render
from wt_envs.stand_ins import DIRECTORY
from wt_envs.store import ENTRY, location, obtain
from wt_envs.uv_process import Progress, UvError, run_uv, uv_configuration

KIND: Final = "locks"
_RULES: Final = "1"
_ALSO: Final = "also.json"


def solve_pypi(project: Project, *, upgrade: bool = False, progress: Progress | None = None) -> Lock:
    """Choose a version of every package that a project needs, for every platform.

    Args:
        project: What is needed.
        upgrade: Whether to look for newer versions, instead of what was solved before.
        progress: Told what is being done.

    Returns:
        The lock. The same project with the same sources and indexes gives the same lock, from the cache.

    Raises:
        DiagnosticError: If the requirements cannot be met (WT401), a source is missing or no package (WT402), a wheel
            cannot be built (WT403), a package is required twice (WT115) or the cache cannot be written (WT407).
    """
    also: list[str] = []
    while True:
        ingredients = gather(project, also=also, progress=progress)
        entry = _obtain(ingredients, upgrade=upgrade, progress=progress)
        more = entry / _ALSO
        if not more.exists():
            return Lock.read(entry)
        also += json.loads(more.read_text(encoding="utf-8"))


def _obtain(ingredients: Ingredients, *, upgrade: bool, progress: Progress | None) -> Path:
    pyproject = render(ingredients)

    def build(staging: Path) -> None:
        if progress is not None:
            progress(f"solving the environment of {ingredients.project.name}")
        entry = staging / ENTRY
        also = lock_ingredients(entry, ingredients, upgrade=upgrade, progress=progress)
        if also:
            # The solve begins again with these packages from this checkout.
            (entry / _ALSO).write_text(json.dumps(also), encoding="utf-8")

    waiting = None if progress is None else lambda: progress("waiting for another process that solves the same")
    return obtain(KIND, solve_key(pyproject, ingredients), build, on_wait=waiting, replace=upgrade)


def lock_ingredients(
    entry: Path, ingredients: Ingredients, *, upgrade: bool = False, progress: Progress | None = None
) -> list[str]:
    """Write a project and its lock into a directory.

    Args:
        entry: The directory.
        ingredients: What is locked.
        upgrade: Whether to look for newer versions, instead of what was solved before.
        progress: Told what is being done.

    Returns:
        More of wt's own packages that have to come from this checkout: gather again with them. Empty if all is done.

    Raises:
        DiagnosticError: If the requirements cannot be met (WT401), or a source is missing (WT402).
    """
    known = "" if upgrade else preferences(ingredients.project)
    Lock(render(ingredients), known, ingredients.wheels).write(entry)
    also = _run_lock(entry, ingredients, upgrade=upgrade, progress=progress)
    if also:
        return also
    text = (entry / UV_LOCK).read_text(encoding="utf-8")
    packages = tomllib.loads(text)["package"]
    _check_versions(packages, ingredients.project)
    also = _own_from_index(packages, ingredients.project)
    if not also:
        prefer(ingredients.project, text)
    return also


def solve_key(pyproject: str, ingredients: Ingredients) -> str:
    """What a solve is addressed by: everything that goes into it."""
    digest = hashlib.sha256(f"{_RULES}\0{pyproject}\0{uv_configuration()}".encode())
    for wheel in ingredients.wheels:
        digest.update(hashlib.sha256(wheel.read_bytes()).digest())
    digest.update("\0".join(ingredients.states).encode())
    return digest.hexdigest()[:32]


def _run_lock(entry: Path, ingredients: Ingredients, *, upgrade: bool, progress: Progress | None) -> list[str]:
    # Of a lock that holds versions only uv keeps what it can.
    arguments = ["lock", "--python", str(running_interpreter().executable), *(["--upgrade"] if upgrade else [])]
    lock = entry / UV_LOCK
    if not lock.stat().st_size:
        lock.unlink()
    try:
        run_uv(*arguments, cwd=entry, progress=progress)
    except UvError as error:
        also = _own_named(error.output, ingredients)
        if also:
            return also
        from wt_envs.uv_words import explain

        doing = "the requirements cannot be met"
        about = ingredients.project.pypi
        code = Code.REQUIREMENTS_UNSOLVABLE
        raise explain(error, cache=location(KIND, ""), otherwise=code, doing=doing, about=about) from error
    return []


def _own_named(output: str, ingredients: Ingredients) -> list[str]:
    """The packages of this checkout that uv did not find, or not as they should be, where it looked: in the index."""
    words = set(re.findall(r"[a-z0-9-]+", output))
    return sorted(words & set(running_origin().packages) - set(ingredients.pins))


def _check_versions(packages: list[dict[str, Any]], project: Project) -> None:
    """Hold the version that a requirement asks for against its path, git repository or URL, which uv does not do."""
    from packaging.specifiers import SpecifierSet

    elsewhere = {package["name"]: package for package in packages if "registry" not in package["source"]}
    refused = []
    for requirement in project.pypi:
        package = elsewhere.get(requirement.canonical_name, {})
        version = package.get("version")
        if requirement.version is None or version is None:
            continue
        if not SpecifierSet(requirement.version).contains(version, prereleases=True):
            from_conda = str(package["source"].get("path", "")).startswith(DIRECTORY)
            place = requirement.path or requirement.git or requirement.url
            place = place or ("the conda packages" if from_conda else "this checkout of wt")
            message = f"{requirement.name} in {place} has version {version}, and {requirement.version} is required"
            refused.append(Diagnostic(code=Code.REQUIREMENTS_UNSOLVABLE, message=message))
    if refused:
        raise DiagnosticError(refused)


def _own_from_index(packages: list[dict[str, Any]], project: Project) -> list[str]:
    """The packages of this checkout that came from the index, where others' releases bear the same names.

    Raises:
        DiagnosticError: If one of wt's packages came from there that the checkout does not hold, and nobody chose it.
    """
    checkout = set(running_origin().packages)
    if not checkout:
        return []
    foreign = {package["name"] for package in packages if "registry" in package["source"]} & (NAMES | checkout)
    chosen = {requirement.canonical_name for requirement in project.pypi}
    missing = sorted(foreign - checkout - chosen)
    if missing:
        message = f"{', '.join(missing)} would come from the index, and this checkout of wt does not hold it"
        hint = "remove what depends on it, or require it by 'path' or 'git'"
        raise DiagnosticError(Diagnostic(code=Code.REQUIREMENTS_UNSOLVABLE, message=message, hint=hint))
    return sorted(foreign & checkout)
