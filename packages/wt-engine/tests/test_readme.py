"""The examples of the README do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("imported", ["Pipe\n", "Pipeline\n"])
def test_the_examples_print_what_the_readme_says(imported: str) -> None:
    text = README.read_text()
    snippets = [snippet.split("```") for snippet in text.split("```python\n")[1:]]
    code, after = next((code, after) for code, after, *_ in snippets if imported in code and "print(" in code)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert after.startswith(f"\n\nIt prints `{done.stdout.strip()}`.")


@pytest.fixture
def rain(tmp_path: Path) -> Path:
    """The script that the README kills."""
    path = tmp_path / "rain.py"
    path.write_text(next(block for block in blocks("python") if 'name="rain"' in block))
    return path


def test_the_picture_is_the_one_that_the_readme_shows(rain: Path) -> None:
    code = "import rain; print(rain.pipe.graph())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=rain.parent)
    plain = re.sub(r":::\w+", "", done.stdout)
    lines = [line for line in plain.splitlines() if not re.match(r" +(class|classDef) ", line)]
    assert "\n".join(lines).strip() == blocks("mermaid")[0].strip()


def test_a_run_that_was_killed_goes_on_as_the_readme_shows(rain: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-u", rain.name], stdout=subprocess.PIPE, text=True, cwd=rain.parent)
    assert killed.stdout
    seen = []
    for line in killed.stdout:
        seen.append(line.strip())
        if line == "step_start publish\n":
            break
    assert seen.count("step_end load") == 3
    killed.kill()
    killed.communicate()

    def engine(*arguments: str) -> str:
        command = [sys.executable, "-m", "wt_cli", "engine", *arguments, "--store", "runs.db"]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=rain.parent).stdout

    run, status, *_ = engine("runs").split()
    assert status == "interrupted"
    assert f"{run}  success" in engine("resume", "rain:pipe", run[:6])
    timeline = engine("timeline", run[:6])
    assert timeline.startswith("rain: 5 calls")
    assert timeline.count("\nload") == 3
