"""The tour of the README, step by step: it shows what a terminal shows, but for times, hashes and the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
OWN = [
    (RUN, "RUN"),
    (re.compile(r"(file://)?/\S*?/results/"), "DIR/results/"),
    (re.compile(r"^(machine|environment|suspended|succeeded) .*$", re.MULTILINE), r"\1"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "HASH"),
    (re.compile(r"\d+\.\d\d s\b|\d+ bytes"), "N"),
    (re.compile(r" +"), " "),
]
"""What is different each time, or elsewhere, and what stands for it."""


def plain(text: str) -> str:
    for pattern, words in OWN:
        text = pattern.sub(words, text)
    return text


class Tour:
    """A terminal in a directory of its own.

    Attributes:
        runs: The runs that have been started here, by the ids that the README has for them.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._environ = os.environ | {"COLUMNS": "100"}
        self._environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.runs: dict[str, str] = {}

    def enter(self, command: str, shown: str) -> None:
        """Enter a command, and see whether it answers what is shown."""
        for known, real in self.runs.items():
            command = command.replace(known, real)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._directory,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert plain(done.stdout) == plain(shown), f"{command}\n{done.stdout}\n{done.stderr}"
        self.runs |= zip(RUN.findall(shown), RUN.findall(done.stdout), strict=True)

    def change(self, difference: str, path: str) -> None:
        """Add the lines that begin with a plus after the line above them."""
        (above,) = re.findall(r"^ (.*)$", difference, flags=re.MULTILINE)
        added = "".join(f"{line}\n" for line in re.findall(r"^\+(.*)$", difference, flags=re.MULTILINE))
        file = self._directory / path
        text = file.read_text()
        assert f"{above}\n" in text
        file.write_text(text.replace(f"{above}\n", f"{above}\n{added}"))


def test_the_tour_of_the_readme_is_what_a_terminal_shows(root, tmp_path):
    page = (root / "README.md").read_text(encoding="utf-8").partition("\n## A tour\n")[2].partition("\n## ")[0]
    tour = Tour(tmp_path)
    steps = re.findall(r"^```(console|diff)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)

    for language, text in steps:
        if language == "diff":
            tour.change(text, "rain/spec.yaml")
            continue
        for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            tour.enter(command, shown)

    assert len(tour.runs) == 2
