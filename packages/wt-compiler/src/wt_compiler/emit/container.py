"""The workspace as a container image."""

from __future__ import annotations

import re

from wt_compiler.emit import Files
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow
from wt_compiler.installed import installed_version

_INSTALLER = ("wt-cli", "wt-contracts", "wt-envs")
_PYTHONS = ("3.13", "3.12", "3.11", "3.14")
_BOUND = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*3\.(\d+)(\.\*)?")
_FROM_GIT = re.compile(r"\{ git = |^- pypi: git\+", re.M)
_REQUIRES = re.compile(r"""^requires-python\s*=\s*["']([^"']+)["']""", re.M)


def emit(workflow: Workflow) -> Files:
    """`Dockerfile` and `.dockerignore`."""
    wheels = [wheel.name for wheel in workflow.lock.wheels] if workflow.lock else []
    conda = workflow.is_conda or not workflow.lock
    git = workflow.lock is not None and _FROM_GIT.search(workflow.lock.text) is not None
    given = {"workflow": workflow, "python": _python(workflow), "wheels": wheels, "git": git}
    if conda:
        text = render("Dockerfile.pixi.jinja", installer=_installer(wheels), **given)
    else:
        text = render("Dockerfile.jinja", uv=installed_version("uv"), **given)
    return {"Dockerfile": text, ".dockerignore": render("dockerignore.jinja", workflow=workflow, conda=conda)}


def _installer(wheels: list[str]) -> str:
    """What pip installs to install an environment with conda packages: the wheels of the lock, else what runs here."""
    own = [wheel for wheel in wheels if wheel.startswith(tuple(f"{name.replace('-', '_')}-" for name in _INSTALLER))]
    ours = [f"wheels/{wheel}" for wheel in own] or [_pinned(name) for name in _INSTALLER]
    return " ".join([*ours, _pinned("py-rattler"), _pinned("uv")])


def _pinned(name: str) -> str:
    version = installed_version(name)
    return f"{name}=={version}" if version else name


def _python(workflow: Workflow) -> str:
    """The minor version of Python that the image has unless told otherwise."""
    found = _REQUIRES.search(workflow.lock.manifest) if workflow.lock else None
    bounds = _BOUND.findall(found.group(1)) if found else []
    return next((python for python in _PYTHONS if all(_holds(int(python[2:]), *bound[:2]) for bound in bounds)), "3.13")


def _holds(minor: int, operator: str, bound: str) -> bool:
    other = int(bound)
    if operator in {">=", "~="}:
        return minor >= other
    if operator == "<=":
        return minor <= other
    if operator == "==":
        return minor == other
    return minor != other if operator == "!=" else minor > other if operator == ">" else minor < other
