"""The Python in the packages' READMEs runs: the snippets of one, one after the other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

READMES = sorted(Path(__file__).parents[1].glob("packages/*/README.md"))


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_python_of_a_readme_runs(readme, tmp_path, root, wt):
    text = readme.read_text(encoding="utf-8")
    snippets = re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    if any("wt-hello-workflow" in snippet for snippet in snippets):
        compiled = wt("compile", root / "examples/hello/spec.yaml", "-o", tmp_path / "wt-hello-workflow", cwd=tmp_path)
        assert compiled.returncode == 0, compiled.stderr

    program = tmp_path / "readme.py"
    program.write_text("\n".join(snippets), encoding="utf-8")
    command = [sys.executable, "-W", "error", program.name]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)

    assert result.returncode == 0, result.stderr
