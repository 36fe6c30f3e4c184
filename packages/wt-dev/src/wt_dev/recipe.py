"""The recipe that rattler-build makes a package of: written from its `pyproject.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from wt_envs.conda_spec import conda_clauses

from wt_dev.member import Member

VERSION = "WT_VERSION"
"""The variable that tells a recipe which version it builds."""
SOURCE = "WT_SOURCE"
"""The variable that tells a recipe where the source distribution is."""
BUILD_WITH = ("pip",)
"""What a build needs beside what `pyproject.toml` says."""

_RECIPE = """\
# Written from pyproject.toml by `wt-dev refresh`. The source distribution is what went to the index.
schema_version: 1
context:
  version: ${{{{ env.get("{VERSION}") }}}}
package:
  name: {name}
  version: ${{{{ version }}}}
source:
  path: ${{{{ env.get("{SOURCE}") }}}}
build:
  number: 0
  noarch: python
{entry_points}  script: python -m pip install . --no-deps --no-build-isolation --no-index
requirements:
  host:
{host}
  run:
{run}
tests:
  - python:
      imports:
        - {import_name}
      pip_check: false
about:
  license: {license}
  license_file:
{license_files}
  summary: {summary}
"""


def write_recipe(member: Member, members: Mapping[str, Member], extras: Mapping[str, Mapping[str, list[str]]]) -> str:
    """The text of a member's `recipe.yaml`.

    Args:
        member: The package or metapackage.
        members: All members by name, whose extras a requirement may ask for.
        extras: From `locked_extras`.
    """
    project = member.tables["project"]
    python = f"python {conda_clauses(SpecifierSet(project['requires-python']))}"
    built = map(Requirement, member.tables["build-system"]["requires"])
    run = sorted({spec for requirement in member.dependencies for spec in _expanded(requirement, members, extras)})
    scripts = [f"{name} = {place}" for name, place in project.get("scripts", {}).items()]
    return _RECIPE.format(
        VERSION=VERSION,
        SOURCE=SOURCE,
        name=member.name,
        import_name=member.import_name,
        entry_points=f"  python:\n    entry_points:\n{_items(scripts, 6)}\n" if scripts else "",
        host=_items([python, *BUILD_WITH, *map(_spec, built)], 4),
        run=_items([python, *run], 4),
        license=project["license"],
        license_files=_items(project["license-files"], 4),
        summary=json.dumps(project["description"]),
    )


def locked_extras(root: Path) -> dict[str, dict[str, list[str]]]:
    """What the extras of other projects bring, as `uv.lock` has it: names by extra, by project."""
    packages = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))["package"]
    return {
        package["name"]: {
            extra: sorted({found["name"] for found in brought})
            for extra, brought in package.get("optional-dependencies", {}).items()
        }
        for package in packages
    }


def _expanded(
    requirement: Requirement, members: Mapping[str, Member], extras: Mapping[str, Mapping[str, list[str]]]
) -> Iterator[str]:
    """A requirement and what its extras bring, since conda has no extras."""
    name = str(canonicalize_name(requirement.name))
    yield _spec(requirement)
    for extra in requirement.extras:
        if name in members:
            for brought in members[name].extras[extra]:
                yield from _expanded(brought, members, extras)
        else:
            yield from extras[name][extra]


def _spec(requirement: Requirement) -> str:
    return f"{canonicalize_name(requirement.name)} {conda_clauses(requirement.specifier)}"


def _items(texts: list[str], indent: int) -> str:
    return "\n".join(f"{' ' * indent}- {text}" for text in texts)
