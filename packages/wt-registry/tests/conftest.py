from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import wt_registry


@pytest.fixture(autouse=True)
def empty_registry() -> Iterator[None]:
    """Every test starts with nothing registered."""
    wt_registry.clear_registry()
    yield
    wt_registry.clear_registry()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a module (`a/b.py`) below the folder that commands find modules in."""

    def write(name: str, source: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
        return path

    return write


@pytest.fixture
def install(write: Callable[[str, str], Path]) -> Callable[..., None]:
    """Make modules look like an installed package that names them in the entry-point group."""

    def install(distribution: str, *modules: str) -> None:
        folder = f"{distribution}-1.0.dist-info"
        write(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = "\n".join(f"entry{number} = {module}" for number, module in enumerate(modules))
        write(f"{folder}/entry_points.txt", f"[wt_registry]\n{lines}\n")

    return install


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m wt_registry` as a process of its own."""

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "wt_registry", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )

    return command


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import a written module into this process, and forget it afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]
