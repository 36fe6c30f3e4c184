"""The sources of the libraries that a spec requires by path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wt_compiler.spec import Spec

INTERVAL = 0.2
"""How often, in seconds, the files of whole libraries are looked at while they are watched."""


def library_sources(spec: Spec, base: Path) -> list[Path]:
    """Where they are: directories, or files such as wheels.

    Args:
        spec: The spec.
        base: What its paths are relative to.
    """
    paths = [getattr(requirement, "path", None) for requirement in spec.requirements]
    return [base / path for path in paths if path is not None]


def files_of(sources: Iterable[Path]) -> Iterator[Path]:
    """All their files, as there are now."""
    from wt_envs.source import walk

    for source in sources:
        if not source.is_dir():
            yield source
            continue
        try:
            yield from [source / name for name in walk(source)]
        except OSError:
            continue  # it is gone, or a part of it just goes
