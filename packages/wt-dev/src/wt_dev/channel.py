"""A conda channel on this machine, with this checkout's packages and all that they need."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from wt_envs.own import own_pin
from wt_envs.pin import split_name
from wt_envs.store import ENTRY, obtain
from wt_envs.uv_process import Progress

from wt_dev.downloads import download_wheels
from wt_dev.interpreter_package import assemble_interpreter
from wt_dev.memory_files import use_memory
from wt_dev.wheel_package import convert_wheel, converted

OWN: Final = ("wt-contracts", "wt-registry", "wt-task[cli]")
"""What every compiled workflow needs."""

_RULES: Final = "1"
# py-rattler's threads may still hold Python objects when an interpreter ends, which then crashes: the process that
# indexes ends without.
_INDEX: Final = """
import asyncio, os, pathlib, sys
from rattler.index import index_fs
asyncio.run(index_fs(pathlib.Path(sys.argv[1]), write_zst=False, write_shards=False))
sys.stdout.flush()
os._exit(0)
"""


def build_channel(
    own: Sequence[str] = OWN, requirements: Sequence[str] = (), *, progress: Progress | None = None
) -> Path:
    """Get a channel with wt's own packages of this checkout, other packages, and all that they depend on.

    Args:
        own: Names of wt's own packages, with extras.
        requirements: PEP 508 requirements of packages from the index.
        progress: Told what is being done.

    Returns:
        The directory of the channel, with one directory for each platform; in the cache, under its content's hash.

    Raises:
        DiagnosticError: If a wheel cannot be built.
        subprocess.CalledProcessError: If uv cannot resolve the requirements or pip cannot download them.
    """
    with ThreadPoolExecutor() as threads:  # each waits for a process, for the network, or for Rust
        interpreter = threads.submit(assemble_interpreter)
        pins = threads.map(partial(own_pin, progress=progress), map(split_name, own))
        wheels = {name: pin.wheel for name, pin in zip(own, pins, strict=True) if pin.wheel}
        others = download_wheels([*_references(wheels), *requirements], without=map(split_name, own), progress=progress)
        packages = [*interpreter.result(), *_convert([*wheels.values(), *others], progress)]

    def build(staging: Path) -> None:
        _tell(progress, f"indexing a channel of {len(packages)} packages")
        (staging / ENTRY / "noarch").mkdir(parents=True)
        for package in packages:
            subdirectory = staging / ENTRY / package.parent.name
            subdirectory.mkdir(exist_ok=True)
            _link(package, subdirectory / package.name)
        index_channel(staging / ENTRY)

    digest = hashlib.sha256("\0".join([_RULES, *sorted(map(str, packages))]).encode()).hexdigest()
    return obtain("channels", digest[:32], build)


def index_channel(directory: Path) -> None:
    """Write the `repodata.json` of each platform of a channel.

    Args:
        directory: The channel; its packages lie in one directory for each platform.

    Raises:
        subprocess.CalledProcessError: If a package in it is none.
    """
    (directory / "noarch").mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-I", "-c", _INDEX, directory], check=True)


def _references(wheels: dict[str, Path]) -> Iterator[str]:
    for name, wheel in wheels.items():
        yield f"{name} @ {wheel.as_uri()}"


def _convert(wheels: Iterable[Path], progress: Progress | None) -> list[Path]:
    """The conda packages of the wheels, and those that stand for compiled ones on other platforms."""
    made = {wheel: converted(wheel) for wheel in wheels}
    missing = [wheel for wheel, packages in made.items() if not packages]
    if missing:
        _tell(progress, f"converting {len(missing)} wheels")
        # Compressing keeps a processor busy; forking would copy the locks of threads that do not run in the copy.
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), use_memory) as pool:
            made.update(zip(missing, pool.map(convert_wheel, missing), strict=True))
    return [package for packages in made.values() for package in packages]


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _tell(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message)
