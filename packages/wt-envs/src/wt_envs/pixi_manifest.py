"""The `pixi.toml` that belongs to a lock with conda packages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from wt_envs.conda_part import CondaPart
from wt_envs.ingredients import Ingredients
from wt_envs.pin import Pin, split_name
from wt_envs.platforms import GLIBC, LINUX_KERNEL, MACOS, PLATFORMS
from wt_envs.project import Project
from wt_envs.pyproject import array, inline, key, string
from wt_envs.requirement import CondaRequirement, PyPIRequirement


def render_manifest(
    project: Project, conda: CondaPart, ingredients: Ingredients, reached: Mapping[str, Collection[str]]
) -> str:
    """Write the pixi.toml of a solve; tables such as `[tasks]` may be appended.

    Args:
        project: What was solved.
        conda: What the channels gave.
        ingredients: Where wt's own and other packages come from.
        reached: The canonical names of the PyPI packages of each environment.
    """
    lines = [
        "[workspace]",
        f"name = {string(project.name)}",
        *array("channels", conda.channels.values()),
        *array("platforms", PLATFORMS),
        'channel-priority = "strict"',
        "",
        "[system-requirements]",
        f"linux = {string(LINUX_KERNEL)}",
        f'libc = {{ family = "glibc", version = {string(GLIBC)} }}',
        f"macos = {string(MACOS)}",
        "",
        "[dependencies]",
        *_conda_lines(project.conda, conda),
        *(f"{key(name)} = {string(version)}" for name, version in sorted(conda.injected.items())),
        *_pypi_table("pypi-dependencies", _default_pypi(project, ingredients.pins, reached["default"])),
    ]
    for feature in ("runner", "test"):
        required = project.conda_groups.get(feature, ())
        if required:
            lines += ["", f"[feature.{feature}.dependencies]", *_conda_lines(required, conda)]
        group = _feature_pypi(project, feature, ingredients.pins, set(reached[feature]) - set(reached["default"]))
        lines += _pypi_table(f"feature.{feature}.pypi-dependencies", group)
        if not required and not group:
            lines += ["", f"[feature.{feature}.dependencies]"]
    lines += ["", "[environments]"]
    lines += [
        'default = { solve-group = "default" }',
        'runner = { features = ["runner"], solve-group = "default" }',
        'test = { features = ["test"], solve-group = "default" }',
    ]
    return "\n".join(lines) + "\n"


def _conda_lines(requirements: Iterable[CondaRequirement], conda: CondaPart) -> Iterator[str]:
    for requirement in requirements:
        table = {"version": requirement.version, "channel": conda.channels[requirement.channel]}
        yield f"{key(requirement.name)} = {inline(table)}"


def _default_pypi(project: Project, pins: Mapping[str, Pin], reached: Collection[str]) -> dict[str, dict[str, Any]]:
    entries = {requirement.name: _entry(requirement, pins) for requirement in project.pypi}
    taken = {split_name(name) for name in entries}
    for text in project.own:
        if split_name(text) not in taken and not pins[split_name(text)].sources:
            entries[split_name(text)] = _pinned(text, pins)
    return {**entries, **_behind(pins, reached, entries)}


def _feature_pypi(
    project: Project, feature: str, pins: Mapping[str, Pin], reached: Collection[str]
) -> dict[str, dict[str, Any]]:
    entries = {split_name(text): _pinned(text, pins) for text in project.groups.get(feature, ())}
    return {**entries, **_behind(pins, reached, entries)}


def _behind(pins: Mapping[str, Pin], reached: Collection[str], named: Collection[str]) -> dict[str, dict[str, Any]]:
    """What only others ask for and has a place of its own: named here, pixi takes it from there, too."""
    taken = {split_name(name) for name in named}
    return {
        name: _source(pin)
        for name, pin in sorted(pins.items())
        if name in reached and name not in taken and (pin.wheel or pin.source)
    }


def _pinned(text: str, pins: Mapping[str, Pin]) -> dict[str, Any]:
    name, _, rest = text.partition("[")
    pin = pins.get(split_name(name), Pin())
    extras = tuple(rest.partition("]")[0].split(",")) if rest else ()
    return {**_source(pin), **({"extras": extras} if extras else {})}


def _source(pin: Pin) -> dict[str, Any]:
    if pin.wheel is not None:
        return {"path": f"./wheels/{pin.wheel.name}"}
    if pin.source is not None:
        return dict(pin.source)
    return {"version": pin.specifier or "*"}


def _entry(requirement: PyPIRequirement, pins: Mapping[str, Pin]) -> dict[str, Any]:
    pin = pins.get(requirement.canonical_name)
    given = _source(pin) if pin is not None and not pin.sources else {"version": requirement.version or "*"}
    if set(given) == {"version"} and requirement.version:
        given["version"] = requirement.version
    return {**given, **({"extras": requirement.extras} if requirement.extras else {})}


def _pypi_table(name: str, entries: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not entries:
        return []
    return ["", f"[{name}]", *(f"{key(entry)} = {inline(table)}" for entry, table in entries.items())]
