from __future__ import annotations

import pytest
from wt_envs.wheel_tags import best_wheel

NUMPY = [
    "numpy-2.0-cp312-cp312-macosx_14_0_arm64.whl",
    "numpy-2.0-cp312-cp312-macosx_11_0_arm64.whl",
    "numpy-2.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "numpy-2.0-cp312-cp312-manylinux_2_34_x86_64.whl",
    "numpy-2.0-cp312-cp312-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
    "numpy-2.0-cp312-cp312-musllinux_1_2_x86_64.whl",
    "numpy-2.0-cp312-cp312-win_amd64.whl",
    "numpy-2.0-cp312-cp312-win32.whl",
    "numpy-2.0-cp313-cp313-win_amd64.whl",
]


@pytest.mark.parametrize(
    ("platform", "index"), [("linux-64", 2), ("linux-aarch64", 4), ("osx-arm64", 1), ("win-64", 6)]
)
def test_each_platform_gets_its_wheel(platform, index):
    assert best_wheel(NUMPY, platform, "3.12.4") == NUMPY[index]


def test_a_wheel_for_the_platform_comes_before_one_for_all():
    wheels = ["a-1-py3-none-any.whl", "a-1-cp311-abi3-win_amd64.whl", "a-1.tar.gz"]

    assert best_wheel(wheels, "win-64", "3.12") == wheels[1]
    assert best_wheel(wheels, "linux-64", "3.12") == wheels[0]


def test_nothing_fits():
    assert best_wheel(NUMPY, "linux-64", "3.11") is None
    assert best_wheel([], "linux-64", "3.11") is None
