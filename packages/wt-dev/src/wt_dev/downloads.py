"""The wheels of other projects, from the index that pip and uv are configured for."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from wt_envs.cache import cache_root
from wt_envs.interpreter import running_interpreter
from wt_envs.memo import recall, remember
from wt_envs.pin import split_name
from wt_envs.store import ENTRY, location, obtain
from wt_envs.uv_process import Progress, uv_configuration, uv_environ

KIND: Final = "downloads"


def download_wheels(
    requirements: Sequence[str], *, without: Iterable[str] = (), progress: Progress | None = None
) -> list[Path]:
    """Resolve requirements for the running interpreter, and get the wheel of each package; downloaded once.

    Args:
        requirements: PEP 508 requirements.
        without: Canonical names of packages that are at hand.
        progress: Told what is being done.

    Returns:
        The wheels, by name of the package.

    Raises:
        subprocess.CalledProcessError: If uv cannot resolve them or pip cannot download one.
    """
    known = set(without)
    # What was resolved once stays, so that tests meet the same packages until they ask for others.
    memo = cache_root() / "resolutions" / _key("\0".join([*requirements, uv_configuration()]))
    resolved = recall(memo) or remember(memo, _resolve(requirements))
    pins = [pin for pin in resolved.split() if split_name(pin) not in known]
    missing = [pin for pin in pins if not location(KIND, _key(pin)).is_dir()]
    if missing:
        if progress is not None:
            progress(f"downloading {len(missing)} wheels")
        _download(missing)
    return [next(location(KIND, _key(pin)).glob("*.whl")) for pin in pins]


def _resolve(requirements: Sequence[str]) -> str:
    """The pins `name==version` of all packages, one a line."""
    options = ["--quiet", "--no-header", "--no-annotate", "--only-binary=:all:", "--python", sys.executable, "-"]
    resolved = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", *options],
        input="\n".join(requirements),
        env=uv_environ(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return "\n".join(line for line in resolved.stdout.splitlines() if "==" in line)


def _download(pins: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="wt-dev-") as directory:
        options = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", directory]
        subprocess.run([sys.executable, "-m", "pip", *options, *pins], check=True, stdout=sys.stderr)
        wheels = {split_name(wheel.name.partition("-")[0]): wheel for wheel in Path(directory).iterdir()}
        for pin in pins:
            obtain(KIND, _key(pin), partial(_keep, wheels[split_name(pin)]))


def _keep(wheel: Path, staging: Path) -> None:
    (staging / ENTRY).mkdir()
    shutil.move(wheel, staging / ENTRY / wheel.name)


def _key(pin: str) -> str:
    return hashlib.sha256(f"{running_interpreter().identity}\0{pin}".encode()).hexdigest()[:32]
