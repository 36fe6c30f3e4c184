"""The workspace as a container image."""

from __future__ import annotations

import re
from importlib.metadata import version

from wt_compiler.emit import Files
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow

_PYTHONS = ("3.13", "3.12", "3.11", "3.14")
_BOUND = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*3\.(\d+)(\.\*)?")
_REQUIRES = re.compile(r"""^requires-python\s*=\s*["']([^"']+)["']""", re.M)


def emit(workflow: Workflow) -> Files:
    """`Dockerfile` and `.dockerignore`."""
    template = "Dockerfile.pixi.jinja" if workflow.is_conda or not workflow.lock else "Dockerfile.jinja"
    wheels = bool(workflow.lock and workflow.lock.wheels)
    return {
        "Dockerfile": render(template, workflow=workflow, python=_python(workflow), uv=version("uv"), wheels=wheels),
        ".dockerignore": render("dockerignore.jinja", workflow=workflow),
    }


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
