"""Log files of runs and processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wt_engine import Pipe
from wt_engine.observability.log_files import LogGestor, close_logger, new_logger


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    from loguru import logger

    logger.remove()
    yield
    for name in ("one", "two", "runs"):
        close_logger(name)


def text_of(directory: Path) -> str:
    return "".join(path.read_text() for path in sorted(directory.glob("*.log")))


def test_each_logger_writes_to_files_of_its_own_once(tmp_path: Path) -> None:
    for _ in range(2):
        one = new_logger("one", tmp_path / "a")
    two = new_logger("two", tmp_path / "b")
    one.info("first")
    two.info("second")
    assert text_of(tmp_path / "a").endswith("INFO    | one | first\n")
    assert text_of(tmp_path / "a").count("first") == 1
    assert "first" not in text_of(tmp_path / "b")


def test_files_rotate_are_packed_and_go(tmp_path: Path) -> None:
    log = new_logger("one", tmp_path, filename_format="fixed", rotation=2000, retention=2)
    for number in range(200):
        log.info("line {} {}", number, "x" * 80)
    close_logger("one")
    packed = list(tmp_path.glob("*.zip"))
    assert len(packed) == 2
    assert zipfile.ZipFile(packed[0]).testzip() is None
    assert (tmp_path / "one_fixed.log").stat().st_size <= 2000
    assert "line 199" in (tmp_path / "one_fixed.log").read_text()


def test_a_gestor_keeps_the_events_of_runs(tmp_path: Path) -> None:
    gestor = LogGestor("runs", tmp_path)
    pipe: Pipe[Any, Any] = Pipe(name="mine")
    pipe.add_observer(gestor)

    @pipe.step
    async def bad() -> None:
        raise ValueError("no {braces}")

    async def run() -> None:
        async for _ in pipe.run():
            pass

    asyncio.run(run())
    gestor.close()
    lines = text_of(tmp_path).splitlines()
    assert any("INFO" in line and "STEP_START bad" in line for line in lines)
    assert any("ERROR" in line and "STEP_ERROR bad" in line and "no {braces}" in line for line in lines)


def test_importing_makes_no_file_and_loads_no_loguru(tmp_path: Path) -> None:
    code = "import sys, wt_engine.observability.log_files; print('loguru' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "False"
    assert list(tmp_path.iterdir()) == []
