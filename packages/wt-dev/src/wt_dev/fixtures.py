"""A pytest plugin: the local conda channel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from wt_envs.cache import VARIABLE, cache_root

WITH = ("altair>=5.5", "jinja2>=3.1", "pandas>=2.2", "pytest>=8", "rich>=13", "vega-datasets>=0.9")
"""What the channel for tests holds beside wt's own packages."""


@pytest.fixture(scope="session")
def conda_channel() -> str:
    """The URL of a local conda channel, built at most once for each content."""
    options = [option for requirement in WITH for option in ("--with", requirement)]
    environ = {**os.environ, VARIABLE: str(cache_root())}
    command = [str(Path(sys.executable).with_name("wt-dev")), "channel", *options]
    built = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.fail(f"the conda channel cannot be built:\n{built.stderr}", pytrace=False)
    return built.stdout.strip()
