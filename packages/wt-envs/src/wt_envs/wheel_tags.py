"""Which of a package's wheels fits a platform that this machine is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from wt_envs.platforms import GLIBC, MACOS, PLATFORMS


def best_wheel(names: Iterable[str], platform: str, python: str) -> str | None:
    """The wheel that an installer on a platform would choose.

    Args:
        names: The file names of a package's wheels.
        platform: The platform, such as `linux-64`.
        python: The version of CPython there, such as `3.12`.

    Returns:
        The name of the wheel with the most specific tag; None if none fits. The order of tags is that of the
        `packaging` library, which follows PEP 425 and PEP 600.
    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    ranks = _ranks(platform, python)
    best: tuple[int, str] | None = None
    for name in names:
        try:
            tags = parse_wheel_filename(name)[3]
        except InvalidWheelFilename:
            continue
        rank = min((ranks[str(tag)] for tag in tags if str(tag) in ranks), default=None)
        if rank is not None and (best is None or rank < best[0]):
            best = (rank, name)
    return best[1] if best else None


@cache
def _ranks(platform: str, python: str) -> dict[str, int]:
    from packaging.tags import compatible_tags, cpython_tags

    major, minor = (int(part) for part in python.split(".")[:2])
    version = (major, minor)
    interpreter = f"cp{major}{minor}"
    platforms = list(_platform_tags(platform))
    # Debug and free-threaded builds are not what conda's python is.
    tags = [*cpython_tags(version, [interpreter], platforms), *compatible_tags(version, interpreter, platforms)]
    return {str(tag): rank for rank, tag in reversed(list(enumerate(tags)))}


def _platform_tags(platform: str) -> Iterator[str]:
    from packaging.tags import mac_platforms

    machine = PLATFORMS[platform].markers["platform_machine"]
    if platform.startswith("linux"):
        for minor in range(int(GLIBC.partition(".")[2]), 4, -1):
            yield f"manylinux_2_{minor}_{machine}"
            yield from (f"{old}_{machine}" for old, at in _LEGACY if at == minor)
        yield f"linux_{machine}"
    elif platform.startswith("osx"):
        major, _, minor_text = MACOS.partition(".")
        yield from mac_platforms((int(major), int(minor_text)), machine)
    else:
        yield "win_amd64"


_LEGACY = (("manylinux2014", 17), ("manylinux2010", 12), ("manylinux1", 5))
