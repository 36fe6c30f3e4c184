"""Whether a lock still holds what the manifest beside it asks for; remembered, so that it is asked once."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_envs.cache import cache_root
from wt_envs.lock import AnyLock, Lock
from wt_envs.memo import recall, remember
from wt_envs.requirement import canonical

if TYPE_CHECKING:
    from wt_envs.pixi_lock import PixiLock

_RULES: Final = "1"
_REQUIRED: Final = re.compile(
    r'^source = \{ virtual = "[^"]*" \}$.*?^(requires-dist = \[.*?\])$', re.MULTILINE | re.DOTALL
)
_REQUIREMENT: Final = re.compile(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?\s*\(?([^;@)]*)")


def check_fresh(lock: AnyLock, *, present: bool) -> None:
    """Refuse a lock that does not hold what its manifest asks for.

    Args:
        lock: The lock.
        present: Whether its environment is there; if not, what is asked of conda packages is compared by who installs.

    Raises:
        DiagnosticError: WT411.
    """
    if recall(_memo(lock)):
        return
    missing = _missing_pypi(lock) if isinstance(lock, Lock) else _missing_conda(lock, present=present)
    if missing is not None:
        raise DiagnosticError(out_of_date(missing))
    if present:
        note_fresh(lock)


def note_fresh(lock: AnyLock) -> None:
    """Remember of a lock that it holds what its manifest asks for."""
    remember(_memo(lock), "fresh")


def out_of_date(requirement: str) -> Diagnostic:
    """What to say of a lock that does not hold what the manifest beside it asks for."""
    message = f"the lock is out of date with its manifest, which asks for {requirement}"
    return Diagnostic(code=Code.LOCK_OUT_OF_DATE, message=message, hint="compile the workflow again")


def _memo(lock: AnyLock) -> Path:
    described = json.dumps([_RULES, lock.required, lock.text], sort_keys=True)
    return cache_root() / "fresh" / hashlib.sha256(described.encode()).hexdigest()[:32]


def _missing_conda(lock: PixiLock, *, present: bool) -> str | None:
    names = {canonical(name) for name, _ in lock.packages}
    missing = next((name for name in lock.required if canonical(name) not in names), None)
    if missing is not None or not present:
        return missing
    from wt_envs.conda_realise import unmatched

    return unmatched(lock)


def _missing_pypi(lock: Lock) -> str | None:
    """The first dependency of the manifest that the lock was not solved for; other versions of it do not count."""
    solved = _solved_for(lock)
    for text in lock.required:
        found = _REQUIREMENT.match(text)
        if found is None or not any(_same(found, entry) for entry in solved):
            return text
    return None


def _solved_for(lock: Lock) -> list[dict[str, Any]]:
    found = _REQUIRED.search(lock.text)
    return list(tomllib.loads(found[1])["requires-dist"]) if found else []


def _same(found: re.Match[str], entry: dict[str, Any]) -> bool:
    if canonical(found[1]) != canonical(entry["name"]):
        return False
    extras = {canonical(extra.strip()) for extra in (found[2] or "").split(",") if extra.strip()}
    if extras != set(entry.get("extras", ())):
        return False
    wanted, solved = found[3].strip(), entry.get("specifier", "")
    if not {"path", "git", "url", "editable", "directory"}.isdisjoint(entry):
        return True  # of what comes from elsewhere uv notes no version
    return wanted == solved or _equal(wanted, solved)


def _equal(wanted: str, solved: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(wanted) == SpecifierSet(solved)
    except InvalidSpecifier:
        return False
