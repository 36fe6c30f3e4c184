"""A wheel as a conda package."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from wt_envs.conda_spec import conda_clauses
from wt_envs.interpreter import running_interpreter
from wt_envs.pin import split_name
from wt_envs.platforms import PLATFORMS, current_platform
from wt_envs.store import ENTRY, location, obtain
from wt_envs.wheel_metadata import applies, requires

from wt_dev.interpreter_package import KIND, assemble_empty, packages_in

_RULES: Final = "1"
_LEVEL: Final = 1  # what whl2conda takes by itself needs a minute for some packages
_SYSTEM: Final = ("python", "python_abi", "__")


def converted(wheel: Path) -> list[Path]:
    """The conda packages of a wheel that are made already; empty if none are."""
    return packages_in(location(KIND, _key(wheel)))


def convert_wheel(wheel: Path) -> list[Path]:
    """The conda package of a wheel, made once for each content of it.

    A compiled wheel also gives packages without files that stand for it on the other platforms.

    Args:
        wheel: The wheel; pure or for this platform.

    Returns:
        The packages; the directory of each is named for its platform.
    """

    def build(staging: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="wt-dev-") as directory:
            tree, platform = _unpack(wheel, Path(directory))
            index = _write_depends(tree, requires(wheel))
            _pack(tree, staging / ENTRY / platform)
        if platform != "noarch":
            _stand_in(index, staging)

    return packages_in(obtain(KIND, _key(wheel), build))


def _key(wheel: Path) -> str:
    with wheel.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256("\0".join([_RULES, content, running_interpreter().identity]).encode()).hexdigest()[:32]


def _unpack(wheel: Path, directory: Path) -> tuple[Path, str]:
    from whl2conda.api.converter import CondaPackageFormat, Wheel2CondaConverter

    converter = Wheel2CondaConverter(wheel, directory / "tree")
    converter.logger.setLevel(logging.ERROR)
    converter.allow_impure = True
    converter.out_format = CondaPackageFormat.TREE
    converter.std_renames = {}  # in this channel everything is called as on the index
    tree = converter.convert()
    assert converter.conda_target is not None
    return tree, converter.conda_target.subdir


def _write_depends(tree: Path, declared: list[Requirement]) -> dict[str, Any]:
    """Write what the package depends on, by the markers as they are here; whl2conda leaves out all that have one."""
    path = tree / "info" / "index.json"
    index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    system = [spec for spec in index["depends"] if spec.startswith(_SYSTEM)]
    index["depends"] = [*system, *sorted(_conda_specs(declared))]
    path.write_text(json.dumps(index, indent=2), encoding="utf-8")
    return index


def _conda_specs(declared: list[Requirement]) -> Iterator[str]:
    for requirement in declared:
        if applies(requirement):
            yield f"{split_name(requirement.name)} {conda_clauses(requirement.specifier)}"


def _pack(tree: Path, target: Path) -> None:
    from conda_package_streaming.create import anonymize, conda_builder  # type: ignore[import-untyped]  # it has no types

    target.mkdir(parents=True)
    with conda_builder(tree.name, target, compression_level=_LEVEL) as archive:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                archive.add(path, path.relative_to(tree).as_posix(), filter=anonymize)


def _stand_in(index: dict[str, Any], staging: Path) -> None:
    depends = [spec for spec in index["depends"] if not spec.startswith("__")]
    for platform in PLATFORMS:
        if platform != current_platform():
            assemble_empty(staging, index["name"], index["version"], platform, index["build"], depends=depends)
