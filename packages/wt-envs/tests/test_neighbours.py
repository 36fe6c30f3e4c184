from __future__ import annotations

import pytest
from wt_envs.neighbours import neighbours
from wt_envs.pin import Pin

SOURCES = """
[tool.uv.sources]
rain = { path = "../rain" }
Snow = { workspace = true }
hail = { git = "https://x.example/hail", tag = "1" }
torch = { index = "pytorch" }
unused = { path = "../unused" }
wind = [{ path = "../wind", marker = "sys_platform == 'linux'" }]
"""


@pytest.fixture
def directory(library, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["*-lib", "sn*"]\n')
    library("snow")
    return library(requires=["rain>=1", "snow[x]", "hail", "torch", "wind"], more=SOURCES)


def test_sources_of_dependencies_are_found(directory, tmp_path):
    assert dict(neighbours(directory)) == {
        "rain": tmp_path / "rain",
        "snow": tmp_path / "snow",
        "hail": Pin(source={"git": "https://x.example/hail", "tag": "1"}),
    }


def test_a_library_without_sources_has_no_neighbours(library, tmp_path):
    assert dict(neighbours(library("plain", requires=["six"]))) == {}
    assert dict(neighbours(tmp_path / "missing")) == {}
