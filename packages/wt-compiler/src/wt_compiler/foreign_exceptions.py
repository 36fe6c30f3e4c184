"""Exceptions of other packages that a spec names: the environment that has those packages is asked for them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wt_contracts.codes import Code

from wt_compiler.findings import Findings

if TYPE_CHECKING:
    from wt_envs.lock import AnyLock

Answers = dict[str, str]
"""What is wrong with each name; empty if nothing is, or if that cannot be known."""

_ASK: Final = """
import importlib, json, sys
found = {}
for name in sys.argv[1:]:
    module, _, last = name.rpartition(".")
    try:
        value = getattr(importlib.import_module(module), last)
    except ModuleNotFoundError as error:
        missing = error.name is not None and f"{module}.".startswith(f"{error.name}.")
        found[name] = f"the environment has no module {error.name!r}" if missing else ""
    except AttributeError:
        found[name] = f"the module {module!r} has no exception {last!r}"
    except Exception:
        found[name] = ""
    else:
        fits = isinstance(value, type) and issubclass(value, Exception)
        found[name] = "" if fits else f"{name!r} is no exception of a failure"
print()
print(json.dumps(found))
"""
_HINT: Final = "write it as Python imports it, package.module.Name, and add its package to the requirements"


def check_exceptions(findings: Findings, ask: Callable[[Iterable[str]], Answers]) -> None:
    """Report the names that are those of no exception.

    Args:
        findings: Of a spec, which knows the names; gets what is wrong.
        ask: Says what is wrong with names.
    """
    named = list(findings.foreign_exceptions)
    if not named:
        return
    answers = ask({name for _, name, _ in named})
    for own, name, position in named:
        if wrong := answers.get(name):
            own.error(Code.WRONG_VALUE, wrong, position, _HINT)


def asked_of(interpreter: Sequence[str], names: Iterable[str], timeout: float) -> Answers:
    """What an interpreter says, which imports the modules; nothing, if it cannot be asked.

    Args:
        interpreter: The interpreter with its options.
        names: The dotted paths.
        timeout: Seconds after which it is ended.
    """
    with suppress(OSError, ValueError, IndexError, subprocess.SubprocessError):
        done = subprocess.run(
            [*interpreter, "-c", _ASK, *sorted(names)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=True,
        )
        found: Answers = json.loads(done.stdout.splitlines()[-1])
        return found
    return {}


def remembered(lock: AnyLock, names: Iterable[str], timeout: float) -> Answers:
    """The same of a locked environment; it is asked once for each name.

    Raises:
        DiagnosticError: The environment cannot be realised.
    """
    from wt_envs.cache import cache_root
    from wt_envs.memo import keep
    from wt_envs.realise import address, realise

    kept = cache_root() / "discovery" / f"{address(lock)}.exceptions.json"
    known = _known(kept)
    if new := [name for name in names if name not in known]:
        known |= asked_of([str(realise(lock).python), "-I"], new, timeout)
        keep(kept, json.dumps(known).encode())
    return known


def _known(kept: Path) -> Answers:
    try:
        found = json.loads(kept.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
