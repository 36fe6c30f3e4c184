"""The examples of the README do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from wt_engine.storage import SQLiteBackend

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_examples_print_what_the_readme_says(tmp_path: Path) -> None:
    snippets = [snippet.split("```") for snippet in README.read_text().split("```python\n")[1:]]
    told = [(code, after) for code, after, *_ in snippets if after.startswith("\n\nIt prints `")]
    for code, after in told:
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert after.startswith(f"\n\nIt prints `{done.stdout.strip()}`.")
    assert len(told) == 3


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """The script that the README kills."""
    path = tmp_path / "sales.py"
    path.write_text(blocks("python")[0])
    return path


def test_the_first_pipeline_has_ten_lines(sales: Path) -> None:
    assert len([line for line in sales.read_text().splitlines() if line]) <= 10


def test_the_picture_is_the_one_that_the_readme_shows(sales: Path) -> None:
    code = "import sales; print(sales.sales.graph())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=sales.parent)
    assert done.stdout.strip() == blocks("mermaid")[0].strip()


def test_a_run_that_was_killed_goes_on_as_the_readme_shows(sales: Path) -> None:
    killed = subprocess.Popen([sys.executable, sales.name], cwd=sales.parent)
    store = SQLiteBackend(sales.parent / "runs.db")
    while "total" not in [event.stage for run in store.list_runs() for event in store.get_events(run.run_id)]:
        assert killed.poll() is None
    killed.kill()
    killed.communicate()

    def engine(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "wt_cli", "engine", *arguments, "--store", "runs.db"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=sales.parent)
        assert done.returncode == code, done.stderr
        return done.stdout

    def without_figures(text: str) -> list[list[str]]:
        return [
            re.sub(r"[0-9a-f]{12,}|[-0-9.:]+|\bm?s\b|[#.]+|<- slowest", "", line).split() for line in text.splitlines()
        ]

    shown = re.split(r"^\$ .*\n", blocks("console")[0], flags=re.MULTILINE)[1:]
    run = engine("runs").split()[0]
    told = [
        engine("runs"),
        engine("show", run[:6], code=1),
        engine("resume", "sales:sales", run[:6]),
        engine("timeline", run[:6], "--width", "80"),
    ]
    assert [without_figures(text) for text in told] == [without_figures(text) for text in shown]
