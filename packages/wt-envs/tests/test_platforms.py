from __future__ import annotations

import platform

from wt_envs.platforms import PLATFORMS, current_platform


def test_the_platform_of_this_process_is_named_as_conda_names_it():
    system, _, machine = current_platform().partition("-")

    assert system == {"Linux": "linux", "Darwin": "osx", "Windows": "win"}[platform.system()]
    assert machine == {"x86_64": "64", "AMD64": "64"}.get(platform.machine(), machine)


def test_a_workspace_is_locked_for_the_usual_platforms():
    assert current_platform() in (*PLATFORMS, "osx-64")
