from __future__ import annotations

import pytest
from wt_envs.pin import split_name


@pytest.mark.parametrize(
    "dependency", ["wt-task[cli]>=0.1", "WT_Task ; python_version > '3'", "wt.task @ file:///x", "wt-task"]
)
def test_the_name_in_a_dependency_is_canonical(dependency):
    assert split_name(dependency) == "wt-task"
