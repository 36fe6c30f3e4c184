"""A workflow from the field gives the same in both modes, with a library of the same names in the place of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from wt_contracts.provenance import RunProvenance
from wt_contracts.registry import RegistryEntry, RegistryOutput

REAL = Path(__file__).parents[2] / "shared" / "real" / "events"


HEAD = '''"""Stands in for the tasks of this module."""

import os

from stand_in_values import value


'''
VALUES = '''"""What the functions return: pairs, so that any other can map over them."""

import hashlib


def value(name, arguments):
    """Two pairs of a key and something that no other call gives."""
    said = hashlib.sha256(f"{name} {sorted(arguments.items())!r}".encode()).hexdigest()[:12]
    return [(key, f"{name} {key} {said}") for key in ("a", "b")]
'''
CONDITION = '''def {name}(*values):
    """Whether to skip, as a variable of the environment says."""
    return "{name}" in os.environ.get("HOLDS", "").split()


'''
FUNCTION = '''def {name}({parameters}):
    """Tell what it was called with."""
    return value("{name}", dict(more, {arguments}))


'''


def write_library(directory: Path, entries: Mapping[str, RegistryEntry]) -> None:
    """Write the modules that the import statements of a registry name."""
    modules: dict[str, list[str]] = defaultdict(list)
    for entry in entries.values():
        modules[entry.public_module_path].append(function_of(entry))
    for module, functions in modules.items():
        package = directory.joinpath(*module.split("."))
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(HEAD + "".join(functions), encoding="utf-8")
    (directory / "stand_in_values.py").write_text(VALUES, encoding="utf-8")


def function_of(entry: RegistryEntry) -> str:
    schema: Any = entry.json_schema
    names = list(schema.get("properties", {}))
    if entry.public_module_path.endswith(".skip"):
        return CONDITION.format(name=entry.function_name)
    # What a form never shows is not in the schema
    parameters = ", ".join([*(f"{name}=None" for name in names), "**more"])
    arguments = ", ".join(f"{name}={name}" for name in names)
    return FUNCTION.format(name=entry.function_name, parameters=parameters, arguments=arguments)


@pytest.fixture(scope="module")
def compiled(wt, tmp_path_factory) -> dict[str, str]:
    """The variables with which its command runs."""
    place = tmp_path_factory.mktemp("events")
    registry = REAL / "registry.json"
    write_library(place / "library", msgspec.json.decode(registry.read_text(), type=RegistryOutput).entries)
    arguments = ("-o", "workspace", "--registry", registry, "--no-lock", "--no-graph")
    done = wt("compile", REAL / "spec.yaml", *arguments, cwd=place)
    assert done.returncode == 0, done.stderr
    return {"PYTHONPATH": f"{place / 'workspace'}{os.pathsep}{place / 'library'}"}


def cases() -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = yaml.safe_load((REAL / "test-cases.yaml").read_text()) if REAL.is_dir() else {}
    return {name: case["params"] for name, case in found.items()}


def run(variables: dict[str, str], params: dict[str, Any], mode: str, results: Path, holds: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "wt_events_workflow.cli", "run", "--execution-mode", mode, "--config-file", "-"]
    environ = (
        os.environ
        | variables
        | {"WT_RESULTS": str(results), "ECOSCOPE_WORKFLOWS_RESULTS": "file:///results", "HOLDS": holds}
    )
    subprocess.run(command, env=environ, input=json.dumps(params), text=True, timeout=300, check=False)
    return json.loads((results / "result.json").read_text())


def statuses(results: Path) -> dict[str, str]:
    told = msgspec.json.decode((results / "run.json").read_text(), type=RunProvenance)
    return {step.id: step.status for step in told.steps}


@pytest.mark.parametrize("holds", ["", "any_is_empty_df"])
@pytest.mark.parametrize("case", sorted(cases())[:2])
def test_both_modes_give_the_same_and_skip_the_same(compiled, tmp_path, case, holds):
    params = cases()[case]

    concurrent = run(compiled, params, "concurrent", tmp_path / "concurrent", holds)
    sequential = run(compiled, params, "sequential", tmp_path / "sequential", holds)

    assert concurrent["error"] is None
    assert concurrent == sequential
    assert statuses(tmp_path / "concurrent") == statuses(tmp_path / "sequential")
    assert ("skipped" in statuses(tmp_path / "concurrent").values()) == (holds == "any_is_empty_df")


@pytest.mark.parametrize(("first", "second"), [sorted(cases())[:2]] if cases() else [])
def test_what_a_step_gets_decides_its_value(compiled, tmp_path, first, second):
    one, other = (run(compiled, cases()[case], "concurrent", tmp_path / case, "")["result"] for case in (first, second))

    assert one != other
