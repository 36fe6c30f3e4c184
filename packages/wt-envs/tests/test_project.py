from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from wt_envs.project import Project


def test_a_project_needs_only_a_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    project = Project(name="x")

    assert (project.requirements, project.own, project.groups) == ((), (), {})
    assert project.base == Path.cwd()


def test_a_project_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Project(name="x").name = "y"
