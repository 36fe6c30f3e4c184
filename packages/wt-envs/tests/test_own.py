from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from wt_envs.own import NAMES, Origin, origin_of, own_pin, running_origin

PACKAGES = Path(__file__).parents[2]
PRINT_WHEEL = """
import sys
from wt_envs.own import own_pin
print(own_pin(sys.argv[1]).wheel.name)
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout of wt that can be edited."""
    for name in ("wt-contracts", "wt-registry", "wt-task", "wt-envs"):
        ignored = shutil.ignore_patterns("tests", "*.egg-info", "__pycache__")
        shutil.copytree(PACKAGES / name, tmp_path / "checkout/packages" / name, ignore=ignored)
    return tmp_path / "checkout"


def git(directory, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


def test_wt_runs_from_this_checkout():
    assert running_origin().packages["wt-task"] == PACKAGES / "wt-task"
    assert running_origin().packages["wt-task-gcp"] == PACKAGES.parent / "metapackages/wt-task-gcp"
    assert not running_origin().is_index
    assert set(running_origin().packages) <= NAMES


def test_in_a_checkout_a_package_is_a_wheel_of_its_sources_with_their_state_in_its_version(checkout, empty_cache, run):
    path = {"PYTHONPATH": str(checkout / "packages/wt-envs/src")}
    first = run(PRINT_WHEEL, "wt-registry", **path)
    with (checkout / "packages/wt-registry/src/wt_registry/__init__.py").open("a") as file:
        file.write("EDITED = True\n")
    second = run(PRINT_WHEEL, "wt-registry", **path)

    assert first.startswith("wt_registry-0.2.50+src.")
    assert second.startswith("wt_registry-0.2.50+src.")
    assert first != second


def test_the_last_tag_is_the_base_of_the_version(checkout, empty_cache, run):
    git(checkout, "init")
    git(checkout, "add", ".")
    git(checkout, "commit", "-m", "first")
    git(checkout, "tag", "wt-registry/v0.2.61")
    git(checkout, "tag", "wt-task/v0.1.99")
    path = {"PYTHONPATH": str(checkout / "packages/wt-envs/src")}

    assert run(PRINT_WHEEL, "wt-registry", **path).startswith("wt_registry-0.2.61+src.")


def test_a_commit_that_changes_no_source_changes_no_version(checkout, empty_cache, run):
    git(checkout, "init")
    path = {"PYTHONPATH": str(checkout / "packages/wt-envs/src")}
    git(checkout, "add", ".")
    git(checkout, "commit", "-m", "first")
    first = run(PRINT_WHEEL, "wt-registry", **path)
    git(checkout, "commit", "--allow-empty", "-m", "second")

    assert run(PRINT_WHEEL, "wt-registry", **path) == first


def test_installed_from_git_every_package_comes_from_the_same_commit(tmp_path):
    noted = {
        "url": "https://x.example/wt.git",
        "vcs_info": {"vcs": "git", "commit_id": "c0ffee"},
        "subdirectory": "packages/wt-envs",
    }

    assert origin_of(tmp_path / "site-packages/wt_envs/own.py", lambda: noted) == Origin(
        git={"git": "https://x.example/wt.git", "rev": "c0ffee"}
    )


def test_installed_from_a_checkouts_directory_that_checkout_is_used(tmp_path):
    noted = {"url": (PACKAGES / "wt-envs").as_uri(), "dir_info": {}}

    assert (
        origin_of(tmp_path / "site-packages/wt_envs/own.py", lambda: noted).packages["wt-task"] == PACKAGES / "wt-task"
    )


@pytest.mark.parametrize("noted", [None, {"url": "file:///gone/packages/wt-envs", "dir_info": {}}])
def test_else_it_was_installed_from_an_index(tmp_path, noted):
    assert origin_of(tmp_path / "site-packages/wt_envs/own.py", lambda: noted).is_index


def test_a_virtual_environment_inside_of_a_checkout_is_not_the_checkout(checkout):
    module = checkout / ".venv/lib/python3.13/site-packages/wt_envs/own.py"

    assert origin_of(module, lambda: None).is_index


def test_installed_from_an_index_packages_are_pinned_to_the_installed_versions(tmp_path, run):
    """The site-packages of a wt that came from an index: no checkout around it, and nothing noted."""
    site = tmp_path / "site-packages"
    shutil.copytree(PACKAGES / "wt-envs/src/wt_envs", site / "wt_envs")
    for name, version in (("wt_envs", "0.51.0"), ("wt_registry", "0.2.77")):
        information = site / f"{name}-{version}.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    code = """
    import json
    from wt_envs.own import own_pin
    print(json.dumps({name: own_pin(name).specifier for name in ("wt-registry", "wt-task", "wt-contracts")}))
    """
    pinned = json.loads(run(code, PYTHONPATH=str(site)))

    assert pinned["wt-registry"] == "==0.2.77"
    assert own_pin("wt-registry").specifier == ""
