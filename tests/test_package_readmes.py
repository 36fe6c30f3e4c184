"""The Python in the packages' READMEs runs: the snippets of one, one after the other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

READMES = sorted(Path(__file__).parents[1].glob("packages/*/README.md"))


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_python_of_a_readme_runs(readme, tmp_path):
    snippets = re.findall(r"^```python\n(.*?)^```$", readme.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)

    program = tmp_path / "readme.py"
    program.write_text("\n".join(snippets), encoding="utf-8")
    command = [sys.executable, "-W", "error", program.name]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)

    assert result.returncode == 0, result.stderr
