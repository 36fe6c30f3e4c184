from __future__ import annotations

import tomllib

from wt_envs.preferences import prefer, preferences
from wt_envs.project import Project

LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "six"
version = "1.16.0"
source = { registry = "https://x.example/simple" }
sdist = { url = "https://x.example/six.tar.gz", hash = "sha256:00" }

[[package]]
name = "rain"
version = "1"
source = { path = "wheels/rain-1-py3-none-any.whl" }

[[package]]
name = "hail"
version = "2"
source = { git = "https://x.example/hail?tag=1#c0ffee" }

[[package]]
name = "wt-x-workflow"
version = "0"
source = { virtual = "." }
"""


def test_versions_are_recalled_and_local_wheels_are_not(empty_cache, tmp_path):
    project = Project(name="wt-x-workflow", base=tmp_path)
    prefer(project, LOCK)

    recalled = tomllib.loads(preferences(project))
    assert [(package["name"], package["version"]) for package in recalled["package"]] == [
        ("six", "1.16.0"),
        ("hail", "2"),
    ]
    assert recalled["requires-python"] == ">=3.11"


def test_projects_elsewhere_or_of_another_name_have_their_own(empty_cache, tmp_path):
    prefer(Project(name="wt-x-workflow", base=tmp_path), LOCK)

    assert preferences(Project(name="wt-y-workflow", base=tmp_path)) == ""
    assert preferences(Project(name="wt-x-workflow", base=tmp_path / "elsewhere")) == ""
