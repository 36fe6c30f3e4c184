"""The example of the README says what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_example_prints_what_the_readme_says() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"It prints `{done.stdout.strip()}`." in text
