"""The how-to about environments, followed word by word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path("docs/how-to/environments.md")
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Follower:
    """Does what a part of the page says, in a directory of its own."""

    def __init__(self, directory: Path, channel: str) -> None:
        self.directory = directory
        self.channel = channel
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        self.environ = {**os.environ, "PATH": path, "WT_CACHE_DIR": str(directory / "cache"), "COLUMNS": "200"}

    def follow(self, part: str) -> str:
        for name, content in FILE.findall(part):
            place = self.directory / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content.replace("$CHANNEL", self.channel), encoding="utf-8")
        return "".join(self.run(command) for block in COMMANDS.findall(part) for command in block.splitlines())

    def run(self, command: str) -> str:
        shell = ["bash", "-euc", command]
        done = subprocess.run(shell, cwd=self.directory, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def parts(root: Path) -> dict[str, str]:
    """The sections of the page, by their titles."""
    _, *sections = (root / PAGE).read_text(encoding="utf-8").split("\n## ")
    return {section.partition("\n")[0]: section for section in sections}


def test_a_newcomer_follows_the_page(parts, conda_channel, tmp_path):
    person = Follower(tmp_path, conda_channel)
    person.follow(parts["A task library"])
    person.follow(parts["A spec with a conda requirement and a PyPI one"])
    assert '"Dear Ada"' in (tmp_path / "results" / "result.json").read_text(encoding="utf-8")
    assert (tmp_path / "wt-letter-workflow" / "pixi.lock").is_file()

    seen = person.follow(parts["What is there"])
    assert "wt-letter-workflow" in seen
    assert "@EXPLICIT" in seen

    before, _, after = parts["A machine without a network"].partition("There:")
    person.follow(before)
    person.environ["WT_CACHE_DIR"] = str(tmp_path / "other")
    person.follow(after)

    spec = tmp_path / "spec.yaml"
    lines = spec.read_text(encoding="utf-8").splitlines(keepends=True)
    spec.write_text("".join(line for line in lines if "name: jinja2" not in line), encoding="utf-8")
    person.follow(parts["PyPI alone"])
    assert (tmp_path / "wt-letter-workflow" / "uv.lock").is_file()
    assert not (tmp_path / "wt-letter-workflow" / "pixi.lock").exists()
