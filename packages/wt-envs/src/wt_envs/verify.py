"""Whether the files of an environment are still what was installed."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Damage(NamedTuple):
    """A file that is not what was installed.

    Attributes:
        path: Relative to the environment.
        problem: `missing` or `changed`.
    """

    path: str
    problem: str


def damages(prefix: Path) -> list[Damage]:
    """Compare the files of an environment with the records of its packages.

    Args:
        prefix: The environment.

    Returns:
        What differs, by path: of conda packages by `conda-meta/*.json`, of Python packages by their `RECORD`. Programs
        that were written for this place have no hash there, and are only looked for.
    """
    expected = dict(_python(prefix))
    expected.update(_conda(prefix))
    found = (Damage(path, problem) for path, digest in expected.items() if (problem := _problem(prefix / path, digest)))
    return sorted(found)


def _conda(prefix: Path) -> Iterator[tuple[str, str | None]]:
    for record in sorted((prefix / "conda-meta").glob("*.json")):
        for entry in json.loads(record.read_text(encoding="utf-8")).get("paths_data", {}).get("paths", ()):
            linked = entry.get("path_type") == "hardlink"
            digest = entry.get("sha256_in_prefix") or (
                entry.get("sha256") if "prefix_placeholder" not in entry else None
            )
            yield entry["_path"], digest if linked else None


def _python(prefix: Path) -> Iterator[tuple[str, str | None]]:
    for record in sorted(prefix.glob("[Ll]ib/**/site-packages/*.dist-info/RECORD")):
        packages = record.parent.parent
        with record.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                path = packages / row[0]
                inside = packages in path.parents and ".." not in path.parts
                if inside and len(row) > 1 and row[1].startswith("sha256="):
                    padded = row[1].removeprefix("sha256=") + "=="
                    yield path.relative_to(prefix).as_posix(), base64.urlsafe_b64decode(padded).hex()


def _problem(path: Path, digest: str | None) -> str | None:
    if not path.exists() and not path.is_symlink():
        return None if path.name.endswith(".pyc") else "missing"
    if digest is None or not path.is_file():
        return None
    with path.open("rb") as file:
        return None if hashlib.file_digest(file, "sha256").hexdigest() == digest else "changed"
