from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).with_name("typing_cases.py")


def test_the_type_checker_knows_arguments_and_results(tmp_path):
    configuration = tmp_path / "mypy.ini"
    configuration.write_text("[mypy]\nstrict = true\n")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(configuration),
        "--cache-dir",
        str(tmp_path / "cache"),
    ]
    checked = subprocess.run([*command, str(CASES)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
