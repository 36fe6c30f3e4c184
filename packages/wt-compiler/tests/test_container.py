"""The Dockerfile of a workspace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from wt_compiler.dag import Dag
from wt_compiler.emit.container import emit
from wt_compiler.emit.workflow import Workflow
from wt_envs.lock import Lock
from wt_envs.pixi_lock import PixiLock


@pytest.fixture
def dockerfile(compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]) -> Callable[..., str]:
    def run(lock: Lock | None) -> str:
        return str(emit(workflow_of(compiled("- {id: source, task: load}"), lock=lock))["Dockerfile"])

    return run


def locked(requires: str = ">=3.11", *wheels: Path) -> Lock:
    return Lock(f'[project]\nrequires-python = "{requires}"\n', "", wheels)


def test_the_image_has_two_stages_and_no_root(dockerfile: Callable[..., str]) -> None:
    text = dockerfile(locked())
    assert text.count("\nFROM ${PYTHON_IMAGE}") == 2
    assert "\nUSER 10001\n" in text
    assert text.index("USER 10001") > text.index("COPY --from=build")


@pytest.mark.parametrize("lock", [True, False])
def test_the_bases_can_be_pinned_to_a_digest(dockerfile: Callable[..., str], lock: bool) -> None:
    bases = [line for line in dockerfile(locked() if lock else None).splitlines() if line.startswith("FROM")]
    assert len(bases) == 2
    for base in bases:
        assert re.match(r"FROM \$\{(\w+)_IMAGE\}\$\{\1_DIGEST:\+@\$\{\1_DIGEST\}\}", base)


@pytest.mark.parametrize("lock", [True, False])
def test_the_image_says_whether_the_workflow_answers(dockerfile: Callable[..., str], lock: bool) -> None:
    text = dockerfile(locked() if lock else None)
    assert 'CMD ["python", "-m", "wt_demo_workflow.cli", "get", "params"]' in text


def test_the_environment_comes_from_the_lock_alone(dockerfile: Callable[..., str]) -> None:
    text = dockerfile(locked())
    assert "uv sync --frozen --no-dev" in text
    assert f"uv=={version('uv')}\n" in text
    assert "compiler" not in text
    assert "COPY wheels/" not in text
    assert "COPY wheels/ wheels/\n" in dockerfile(locked(">=3.11", Path("a.whl")))


def test_the_image_runs_the_workflow_and_keeps_its_results(dockerfile: Callable[..., str]) -> None:
    text = dockerfile(locked())
    assert 'ENTRYPOINT ["python", "-m", "wt_demo_workflow.cli"]' in text
    assert "VOLUME /results" in text
    assert "WT_RESULTS=file:///results" in text


@pytest.mark.parametrize(
    ("requires", "python"),
    [
        (">=3.11", "3.13"),
        (">=3.11,<3.13", "3.12"),
        ("==3.11.*", "3.11"),
        (">=3.11,!=3.13.*", "3.12"),
        (">=3.14", "3.14"),
        ("<=3.11", "3.11"),
        ("~=3.12", "3.13"),
        (">3.13", "3.14"),
    ],
)
def test_the_image_has_a_python_that_the_lock_allows(
    dockerfile: Callable[..., str], requires: str, python: str
) -> None:
    assert f"ARG PYTHON_IMAGE=python:{python}-slim\n" in dockerfile(locked(requires))


def test_a_conda_workspace_takes_its_environment_from_its_lock(dockerfile: Callable[..., str]) -> None:
    text = dockerfile(None)
    assert "COPY pixi.toml pixi.lock ./" in text
    assert "RUN wt env install . --to /app/env\n" in text
    assert f" wt-envs=={version('wt-envs')} py-rattler=={version('py-rattler')} uv=={version('uv')}\n" in text
    assert "USER 10001" in text


def test_a_conda_workspace_is_installed_by_the_wheels_that_it_holds(dockerfile: Callable[..., str]) -> None:
    wheels = ("other-1.whl", "wt_cli-1.whl", "wt_contracts-1.whl", "wt_envs-1.whl", "wt_task-1.whl")
    text = dockerfile(PixiLock("[workspace]\n", "version: 7\n", tuple(map(Path, wheels))))
    own = "wheels/wt_cli-1.whl wheels/wt_contracts-1.whl wheels/wt_envs-1.whl"
    assert f"--root-user-action=ignore {own} py-rattler==" in text
    assert text.index("COPY wheels/ wheels/") < text.index(own)


def hadolint(text: str) -> list[dict[str, object]]:
    """What hadolint finds: its own rules, and shellcheck's in what is run."""
    command = [str(Path(sys.executable).with_name("hadolint")), "--format", "json", "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    findings: list[dict[str, object]] = json.loads(result.stdout)
    return findings


@pytest.mark.parametrize("lock", [True, False])
def test_hadolint_finds_nothing(dockerfile: Callable[..., str], lock: bool) -> None:
    text = dockerfile(locked(">=3.11", Path("a.whl")) if lock else None)
    assert hadolint(text) == []
    spoilt = text.replace("USER 10001\n", "").replace("useradd", "cd /tmp && sudo useradd")
    assert {finding["code"] for finding in hadolint(spoilt)} == {"DL3003", "DL3004"}


FROM_GIT = {
    "uv": Lock("[project]\n", 'source = { git = "https://x.example/rain?rev=1#2" }\n'),
    "conda": PixiLock("[workspace]\n", "version: 7\npackages:\n- pypi: git+https://x.example/rain?rev=1#2\n"),
}


@pytest.mark.parametrize("kind", FROM_GIT)
def test_git_is_there_while_the_image_is_built_if_the_lock_needs_it(dockerfile: Callable[..., str], kind: str) -> None:
    first, last = dockerfile(FROM_GIT[kind]).split("\nFROM ")[1:]
    assert "apt-get install -y --no-install-recommends git" in first
    assert "git" not in last
    assert hadolint(dockerfile(FROM_GIT[kind])) == []
    assert "apt-get" not in dockerfile(locked())


def test_only_what_the_image_needs_is_sent_to_its_builder(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    text = str(emit(workflow_of(compiled("- {id: source, task: load}"), lock=locked()))[".dockerignore"])
    assert text.splitlines() == [
        "*",
        "!pyproject.toml",
        "!uv.lock",
        "!VERSION.yaml",
        "!wheels/",
        "!wt_demo_workflow/",
        "**/__pycache__/",
    ]


def test_of_a_conda_workspace_the_manifest_and_the_lock_are_sent(
    compiled: Callable[..., Dag], workflow_of: Callable[..., Workflow]
) -> None:
    lock = PixiLock("[workspace]\n", "version: 7\n")
    text = str(emit(workflow_of(compiled("- {id: source, task: load}"), lock=lock))[".dockerignore"])
    assert text.splitlines()[1:5] == ["!pixi.toml", "!pixi.lock", "!VERSION.yaml", "!wheels/"]
