"""What rattler says when it fails, put into diagnostics that keep its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss

from wt_envs.offline import is_offline
from wt_envs.rattler_process import RattlerError
from wt_envs.requirement import CondaRequirement
from wt_envs.store import disk_full, not_writable

_PLACE: Final = re.compile(r'\[channel="[^"]*"\]')
_NONE: Final = re.compile(r"No candidates were found for ([\w.-]+) (\S*[^\s.])", re.MULTILINE)
_CHANNEL: Final = re.compile(r"could not find subdir '[^']*' in channel '([^']*)'|url \(([^)]+)\)|channel '([^']*)'")
_FULL: Final = re.compile(r"No space left on device|Disk quota exceeded|os error 28\b|os error 122\b", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"Read-only file system|Permission denied|os error 30\b|os error 13\b", re.IGNORECASE)
_FETCH: Final = re.compile(r"failed to fetch (\S+?)\.(?:conda|tar\.bz2)")
_OFFLINE_HINT: Final = "nothing is fetched while offline; without '--offline' (WT_OFFLINE) it is"

Look = Callable[..., Any]


def explain_solve(
    error: RattlerError, requirements: Sequence[CondaRequirement], platform: str, look: Look | None
) -> DiagnosticError:
    """The diagnostic for a solve that failed.

    Args:
        error: The failure.
        requirements: What was asked for.
        platform: For which platform; empty if for none.
        look: Asks the channels for `names` or `versions`, for near misses; None if they cannot be asked.

    Returns:
        An error to raise; its message holds rattler's own words.
    """
    if error.kind == "SolverError":
        return _unsolvable(error, platform, look)
    if error.kind == "InvalidMatchSpecError":
        message = f"wrong requirement: {error.message}"
        return DiagnosticError(Diagnostic(code=Code.WRONG_REQUIREMENT, message=message))
    return _unreachable(error, requirements)


def explain_install(error: RattlerError, cache: Path) -> DiagnosticError:
    """The diagnostic for an installation that failed.

    Args:
        error: The failure.
        cache: The directory that was written to.
    """
    words = error.message
    if _FULL.search(words):
        return DiagnosticError(disk_full(cache), exit_code=1)
    if "checksum" in words.lower() or "hash" in words.lower():
        found = _FETCH.search(words)
        message = f"{found[1] if found else 'a package'} is not what was locked: {words}"
        hint = "the channel holds another file under this name, or it is damaged: compile again with '--upgrade'"
        return DiagnosticError(Diagnostic(code=Code.HASH_MISMATCH, message=message, hint=hint), exit_code=1)
    if _FORBIDDEN.search(words):
        return DiagnosticError(not_writable(cache, words.splitlines()[-1]), exit_code=1)
    if error.kind == "ParseCondaLockError":
        return DiagnosticError(_unreadable(words))
    message = f"the environment cannot be installed: {words}"
    hint = _OFFLINE_HINT if is_offline() else "is the channel still there?"
    return DiagnosticError(Diagnostic(code=Code.REALISE_FAILED, message=message, hint=hint), exit_code=1)


def _unreadable(words: str) -> Diagnostic:
    if "newer" in words:
        message = f"the lock pixi.lock is newer than this wt can read: {words}"
        return Diagnostic(code=Code.LOCK_TOO_NEW, message=message, hint="upgrade py-rattler, or compile again")
    message = f"the lock pixi.lock cannot be used: {words}"
    return Diagnostic(code=Code.LOCK_UNREADABLE, message=message, hint="compile the workflow again")


def _unsolvable(error: RattlerError, platform: str, look: Look | None) -> DiagnosticError:
    words = _PLACE.sub("", error.message.removeprefix("Cannot solve the request because of: ")).strip()
    message = f"the conda requirements cannot be met on {platform}: {words}"
    hint = "loosen one of the versions that are named"
    missing = _NONE.search(words)
    if missing and look is not None:
        hint = _advise(missing[1], missing[2], look)
    return DiagnosticError(Diagnostic(code=Code.REQUIREMENTS_UNSOLVABLE, message=message, hint=hint))


def _advise(name: str, version: str, look: Look) -> str:
    try:
        versions = look("versions", name=name)
        if versions:
            shown = ", ".join(versions[-5:])
            return f"{name} {version} is not in the channels; they have {'…, ' * (len(versions) > 5)}{shown}"
        meant = near_miss(name, look("names"))
    except RattlerError:
        meant = None
    return f"did you mean {meant!r}?" if meant else f"is {name!r} spelled right, and is it in this channel?"


def _unreachable(error: RattlerError, requirements: Sequence[CondaRequirement]) -> DiagnosticError:
    found = _CHANNEL.search(error.message)
    place = next((part for part in found.groups() if part), "") if found else ""
    named = [item.channel for item in requirements if item.channel.strip("/") in place or place in item.channel]
    channel = named[0] if named and place else place or "a channel"
    message = f"the conda channel {channel} cannot be reached: {error.message}"
    hint = _OFFLINE_HINT if is_offline() else "is its name or URL right, and is there a network?"
    return DiagnosticError(Diagnostic(code=Code.CHANNEL_UNREACHABLE, message=message, hint=hint), exit_code=1)
