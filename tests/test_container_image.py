"""The image of a compiled workflow: its steps are carried out in scratch roots, and what they give is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from wt_dev.scratch_image import ScratchStage, build_image
from wt_envs.lock import read_lock

SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


CONTENTS = """
import importlib.metadata, json, sys
print(json.dumps([sys.prefix, *(found.name for found in importlib.metadata.distributions())]))
"""
CONDA = "requirements:\n  - {name: python, version: '*', channel: '%s'}\n"


@pytest.fixture(scope="module", params=["uv", "conda"])
def workspace(root, wt, request, tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("image")
    spec = (root / "examples/hello/spec.yaml").read_text(encoding="utf-8")
    spec = spec.replace("./hello_tasks", str(root / "examples/hello/hello_tasks"))
    if request.param == "conda":
        spec = spec.replace("requirements:\n", CONDA % request.getfixturevalue("conda_channel"))
    (directory / "spec.yaml").write_text(spec, encoding="utf-8")
    result = wt("compile", "spec.yaml", "--no-graph", "-o", "workspace", cwd=directory)
    assert result.returncode == 0, result.stderr
    return directory / "workspace"


@pytest.fixture(scope="module")
def image(workspace, tmp_path_factory) -> ScratchStage:
    """The last stage of its Dockerfile; this machine's Python stands in for that of the base image."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_", "HTTP"))}
    path = f"{Path(sys.base_prefix) / 'bin'}:{SYSTEM}"
    stage = build_image(workspace, tmp_path_factory.mktemp("scratch"), {**kept, "PATH": path, "HOME": "/tmp"})
    for parent in (Path(sys.base_prefix), *Path(sys.base_prefix).parents):
        # In a base image anyone may read Python; here it may lie in someone's home. Only the overlay is changed.
        opened = stage.run("chmod", "a+rx", str(parent), user="")
        assert opened.returncode == 0, opened.stderr
    return stage


def test_the_image_runs_the_workflow(image):
    run = [*image.stage.command("ENTRYPOINT"), "run", "--config-json"]
    result = image.run(*run, json.dumps({"greeting": {"name": "Ada"}, "emphasis": {"marks": 3}}))

    assert result.returncode == 0, result.stderr
    written = json.loads(image.path("/results/result.json").read_text(encoding="utf-8"))
    assert written["error"] is None
    assert "Hello, Ada!!!" in json.dumps(written["result"])


def test_the_image_is_healthy_if_the_workflow_answers(image):
    result = image.run(*image.stage.command("HEALTHCHECK"))

    assert result.returncode == 0, result.stderr
    assert "greeting" in json.loads(result.stdout)["properties"]


def test_nobody_in_the_image_is_root_or_can_change_the_workflow(image):
    user = image.run(
        "python", "-c", "import os; print(os.getuid(), os.access('/app', os.W_OK), os.access('/results', os.W_OK))"
    )

    assert user.stdout == "10001 False True\n"


def test_the_image_holds_the_environment_of_the_lock_and_no_compiler(image, workspace):
    prefix, *names = json.loads(image.run("python", "-c", CONTENTS).stdout)
    inside = {canonicalize_name(name) for name in names}
    locked = {canonicalize_name(name) for name, _ in read_lock(workspace).packages}

    assert {"wt-task", "wt-contracts", "pydantic"} <= inside <= locked
    assert not inside & {"wt-cli", "wt-compiler", "wt-envs", "uv", "pip", "setuptools"}
    assert not list(image.path(prefix).rglob("uv"))
    lock = next(path.name for path in workspace.iterdir() if path.name in ("uv.lock", "pixi.lock"))
    named_by_runs = {"VERSION.yaml", lock}
    assert {path.name for path in image.path("/app").iterdir()} == {
        "wt_hello_workflow",
        Path(prefix).name,
        *named_by_runs,
    }


@pytest.mark.parametrize("workspace", ["conda"], indirect=True)
def test_the_image_runs_what_conda_packages_say_at_activation(image):
    scripts = image.path("/app/env/etc/conda/activate.d")
    scripts.mkdir(parents=True)
    (scripts / "data.sh").write_text('export WT_RESULTS="file://$CONDA_PREFIX/../../results/activated"\n')
    run = [*image.stage.command("ENTRYPOINT"), "run", "--config-json", '{"greeting": {"name": "Ada"}}']
    result = image.run(*run)

    assert result.returncode == 0, result.stderr
    assert image.path("/results/activated/result.json").is_file()


def test_a_step_that_fails_ends_the_build(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\nRUN echo no such luck && false\n")

    with pytest.raises(subprocess.CalledProcessError, match="no such luck"):
        build_image(tmp_path, tmp_path / "scratch", {"PATH": SYSTEM})


def test_what_a_step_writes_stays_in_its_stage(tmp_path):
    first = "FROM scratch AS first\nWORKDIR /wt-scratch\nRUN echo made > file\n"
    (tmp_path / "Dockerfile").write_text(f"{first}FROM scratch\nCOPY --from=first /wt-scratch/file /kept/\n")
    image = build_image(tmp_path, tmp_path / "scratch", {"PATH": SYSTEM})

    assert image.run("cat", "/kept/file").stdout == "made\n"
    assert image.run("ls", "/wt-scratch").returncode != 0
    assert subprocess.run(["ls", "/kept"], capture_output=True).returncode != 0


def test_an_unknown_instruction_is_refused(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\nONBUILD RUN true\n")

    with pytest.raises(ValueError, match="ONBUILD is not known"):
        build_image(tmp_path, tmp_path / "scratch", {})
