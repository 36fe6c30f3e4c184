"""A workflow whose environment holds conda packages, from its spec to a result, here and elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEATHER = ROOT / "examples" / "weather"


def wt(*arguments: str | Path, cache: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("wt")), *map(str, arguments)]
    environ = {**os.environ, "WT_CACHE_DIR": str(cache), "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, env=environ, cwd=cwd, check=False)


@pytest.fixture(scope="session")
def weather(conda_channel: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the weather example compiled as a conda workspace, and the cache of its machine."""
    here = tmp_path_factory.mktemp("weather")
    text = (WEATHER / "spec.yaml").read_text(encoding="utf-8")
    conda = "".join(
        f"  - {{name: {name}, version: '{version}', channel: '{conda_channel}'}}\n"
        for name, version in (("python", "*"), ("pandas", ">=2.2"), ("altair", ">=5.5"))
    )
    library = f"  - name: weather-tasks\n    path: {WEATHER / 'weather_tasks'}\n"
    spec = text.replace("  - name: weather-tasks\n    path: ./weather_tasks\n", conda + library)
    (here / "spec.yaml").write_text(spec, encoding="utf-8")
    compiled = wt("compile", "spec.yaml", "--no-graph", cache=here / "cache", cwd=here)
    assert compiled.returncode == 0, compiled.stderr
    return here


def test_a_workspace_holds_the_lock_of_its_conda_packages(weather):
    workspace = weather / "wt-weather-workflow"

    assert (workspace / "pixi.lock").read_text(encoding="utf-8").startswith("version: 7\n")
    assert not (workspace / "uv.lock").exists()
    manifest = tomllib.loads((workspace / "pixi.toml").read_text(encoding="utf-8"))
    assert manifest["tasks"]["wt-weather-workflow"] == "python -m wt_weather_workflow.cli"
    assert set(manifest["environments"]) == {"default", "runner", "test"}
    assert [path.name for path in (workspace / "wheels").glob("weather_tasks-*.whl")] == [
        "weather_tasks-1.0.0-py3-none-any.whl"
    ]


def test_compiling_again_writes_nothing(weather):
    again = wt("compile", "spec.yaml", "--no-graph", cache=weather / "cache", cwd=weather)

    assert again.stdout.startswith("up to date: ")


def test_it_runs_here_and_packed_elsewhere(weather, tmp_path):
    run = ("run", weather / "wt-weather-workflow", "--json", "--no-input")
    here = wt(*run, "--results", tmp_path / "here", cache=weather / "cache", cwd=tmp_path)
    assert here.returncode == 0, here.stderr
    archive = tmp_path / "env.tar.zst"
    packed = wt("env", "pack", weather / "wt-weather-workflow", "-o", archive, cache=weather / "cache", cwd=tmp_path)
    assert packed.returncode == 0, packed.stderr

    other = tmp_path / "another machine"
    unpacked = wt("env", "unpack", archive, cache=other, cwd=tmp_path)
    assert unpacked.returncode == 0, unpacked.stderr
    there = wt(*run, "--results", tmp_path / "there", cache=other, cwd=tmp_path)

    assert there.returncode == 0, there.stderr
    results = [
        json.loads((tmp_path / place / "result.json").read_text(encoding="utf-8")) for place in ("here", "there")
    ]
    assert [result["error"] for result in results] == [None, None]
