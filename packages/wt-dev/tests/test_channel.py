from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import url2pathname

import pytest
from wt_dev.channel import index_channel
from wt_envs.platforms import PLATFORMS, current_platform

SOLVE = """
import asyncio, os, sys
import rattler
channel, prefix, cache, *specs = sys.argv[1:]
async def main():
    records = await rattler.solve([channel], specs, virtual_packages=rattler.VirtualPackage.detect())
    await rattler.install(records, prefix, cache, show_progress=False)
asyncio.run(main())
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture(scope="session")
def channel(conda_channel: str) -> Path:
    return Path(url2pathname(conda_channel.removeprefix("file:")))


def names(channel: Path, platform: str) -> set[str]:
    index = json.loads((channel / platform / "repodata.json").read_text(encoding="utf-8"))
    return {record["name"] for record in index["packages.conda"].values()}


def test_every_platform_has_a_python_and_the_compiled_packages(channel):
    for platform in PLATFORMS:
        assert {"python", "pydantic-core", "pandas"} <= names(channel, platform)
    assert {"wt-task", "wt-registry", "wt-contracts", "pydantic", "python_abi"} <= names(channel, "noarch")


def test_what_a_package_depends_on_follows_its_markers(channel):
    index = json.loads((channel / current_platform() / "repodata.json").read_text(encoding="utf-8"))
    [core] = [record for record in index["packages.conda"].values() if record["name"] == "pydantic-core"]

    assert any(spec.startswith("python_abi ") for spec in core["depends"])
    assert any(spec.startswith("typing-extensions ") for spec in core["depends"])


def test_an_environment_of_the_channel_runs_alone(conda_channel, tmp_path):
    prefix = tmp_path / "prefix"
    command = [sys.executable, "-I", "-c", SOLVE, conda_channel, prefix, tmp_path / "cache", "wt-registry", "pandas"]
    subprocess.run(command, check=True)
    program = "import sys, pandas, wt_contracts; print(sys.prefix, pandas.__file__, wt_contracts.__file__, sep='\\n')"
    found = subprocess.run([prefix / "bin" / "python", "-I", "-c", program], capture_output=True, text=True, check=True)

    assert [Path(line).is_relative_to(prefix) for line in found.stdout.splitlines()] == [True, True, True]
    asked = subprocess.run([prefix / "bin" / "wt-registry", "--format", "json"], capture_output=True, check=True)
    assert json.loads(asked.stdout)["entries"] == {}


def test_a_channel_without_packages_can_be_indexed(tmp_path):
    index_channel(tmp_path)

    assert (tmp_path / "noarch" / "repodata.json").is_file()
