"""What uv says when it fails, put into diagnostics that keep uv's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError, near_miss

from wt_envs.requirement import PyPIRequirement
from wt_envs.store import disk_full, not_writable
from wt_envs.uv_process import UvError

_FULL: Final = re.compile(r"No space left on device|Disk quota exceeded|not enough space on the disk", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(
    r"[^\n]*(?:Read-only file system|Permission denied|Access is denied)[^\n]*", re.IGNORECASE
)
_OFFLINE: Final = re.compile(
    r"error sending request|dns error|Could not connect|Failed to fetch|Connection refused|timed out|network was dis",
    re.IGNORECASE,
)
_REACHABLE: Final = "is the package index reachable? UV_DEFAULT_INDEX names another one"
_CHANGED: Final = "the index holds another file under this name: compile again with '--upgrade'"
_GIT: Final = re.compile(r"Git executable not found|Git operation failed", re.IGNORECASE)
_BUILD: Final = re.compile(r"Failed to build|build backend|Failed to prepare distributions", re.IGNORECASE)
_UNKNOWN: Final = re.compile(r"([\w.-]+) was not found in the (?:package registry|provided package locations)")
_INTERPRETER: Final = re.compile(
    r"incompatible with the project.s Python requirement|No interpreter found", re.IGNORECASE
)
_FRAME: Final = re.compile(r"^(?:\s*[\u00d7╰├│─▶]+\s*|\s*(?:error|cause):\s*)")


def explain(
    error: UvError, *, cache: Path, otherwise: Code, doing: str, about: Iterable[PyPIRequirement] = ()
) -> DiagnosticError:
    """The diagnostic for a failed run of uv.

    Args:
        error: The failure.
        cache: The directory that uv was writing to.
        otherwise: The code for what is recognised as nothing more special.
        doing: What failed, as the first sentence of the message.
        about: The requirements that uv was given.

    Returns:
        An error to raise; its message holds uv's own words.
    """
    output = error.output
    if _FULL.search(output):
        return DiagnosticError(disk_full(cache), exit_code=1)
    words = own_words(output)
    forbidden = _FORBIDDEN.search(output)
    if forbidden and str(cache) in forbidden[0]:
        return DiagnosticError(not_writable(cache, forbidden[0].strip()), exit_code=1)
    if "ash mismatch" in output:
        found = Diagnostic(code=Code.HASH_MISMATCH, message=f"a package is not what was locked: {words}", hint=_CHANGED)
        return DiagnosticError(found, exit_code=1)
    code, hint = _classify(output, otherwise, list(about))
    exit_code = 1 if code is Code.REALISE_FAILED or hint == _REACHABLE else 2
    return DiagnosticError(Diagnostic(code=code, message=f"{doing}: {words}", hint=hint), exit_code=exit_code)


def own_words(output: str) -> str:
    """What uv says is wrong, without its frames and without its progress before."""
    lines = output.rstrip().splitlines()
    starts = [index for index, line in enumerate(lines) if re.match(r"\s*\u00d7|error:", line)]
    kept = lines[starts[0] :] if starts else lines[-20:]
    texts = [_FRAME.sub("", line).rstrip() for line in kept if not line.startswith("hint:")]
    return "\n".join(text for text in texts if text)


def _classify(output: str, otherwise: Code, about: list[PyPIRequirement]) -> tuple[Code, str | None]:
    if _GIT.search(output):
        missing = "executable not found" in output.lower()
        return Code.REQUIREMENT_SOURCE_MISSING, "install git" if missing else "check the URL and the rev, branch or tag"
    unknown = _UNKNOWN.search(output)
    if unknown:
        return Code.REQUIREMENTS_UNSOLVABLE, _advise_name(unknown[1], about)
    if _INTERPRETER.search(output):
        return Code.REQUIREMENTS_UNSOLVABLE, "start wt with a Python that the requirements allow"
    if _OFFLINE.search(output) and "No solution found" not in output:
        return otherwise, _REACHABLE
    if _BUILD.search(output):
        return Code.WHEEL_BUILD_FAILED, None
    if otherwise is Code.REQUIREMENTS_UNSOLVABLE and "unsatisfiable" in output:
        return otherwise, "loosen one of the versions that are named"
    return otherwise, None


def _advise_name(name: str, about: list[PyPIRequirement]) -> str:
    from importlib.metadata import distributions

    # An index cannot be searched; what is installed beside wt is the best list of real names at hand.
    known = {str(found) for distribution in distributions() if (found := distribution.name)}
    meant = near_miss(name, known - {name})
    if any(requirement.canonical_name == name for requirement in about):
        return (
            f"did you mean {meant!r}?"
            if meant
            else f"is {name!r} spelled right? A package of your own needs 'path' or 'git'"
        )
    return f"{name!r} is needed by another requirement; if it is yours, add it with 'path' or 'git'"
