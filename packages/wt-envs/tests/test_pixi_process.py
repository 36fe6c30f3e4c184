"""No index that these tests may reach has pixi: a program stands in for it that takes pixi's documented arguments."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_envs.pixi_lock import PixiLock
from wt_envs.pixi_process import install_with_pixi, is_pixi_wanted, use_pixi

STAND_IN = """\
#!{python}
import argparse, json
from pathlib import Path
parser = argparse.ArgumentParser()
commands = parser.add_subparsers(dest="command", required=True)
for name in ("install", "info"):
    command = commands.add_parser(name)
    command.add_argument("--manifest-path", type=Path, required=True)
commands.choices["install"].add_argument("--environment", choices=["default", "runner", "test"])
commands.choices["install"].add_argument("--frozen", action="store_true")
commands.choices["info"].add_argument("--json", action="store_true")
chosen = parser.parse_args()
prefix = chosen.manifest_path.parent / ".pixi" / "envs" / "default"
if chosen.command == "info":
    environments = [{{"name": "runner", "prefix": "/none"}}, {{"name": "default", "prefix": str(prefix)}}]
    print(json.dumps({{"environments_info": environments}}))
elif not (chosen.manifest_path.parent / "pixi.lock").is_file():
    raise SystemExit("Error: no lock file")
else:
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").symlink_to("{python}")
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    PixiLock('[workspace]\nname = "rain"\n', "version: 7\n").write(tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def pixi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "pixi"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)


def refusal(workspace: Path) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        install_with_pixi(PixiLock.read(workspace), workspace)
    (found,) = caught.value.diagnostics
    return found


def test_pixi_installs_in_the_workspace_what_is_locked(pixi, workspace):
    told: list[str] = []
    environment = install_with_pixi(PixiLock.read(workspace), workspace, progress=told.append)

    assert environment.prefix == workspace / ".pixi/envs/default"
    assert environment.run(["python", "-c", "print(2)"], check=True).stdout == "2\n"
    assert told == ["installing the environment with pixi"]


def test_what_pixi_says_when_it_fails_is_shown(pixi, workspace):
    lock = PixiLock.read(workspace)
    (workspace / "pixi.lock").unlink()

    with pytest.raises(DiagnosticError) as caught:
        install_with_pixi(lock, workspace)

    assert caught.value.diagnostics[0].code == Code.REALISE_FAILED
    assert caught.value.diagnostics[0].message.endswith("with pixi: Error: no lock file")


def test_without_pixi_there_is_another_way(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    found = refusal(workspace)

    assert (found.code, found.message) == (Code.USAGE, "there is no pixi on the PATH")
    assert "wt installs the same lock" in (found.hint or "")


def test_pixi_is_not_asked_where_nothing_may_be_fetched(pixi, workspace, monkeypatch):
    monkeypatch.setenv("WT_OFFLINE", "1")

    assert refusal(workspace).message == "pixi cannot be kept from fetching"


def test_pixi_is_used_if_it_is_asked_for(monkeypatch):
    monkeypatch.setenv("WT_PIXI", "0")
    assert not is_pixi_wanted()
    use_pixi()
    assert is_pixi_wanted()
