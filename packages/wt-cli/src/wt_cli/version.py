"""Which versions of which wt packages are installed."""

from __future__ import annotations

from collections.abc import Iterable

PACKAGES = (
    "wt-cli",
    "wt-compiler",
    "wt-contracts",
    "wt-engine",
    "wt-envs",
    "wt-invokers",
    "wt-kernel",
    "wt-registry",
    "wt-runner",
    "wt-task",
)


def installed_versions(offering: Iterable[str] = ()) -> dict[str, str]:
    """The versions of the installed wt packages.

    Args:
        offering: Packages that offer commands, which are listed too.

    Returns:
        The version by the package's name, sorted.
    """
    from importlib.metadata import PackageNotFoundError, version

    versions = {}
    for package in sorted({*PACKAGES, *offering}):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
