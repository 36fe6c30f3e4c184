"""An extra that the package of a path does not have is said, not left out silently."""

from __future__ import annotations

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.ingredients import gather
from wt_envs.project import Project
from wt_envs.requirement import PyPIRequirement

EXTRAS = "\n[project.optional-dependencies]\nplots = []\nFast_Maps = []\n"


def gather_with(tmp_path, *extras):
    required = PyPIRequirement(name="weather-lib", path="weather-lib", extras=extras)
    return gather(Project(name="wt-rain-workflow", requirements=(required,), base=tmp_path))


@pytest.mark.parametrize("extras", [(), ("plots",), ("fast-maps", "plots")])
def test_extras_that_are_there_are_taken(cache, library, tmp_path, extras):
    library(more=EXTRAS)

    assert gather_with(tmp_path, *extras).wheels


@pytest.mark.parametrize(
    ("offered", "wanted", "hint"),
    [
        (EXTRAS, "plot", "did you mean 'plots'?"),
        (EXTRAS, "gpu", "it has: "),
        ("", "gpu", "it has none: leave `extras` out"),
    ],
)
def test_an_extra_that_is_not_there_is_refused(cache, library, tmp_path, offered, wanted, hint):
    library(more=offered)

    with pytest.raises(DiagnosticError) as caught:
        gather_with(tmp_path, wanted)

    [found] = caught.value.diagnostics
    assert (found.code, found.message) == (Code.WRONG_REQUIREMENT, f"weather-lib has no extra {wanted!r}")
    assert found.hint.startswith(hint)
