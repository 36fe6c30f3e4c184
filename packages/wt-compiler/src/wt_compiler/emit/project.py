"""The workspace as a project: `pyproject.toml` with its lock, or `pixi.toml`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from wt_compiler.emit import Files
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow

if TYPE_CHECKING:
    from wt_envs.requirement import CondaRequirement, PyPIRequirement

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
DEFAULT_CHANNEL = "conda-forge"
PLATFORMS = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")


def emit(workflow: Workflow) -> Files:
    """`pyproject.toml` with `uv.lock`, or `pixi.toml` with `pixi.lock` if conda packages are required, and wheels."""
    lock = workflow.lock
    head = lock.manifest if lock and not workflow.is_conda else ""
    tables = render("pyproject.toml.jinja", workflow=workflow, toml=toml_string)
    files: Files = {"pyproject.toml": f"{head.rstrip()}\n\n{tables}".lstrip()}
    if lock is None:
        return {**files, "pixi.toml": _pixi(workflow)}
    if workflow.is_conda:
        tasks = render("pixi_tasks.toml.jinja", workflow=workflow, key=_key, toml=toml_string)
        files.update({"pixi.toml": f"{lock.manifest.rstrip()}\n\n{tasks}", "pixi.lock": lock.text})
    else:
        files["uv.lock"] = lock.text
    return {**files, **{f"wheels/{wheel.name}": wheel for wheel in lock.wheels}}


def toml_string(text: str) -> str:
    """A text as a basic string of TOML."""
    literal = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\u{ord(c):04x}" if c == "\x7f" or 0xD800 <= ord(c) < 0xE000 else c for c in literal)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else toml_string(name)


def _pixi(workflow: Workflow) -> str:
    from wt_envs.requirement import CondaRequirement

    conda: dict[str, str] = {}
    pypi: dict[str, str] = {}
    channels: dict[str, None] = {}
    for requirement in workflow.dag.requirements:
        if isinstance(requirement, CondaRequirement):
            channels[requirement.channel or DEFAULT_CHANNEL] = None
            conda[_key(requirement.name)] = _conda(requirement)
        else:
            pypi[_key(requirement.name)] = _pypi(requirement)
    channels[DEFAULT_CHANNEL] = None
    return render(
        "pixi.toml.jinja",
        name=toml_string(workflow.names.project),
        channels=[toml_string(channel) for channel in channels],
        platforms=[toml_string(platform) for platform in PLATFORMS],
        conda=conda,
        pypi=pypi,
        task=_key(workflow.names.project),
        command=toml_string(f"python -m {workflow.names.package}.cli"),
    )


def _conda(requirement: CondaRequirement) -> str:
    version = toml_string(requirement.version or "*")
    if not requirement.channel:
        return version
    return f"{{ version = {version}, channel = {toml_string(requirement.channel)} }}"


def _pypi(requirement: PyPIRequirement) -> str:
    names = ("version", "path", "git", "url", "rev", "branch", "tag", "subdirectory")
    fields = [f"{name} = {toml_string(str(value))}" for name in names if (value := getattr(requirement, name))]
    if requirement.extras:
        fields.append(f"extras = [{', '.join(toml_string(extra) for extra in requirement.extras)}]")
    if requirement.editable:
        fields.append("editable = true")
    return f"{{ {', '.join(fields)} }}" if fields else '"*"'
