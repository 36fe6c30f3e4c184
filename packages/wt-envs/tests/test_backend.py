from __future__ import annotations

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.backend import backend_of, pypi_requirements
from wt_envs.requirement import CondaRequirement, PyPIRequirement

SIX = PyPIRequirement(name="six")
PANDAS = CondaRequirement(name="pandas", version=">=2")
POLARS = CondaRequirement(name="polars", version=">=1")


def test_requirements_of_pypi_only_are_solved_by_uv():
    assert backend_of([SIX]) == "uv"
    assert backend_of([]) == "uv"
    assert pypi_requirements([SIX]) == (SIX,)


def test_one_conda_requirement_makes_it_a_conda_environment():
    assert backend_of([SIX, PANDAS]) == "conda"


def test_every_conda_requirement_is_named_where_only_pypi_can_be_solved():
    with pytest.raises(DiagnosticError) as caught:
        pypi_requirements([SIX, PANDAS, POLARS])

    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [Code.CONDA_UNAVAILABLE] * 2
    assert ["pandas" in str(caught.value), "polars" in str(caught.value)] == [True, True]
