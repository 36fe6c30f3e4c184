from __future__ import annotations

from pathlib import Path

import pytest
from wt_cli.workflow_template import INSTANCES, LICENCE_TEXTS, OWN, SHARED, render
from wt_contracts.scaffold import Project

EXAMPLES = sorted(INSTANCES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_placeholder_stays_behind(example):
    project = Project("rain-fall", "Ada", "MIT", "conda")

    for path, text in render(project, example).items():
        assert "%%" not in path + text
        assert "{" not in path


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_instance_has_the_workflows_name(example):
    for name in INSTANCES[example]:
        assert f"- id: {name}\n" in render(Project("rain"), example)["spec.yaml"]
        with pytest.raises(ValueError, match="task instance"):
            render(Project(name), example)


def test_expressions_of_the_spec_stay_as_they_are():
    assert "${{ workflow.temperatures.return }}" in render(Project("rain"), "temperatures")["spec.yaml"]


def test_a_licence_stands_in_the_spec_the_library_and_a_file_of_its_own():
    files = render(Project("rain", "Ada", "MIT"), "hello")

    assert "  license: MIT\n" in files["spec.yaml"]
    assert 'license = "MIT"\n' in files["rain-tasks/pyproject.toml"]
    assert files["LICENSE"].startswith("MIT License\n\nCopyright (c) 2")
    assert files["LICENSE"].splitlines()[2].endswith(" Ada")


def test_without_a_licence_there_is_no_word_of_one():
    files = render(Project("rain"), "hello")

    assert "LICENSE" not in files
    assert "license" not in files["spec.yaml"] + files["rain-tasks/pyproject.toml"]


def test_every_template_is_used():
    directory = Path(__file__).parents[1] / "src/wt_cli/templates"
    own = {f"{example}_{name}" for example in EXAMPLES for name in OWN.values()}
    used = own | {name for name in SHARED.values() if name} | set(LICENCE_TEXTS.values())

    assert {path.name for path in directory.iterdir()} == {f"{name}.template" for name in used}
