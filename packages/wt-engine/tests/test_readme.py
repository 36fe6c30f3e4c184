"""The example of the README says what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("imported", ["Pipe\n", "Pipeline\n"])
def test_the_examples_print_what_the_readme_says(imported: str) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    snippets = [snippet.split("```") for snippet in text.split("```python\n")[1:]]
    code, after = next((code, after) for code, after, *_ in snippets if imported in code and "print(" in code)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert after.startswith(f"\n\nIt prints `{done.stdout.strip()}`.")
