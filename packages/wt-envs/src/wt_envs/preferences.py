"""The versions that a project was last solved with, which the next solve keeps where it can."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

from wt_envs.cache import cache_root
from wt_envs.memo import recall, remember
from wt_envs.project import Project
from wt_envs.pyproject import inline, string

_HEAD = "version = 1\n"


def preferences(project: Project) -> str:
    """What was kept of the project's last lock, as a lock that holds nothing but versions; empty if nothing."""
    return recall(_place(project))


def prefer(project: Project, lock: str) -> None:
    """Keep the versions of a lock for the next solve.

    Local wheels are left out: uv takes one for unchanged as long as its name is.

    Args:
        project: What was solved.
        lock: The text of the uv.lock.
    """
    packages = [package for package in tomllib.loads(lock)["package"] if {"registry", "git"} & set(package["source"])]
    python = re.search(r"^requires-python = .*$", lock, re.MULTILINE)
    text = "\n".join([_HEAD + (python[0] if python else ""), *map(_render, packages)])
    remember(_place(project), text + "\n")


def _render(package: dict[str, Any]) -> str:
    version = f"version = {string(package['version'])}\n" if "version" in package else ""
    return f"\n[[package]]\nname = {string(package['name'])}\n{version}source = {inline(package['source'])}"


def _place(project: Project) -> Path:
    name = hashlib.sha256(f"{project.base.absolute()}\0{project.name}".encode("utf-8", "surrogateescape")).hexdigest()
    return cache_root() / "preferences" / f"{name[:32]}.lock"


def last_conda(project: Project) -> Path | None:
    """The file that holds the project's last lock with conda packages; None if there is none."""
    place = _place(project).with_suffix(".pixi.lock")
    return place if place.is_file() else None


def keep_conda(project: Project, lock: str) -> None:
    """Keep a lock with conda packages for the next solve."""
    remember(_place(project).with_suffix(".pixi.lock"), lock)
