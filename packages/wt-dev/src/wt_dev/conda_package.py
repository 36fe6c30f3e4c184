"""The packages of this checkout as conda packages, in a channel that is indexed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_sdist_filename

from wt_dev.channel import build_channel, index_channel
from wt_dev.member import Member, own_dependencies
from wt_dev.recipe import BUILD_WITH, SOURCE, VERSION

# A process of its own for each build: rattler's threads may outlive what they work for, and then crash an interpreter
# that ends in the usual way.
_BUILD = """
import os, sys
import rattler_build
recipe, channel, tests, *others = sys.argv[1:]
tool = rattler_build.ToolConfiguration(test_strategy=tests)
stage = rattler_build.Stage0Recipe.from_file(recipe)
stage.run_build(tool_config=tool, output_dir=channel, channels=[f"file://{channel}", *others])
sys.stdout.flush()
os._exit(0)
"""


def build_conda(
    members: Iterable[Member], distributions: Path, channel: Path, others: Sequence[str], *, tested: bool = True
) -> None:
    """Build the conda package of each member from its recipe and its source distribution.

    Args:
        members: The packages; what is depended on comes first.
        distributions: The directory with their source distributions.
        channel: The directory of the channel that gets the packages; indexed after each.
        others: The URLs of the channels that have everything else, such as Python.
        tested: Whether the tests of the recipes are run, each in an environment of its own.

    Raises:
        subprocess.CalledProcessError: If a package cannot be built, or its test fails.
    """
    channel.mkdir(parents=True, exist_ok=True)
    index_channel(channel)
    for member in members:
        source = next(distributions.glob(f"{member.import_name}-*.tar.gz")).resolve()
        given = {VERSION: str(parse_sdist_filename(source.name)[1]), SOURCE: str(source)}
        places = (str(member.directory / "recipe.yaml"), str(channel.resolve()), "native" if tested else "skip")
        command = [sys.executable, "-I", "-c", _BUILD, *places, *others]
        subprocess.run(command, env={**os.environ, **given}, check=True, stdout=sys.stderr)
        index_channel(channel)


def local_others(members: Iterable[Member]) -> str:
    """A local channel, in wt's cache, with Python, the build tools and what some members need of other projects.

    Returns:
        Its URL.
    """
    needed = sorted({str(requirement) for member in members for requirement in _foreign(member)} | {*BUILD_WITH})
    return build_channel((), needed).as_uri()


def with_dependencies(names: Iterable[str], members: Mapping[str, Member]) -> list[Member]:
    """Some members and all members that they stand on, what is depended on first."""
    wanted = set(names)
    while more := {each for name in wanted for each in own_dependencies(members[name], members)} - wanted:
        wanted |= more
    return [member for name, member in members.items() if name in wanted]


def _foreign(member: Member) -> Iterator[Requirement]:
    built = map(Requirement, member.tables["build-system"]["requires"])
    for requirement in (*member.all_dependencies, *built):
        if not requirement.name.startswith("wt-"):
            yield requirement
