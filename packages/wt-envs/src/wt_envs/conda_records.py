"""The conda packages that a solve chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wt_envs.conda_spec import pypi_name


@dataclass(frozen=True)
class CondaPackage:
    """A package of one platform.

    Attributes:
        name: Its name.
        version: Its version.
        url: Where its archive is.
        depends: What it depends on, as match specs.
        noarch: `python` for a pure Python package, `generic`, or empty.
    """

    name: str
    version: str
    url: str
    depends: tuple[str, ...]
    noarch: str

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> CondaPackage:
        """Read a record of a channel's index, as py-rattler writes it."""
        depends = tuple(record.get("depends", ()))
        return cls(record["name"], str(record["version"]), record["url"], depends, record.get("noarch") or "")

    @property
    def is_python(self) -> bool:
        """Whether it holds a Python package, as far as its index tells."""
        return self.noarch == "python" or any(spec.split()[0] in ("python", "python_abi") for spec in self.depends)


def python_version(packages: Iterable[CondaPackage]) -> str | None:
    """The version of the Python among the packages; None if there is none."""
    return next((package.version for package in packages if package.name == "python"), None)


def provided(packages: Iterable[CondaPackage]) -> dict[str, str]:
    """The Python packages among the packages: their canonical names on PyPI, with their versions."""
    return {pypi_name(package.name): package.version for package in packages if package.is_python}
