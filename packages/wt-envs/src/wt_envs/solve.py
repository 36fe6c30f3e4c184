"""A project to its lock, solved by uv; the second time without starting anything."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs import cache
from wt_envs.ingredients import Ingredients, gather
from wt_envs.interpreter import running_interpreter
from wt_envs.lock import UV_LOCK, Lock
from wt_envs.own import NAMES, running_origin
from wt_envs.project import Project
from wt_envs.pyproject import render
from wt_envs.store import ENTRY, location, obtain
from wt_envs.uv_process import Progress, UvError, run_uv, uv_configuration
from wt_envs.uv_words import explain

KIND: Final = "locks"
_RULES: Final = "1"
_ALSO: Final = "also.json"
_PACKAGE: Final = "\n[[package]]\n"
_LOCAL: Final = re.compile(r'^source = \{ path = "', re.MULTILINE)


def solve(project: Project, *, upgrade: bool = False, progress: Progress | None = None) -> Lock:
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
    seed = _seed(ingredients.project)

    def build(staging: Path) -> None:
        if progress is not None:
            progress(f"solving the environment of {ingredients.project.name}")
        entry = staging / ENTRY
        Lock(pyproject, "" if upgrade else _preferences(seed), ingredients.wheels).write(entry)
        _run_lock(entry, ingredients, upgrade=upgrade, progress=progress)
        _check_own(entry, ingredients)
        _remember(seed, entry)

    waiting = None if progress is None else lambda: progress("waiting for another process that solves the same")
    return obtain(KIND, _key(pyproject, ingredients), build, on_wait=waiting, replace=upgrade)


def _key(pyproject: str, ingredients: Ingredients) -> str:
    digest = hashlib.sha256(f"{_RULES}\0{pyproject}\0{uv_configuration()}".encode())
    for wheel in ingredients.wheels:
        digest.update(hashlib.sha256(wheel.read_bytes()).digest())
    digest.update("\0".join(ingredients.states).encode())
    return digest.hexdigest()[:32]


def _run_lock(entry: Path, ingredients: Ingredients, *, upgrade: bool, progress: Progress | None) -> None:
    arguments = ["lock", "--python", str(running_interpreter().executable), *(["--upgrade"] if upgrade else [])]
    lock = entry / UV_LOCK
    if not lock.stat().st_size:
        lock.unlink()
    try:
        run_uv(*arguments, cwd=entry, progress=progress)
    except UvError as error:
        doing = "the requirements cannot be met"
        about = ingredients.project.requirements
        code = Code.REQUIREMENTS_UNSOLVABLE
        raise explain(error, cache=location(KIND, ""), otherwise=code, doing=doing, about=about) from error


def _check_own(entry: Path, ingredients: Ingredients) -> None:
    """Never take a package of wt's from the index in a checkout, where others' releases bear the same names."""
    packages = running_origin().packages
    if not packages:
        return
    locked = tomllib.loads((entry / UV_LOCK).read_text(encoding="utf-8"))["package"]
    foreign = {package["name"] for package in locked if "registry" in package["source"]} & (NAMES | set(packages))
    chosen = {requirement.canonical_name for requirement in ingredients.project.requirements}
    missing = sorted(foreign - set(packages) - chosen)
    if missing:
        message = f"{', '.join(missing)} would come from the index, and this checkout of wt does not hold it"
        hint = "remove what depends on it, or require it by 'path' or 'git'"
        raise DiagnosticError(Diagnostic(code=Code.REQUIREMENTS_UNSOLVABLE, message=message, hint=hint))
    if foreign & set(packages):
        (entry / _ALSO).write_text(json.dumps(sorted(foreign & set(packages))), encoding="utf-8")


def _seed(project: Project) -> Path:
    """Where the last lock of the project is: its versions are kept when something else in it changes."""
    name = hashlib.sha256(f"{project.base.absolute()}\0{project.name}".encode("utf-8", "surrogateescape")).hexdigest()
    return cache.cache_root() / "seeds" / f"{name[:32]}.lock"


def _preferences(seed: Path) -> str:
    """A lock without the local wheels, which uv would otherwise take for unchanged as long as their names are."""
    try:
        text = seed.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    head, *packages = text.split(_PACKAGE)
    return _PACKAGE.join([head, *(package for package in packages if not _LOCAL.search(package))])


def _remember(seed: Path, entry: Path) -> None:
    seed.parent.mkdir(parents=True, exist_ok=True)
    aside = seed.with_suffix(f".{entry.parent.name}.tmp")
    aside.write_bytes((entry / UV_LOCK).read_bytes())
    aside.replace(seed)
