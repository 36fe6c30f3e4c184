from __future__ import annotations

from wt_envs.backend import backend_of
from wt_envs.requirement import CondaRequirement, PyPIRequirement

SIX = PyPIRequirement(name="six")
PANDAS = CondaRequirement(name="pandas", version=">=2")


def test_requirements_of_pypi_only_are_solved_by_uv():
    assert backend_of([SIX]) == "uv"
    assert backend_of([]) == "uv"


def test_one_conda_requirement_makes_it_a_conda_environment():
    assert backend_of([SIX, PANDAS]) == "conda"
