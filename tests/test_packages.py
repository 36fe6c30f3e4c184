"""What is published: every package builds, installs alone, imports, and brings what its README lists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from wt_dev.distribution import build_all, wheels_in
from wt_dev.installation import Installation, install_alone, own_constraints, resolve, write_constraints
from wt_dev.installed_list import installed_list, installed_sets, list_in
from wt_dev.member import read_members
from wt_envs.uv_process import UvError

RELEASED = {name: member for name, member in read_members(Path(__file__).parents[1]).items() if member.is_released}
EXTRAS = [f"{name}[{','.join(member.extras)}]" for name, member in RELEASED.items() if member.extras]
PAIRS = [(name.removesuffix("-gcp"), name) for name, member in RELEASED.items() if member.is_metapackage]

# Imports every module of a package and prints those that need something which is not installed.
IMPORT_ALL = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
missing = {}
for module in pkgutil.walk_packages(package.__path__, f"{sys.argv[1]}."):
    if module.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        missing[module.name] = error.name
print(json.dumps(missing))
"""
# The distribution that each installed module belongs to.
OWNERS = """
import importlib.metadata, json
print(json.dumps(importlib.metadata.packages_distributions()))
"""


def import_all(installation: Installation, import_name: str) -> dict[str, str]:
    result = installation.run("-c", IMPORT_ALL, import_name)
    assert result.returncode == 0, result.stderr
    missing: dict[str, str] = json.loads(result.stdout.splitlines()[-1])
    return missing


@pytest.fixture(scope="module")
def sets(root) -> dict[str, dict[str, set[str]]]:
    """What each package installs, alone and with each extra."""
    return {name: installed_sets(member, root) for name, member in RELEASED.items()}


def test_an_index_would_take_every_file(distributions):
    files = sorted(map(str, distributions.glob("wt_*")))
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    result = subprocess.run(command, capture_output=True, text=True)

    assert len(files) == 2 * len(RELEASED)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", RELEASED)
def test_a_wheel_holds_its_package_and_nothing_else(distributions, name):
    member = RELEASED[name]
    with zipfile.ZipFile(wheels_in(distributions)[name]) as wheel:
        top = {path.split("/")[0] for path in wheel.namelist()}
        metadata = next(path for path in wheel.namelist() if path.endswith(".dist-info/METADATA"))
        text = Parser().parsestr(wheel.read(metadata).decode())

    assert top == {member.import_name, metadata.split("/")[0]}
    declared = {Requirement(requirement).name for requirement in text.get_all("Requires-Dist", [])}
    assert declared == {requirement.name for requirement in member.all_dependencies}
    assert set(text.get_all("Provides-Extra", [])) == set(member.extras)


@pytest.mark.parametrize("name", RELEASED)
def test_a_source_distribution_holds_what_its_tests_and_its_build_need(distributions, name):
    member = RELEASED[name]
    with tarfile.open(next(distributions.glob(f"{member.import_name}-*.tar.gz"))) as archive:
        inside = {path.split("/", 1)[1] for path in archive.getnames() if "/" in path}

    assert {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", f"src/{member.import_name}/py.typed"} <= inside
    assert not [path for path in inside if re.match(r"(packages|metapackages|examples|docs|\.git)/", path)]


@pytest.mark.parametrize("name", RELEASED)
def test_a_package_installs_alone_and_imports(constraints, sets, tmp_path, name):
    member = RELEASED[name]
    installation = install_alone(name, constraints, tmp_path / "alone")

    assert set(installation.contents()) == sets[name][""]
    missing = import_all(installation, member.import_name)
    assert member.extras or missing == {}


@pytest.mark.parametrize("requirement", EXTRAS)
def test_a_package_with_all_extras_imports_whole(constraints, tmp_path, requirement):
    member = RELEASED[requirement.split("[")[0]]
    alone = import_all(install_alone(member.name, constraints, tmp_path / "alone"), member.import_name)
    installation = install_alone(requirement, constraints, tmp_path / "whole")

    assert import_all(installation, member.import_name) == {}
    owners = json.loads(installation.run("-c", OWNERS).stdout)
    brought = {requirement.name for extra in member.extras.values() for requirement in extra}
    for module, lacking in alone.items():
        assert brought & {*owners[lacking.split(".")[0]]}, f"{module} needs {lacking}, which no extra declares"


@pytest.mark.parametrize("name", RELEASED)
def test_a_readme_lists_what_comes_with_its_package(sets, name):
    member = RELEASED[name]
    readme = (member.directory / "README.md").read_text(encoding="utf-8")

    assert list_in(readme) == installed_list(member, sets[name]), "`wt-dev refresh` writes the lists"


@pytest.mark.parametrize(("base", "metapackage"), PAIRS)
def test_a_metapackage_resolves_to_what_the_extra_resolves_to(distributions, constraints, base, metapackage):
    with_extra = resolve(f"{base}[gcp]", constraints)
    with_metapackage = resolve(metapackage, constraints)

    assert with_metapackage.pop(metapackage) == wheels_in(distributions)[metapackage].as_uri()
    assert with_metapackage == with_extra
    assert len(with_extra) > len(resolve(base, constraints))


@pytest.mark.parametrize("name", RELEASED)
def test_our_names_are_never_taken_from_an_index(distributions, constraints, name):
    found = resolve(f"{name}[{','.join(RELEASED[name].extras)}]", constraints)

    ours = {own: place for own, place in found.items() if own in RELEASED or own.startswith("wt-")}
    assert ours == {own: wheels_in(distributions)[own].as_uri() for own in ours}


def test_not_even_if_the_index_has_a_newer_one(distributions, tmp_path):
    """A directory stands in for an index that has someone else's release under one of our names."""
    (tmp_path / "index").mkdir()
    foreign = tmp_path / "index/wt_contracts-0.99.0-py3-none-any.whl"
    information = "wt_contracts-0.99.0.dist-info"
    with zipfile.ZipFile(foreign, "w") as wheel:
        wheel.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: wt-contracts\nVersion: 0.99.0\n")
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")
    own = tmp_path / "own.txt"
    own.write_text(own_constraints(distributions), encoding="utf-8")
    index = ("--find-links", str(tmp_path / "index"))
    unconstrained = tmp_path / "none.txt"
    unconstrained.write_text("", encoding="utf-8")

    assert resolve("wt-contracts", unconstrained, *index)["wt-contracts"] == "0.99.0"
    assert resolve("wt-task", own, *index)["wt-contracts"] == wheels_in(distributions)["wt-contracts"].as_uri()


def test_all_packages_build_under_a_prefix(root, tmp_path):
    """An organisation publishes them under names of its own; what is imported keeps its name."""
    chosen = [RELEASED["wt-contracts"], RELEASED["wt-task"], RELEASED["wt-task-gcp"]]
    build_all(chosen, tmp_path / "dist", own=set(RELEASED), prefix="acme-")
    constraints = write_constraints(root, tmp_path / "dist", tmp_path / "constraints.txt")

    found = resolve("acme-wt-task-gcp", constraints)
    assert {name for name in found if "wt-" in name} == {"acme-wt-contracts", "acme-wt-task", "acme-wt-task-gcp"}
    assert "opentelemetry-exporter-gcp-trace" in found
    installation = install_alone("acme-wt-task", constraints, tmp_path / "alone")
    doubled = installation.run("-c", "from wt_task import task; print(task(lambda n: 2 * n).call(4))")
    assert (doubled.stdout, doubled.stderr) == ("8\n", "")
    version = resolve("acme-wt-task", constraints)["acme-wt-task"].rpartition("/")[2].split("-")[1]
    assert installation.contents()["acme-wt-task"] == version


def test_a_renamed_package_does_not_fall_back_to_our_names(root, tmp_path):
    build_all([RELEASED["wt-task"]], tmp_path / "dist", own=set(RELEASED), prefix="acme-")
    constraints = write_constraints(root, tmp_path / "dist", tmp_path / "constraints.txt")

    with pytest.raises(UvError, match="acme-wt-contracts"):
        resolve("acme-wt-task", constraints)
