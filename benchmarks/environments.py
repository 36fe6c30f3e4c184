"""The environments of those that are measured: each peer has one of its own, made with uv and kept between runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = Path(__file__).resolve().parent / "fixtures"
LIBRARIES = ("nine", "hello")


class PeerUnavailableError(Exception):
    """A peer that cannot be installed here, and why."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: its prefix, and the version of what is installed in it by name."""

    prefix: Path
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.prefix / "bin" / "python"

    def tool(self, name: str) -> Path:
        """A console script in it."""
        return self.prefix / "bin" / name


class Peers:
    """Makes environments on demand under one directory.

    Args:
        directory: Where they are kept; by default a folder of wt's cache or of the system's temporary files.
        python: The version of Python that all of them have.
        wt_venv: An environment that has wt; by default one is made from this checkout.
    """

    def __init__(self, directory: Path | None, python: str, wt_venv: Path | None) -> None:
        cache = Path(os.environ.get("WT_CACHE_DIR") or tempfile.gettempdir())
        self.directory = (directory or cache / "wt-benchmarks").resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.versions: dict[str, str] = {}
        self._python = python
        self._wt_venv = wt_venv
        self._interpreter: Path | None = None

    def plain_python(self) -> Path:
        """An interpreter with an empty environment."""
        return self.get("plain").python

    def get(self, name: str, *requirements: str, limit: float = 300.0) -> Environment:
        """The environment `name` with these requirements (and what they need), made if it is not there.

        Raises:
            PeerUnavailableError: The installation failed or took longer than `limit` seconds.
        """
        prefix = self.directory / name
        stamp = prefix / "benchmark.json"
        wanted = json.dumps([*requirements, self._python])
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(prefix, ignore_errors=True)
            self._uv("venv", "--quiet", "--python", str(self._find_python()), str(prefix), limit=limit)
            if requirements:
                self._install(prefix, *requirements, limit=limit)
            stamp.write_text(wanted)
        return self._described(name, prefix, *(_distribution(requirement) for requirement in requirements))

    def released(self) -> Environment:
        """The released wt packages, what their compiled workflows need, and the task libraries that are measured."""
        packages = ("wt-compiler", "wt-registry", "wt-task", "wt-contracts")
        needs = ("click", "obstore", "ruamel.yaml<0.19", "opentelemetry-api")
        environment = self.get("released", *packages, *needs)
        self._libraries(environment)
        return environment

    def ours(self) -> Environment:
        """wt as in this checkout, and the task libraries that are measured."""
        if self._wt_venv:
            return Environment(self._wt_venv.resolve())
        prefix = self.directory / f"wt-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
        environ = {"UV_PROJECT_ENVIRONMENT": str(prefix)}
        python = str(self._find_python())
        self._uv("sync", "--quiet", "--frozen", "--inexact", "--no-dev", "--python", python, cwd=ROOT, env=environ)
        environment = self._described("wt", prefix)
        self._libraries(environment)
        return environment

    def wt_environ(self) -> dict[str, str]:
        """Environment variables for wt: a cache that only the benchmarks use."""
        return {"WT_CACHE_DIR": str(self.directory / "wt-cache")}

    def library(self, name: str) -> Path:
        """A copy of the task library `name`, so that building it leaves the repository alone."""
        source = FIXTURES / name
        copy = self.directory / "libraries" / name
        digest = _digest(source)
        stamp = copy.with_suffix(".digest")
        if not stamp.exists() or stamp.read_text() != digest:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            stamp.write_text(digest)
        return copy

    def _libraries(self, environment: Environment) -> None:
        for name in LIBRARIES:
            source = self.library(name)
            stamp = environment.prefix / f"library-{name}"
            digest = _digest(FIXTURES / name)
            if not stamp.exists() or stamp.read_text() != digest:
                self._install(environment.prefix, "--no-deps", f"--refresh-package=bench-{name}", str(source))
                stamp.write_text(digest)

    def _install(self, prefix: Path, *arguments: str, limit: float = 300.0) -> None:
        print(f"installing {' '.join(arguments)}", file=sys.stderr, flush=True)
        self._uv("pip", "install", "--quiet", "--python", str(prefix / "bin" / "python"), *arguments, limit=limit)

    def _described(self, name: str, prefix: Path, *distributions: str) -> Environment:
        kept = prefix / "benchmark-versions.json"
        if not kept.exists():
            listing = self._uv("pip", "list", "--quiet", "--format=json", "--python", str(prefix / "bin" / "python"))
            kept.write_text(json.dumps({item["name"]: item["version"] for item in json.loads(listing)}))
        installed = json.loads(kept.read_text())
        for package, version in installed.items():
            if package in distributions or package.startswith("wt-"):
                self.versions[f"{name}: {package}"] = version
        return Environment(prefix, installed)

    def _find_python(self) -> Path:
        if self._interpreter is None:
            candidates = [*_pyenv(self._python), Path(shutil.which(f"python{self._python}") or "")]
            self._interpreter = next((c for c in candidates if c.is_file()), None)
        if self._interpreter is None:
            self._interpreter = Path(self._uv("python", "find", self._python).strip())
        return self._interpreter

    def _uv(
        self, *arguments: str, limit: float = 300.0, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> str:
        command = [_uv_executable(), *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=cwd,
                env=os.environ | (env or {}),
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PeerUnavailableError(f"does not install within {limit:g} s") from error
        if done.returncode:
            raise PeerUnavailableError(f"uv {arguments[0]} failed: {done.stderr.strip()[-800:]}")
        return done.stdout


def _pyenv(version: str) -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return sorted(root.glob(f"versions/{version}*/bin/python"), reverse=True)


def _distribution(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0]


def _uv_executable() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise PeerUnavailableError("uv is not installed")
    return found


def _digest(directory: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(directory)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
