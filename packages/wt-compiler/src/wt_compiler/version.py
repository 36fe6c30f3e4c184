"""The version of a compiled workflow, and how it moves from one compile to the next.

A first compile gives 0.1.0. When the structure changed, the version's minor part goes up while the major is 0, else
its major part; when anything else that was read changed, its patch part. Whoever is ready to promise stability sets
`version: 1.0.0` in `VERSION.yaml` by hand: the compiler goes on from what stands there.
"""

from __future__ import annotations

import re

from msgspec import Struct

FILE = "VERSION.yaml"
FIRST = (0, 1, 0)
FIRST_TEXT = "0.1.0"

_LINE = re.compile(r"^(version|structure|inputs):\s*[\"']?([0-9a-f.]+)[\"']?\s*(?:#.*)?$", re.M)
_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})")


class Stamp(Struct, frozen=True):
    """What `VERSION.yaml` holds.

    Attributes:
        version: Major, minor, patch.
        structure: The hash of what makes workflows interchangeable.
        inputs: The hash of everything that was read.
    """

    version: tuple[int, int, int]
    structure: str
    inputs: str

    @property
    def text(self) -> str:
        """The version with dots."""
        return ".".join(str(part) for part in self.version)

    def to_yaml(self) -> str:
        """The content of `VERSION.yaml`."""
        return f"version: {self.text}\nstructure: {self.structure}\ninputs: {self.inputs}\n"

    @classmethod
    def from_yaml(cls, text: str) -> Stamp | None:
        """Read it back; None if it holds no version."""
        fields = dict(_LINE.findall(text))
        version = _VERSION.fullmatch(fields.get("version", ""))
        if version is None:
            return None
        major, minor, patch = (int(part) for part in version.groups())
        return cls((major, minor, patch), fields.get("structure", ""), fields.get("inputs", ""))


def next_stamp(old: Stamp | None, structure: str, inputs: str) -> Stamp:
    """The stamp of a new compile.

    Args:
        old: What the workspace to be replaced holds; None if there is none.
        structure: The hash of the new workflow's structure.
        inputs: The hash of what was read for it.
    """
    if old is None:
        return Stamp(FIRST, structure, inputs)
    major, minor, patch = old.version
    if old.structure != structure:
        version = (major + 1, 0, 0) if major else (0, minor + 1, 0)
    elif old.inputs != inputs:
        version = (major, minor, patch + 1)
    else:
        version = old.version
    return Stamp(version, structure, inputs)
