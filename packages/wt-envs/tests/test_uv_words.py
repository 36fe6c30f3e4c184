from __future__ import annotations

from pathlib import Path

import pytest
from wt_contracts.codes import Code
from wt_envs.requirement import PyPIRequirement
from wt_envs.uv_process import UvError
from wt_envs.uv_words import explain, own_words

UNSATISFIABLE = """\
Using CPython 3.13.0 interpreter at: /usr/bin/python3
error: No solution found when resolving dependencies
  cause: Because there is no version of six==99 and your project depends on six==99, we can conclude that your project's requirements are unsatisfiable.
"""  # noqa: E501 - uv's own words
FRAMED = """\
  \u00d7 No solution found when resolving dependencies:
  \u2570\u2500\u25b6 Because six was not found in the package registry and your project depends on six, we can conclude.
"""


def explained(output: str, *about: PyPIRequirement):
    cache = Path("/cache/wt/locks")
    error = explain(
        UvError(output), cache=cache, otherwise=Code.REQUIREMENTS_UNSOLVABLE, doing="it failed", about=about
    )
    (diagnostic,) = error.diagnostics
    return diagnostic


def test_uvs_own_words_are_kept_without_frames_and_progress():
    assert own_words(FRAMED).splitlines() == [
        "No solution found when resolving dependencies:",
        "Because six was not found in the package registry and your project depends on six, we can conclude.",
    ]
    message = explained(UNSATISFIABLE).message
    assert message.startswith("it failed: No solution found")
    assert "there is no version of six==99" in message
    assert "CPython" not in message


def test_a_package_that_nobody_knows_gets_the_near_miss():
    output = (
        "error: No solution found\n  cause: Because pydanticc was not found in the package registry and your project"
    )
    diagnostic = explained(output, PyPIRequirement(name="pydanticc"))

    assert diagnostic.code == Code.REQUIREMENTS_UNSOLVABLE
    assert diagnostic.hint == "did you mean 'pydantic'?"


def test_a_package_that_only_another_asks_for_is_said_to_be_so():
    output = (
        "error: No solution found\n  cause: Because rain was not found in the package registry and weather depends on"
    )

    assert "needed by another requirement" in explained(output).hint


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        (
            "error: Git executable not found. Ensure that Git is installed",
            Code.REQUIREMENT_SOURCE_MISSING,
            "install git",
        ),
        ("error: x\n  cause: Git operation failed", Code.REQUIREMENT_SOURCE_MISSING, "check the URL"),
        ("error: Failed to fetch: `https://x`\n  cause: dns error", Code.REQUIREMENTS_UNSOLVABLE, "reachable"),
        ("error: Failed to build `lib`", Code.WHEEL_BUILD_FAILED, ""),
        ("error: write failed\n  cause: No space left on device (os error 28)", Code.CACHE_NOT_WRITABLE, "make room"),
        ("error: `/cache/wt/locks/x`: Permission denied", Code.CACHE_NOT_WRITABLE, "WT_CACHE_DIR"),
        (
            "error: Python 3.11 is incompatible with the project's Python requirement",
            Code.REQUIREMENTS_UNSOLVABLE,
            "start wt",
        ),
        ("Segmentation fault", Code.REQUIREMENTS_UNSOLVABLE, ""),
    ],
)
def test_each_kind_of_failure_has_its_code_and_hint(output, code, words):
    diagnostic = explained(output)

    assert diagnostic.code == code
    assert words in (diagnostic.hint or "")
