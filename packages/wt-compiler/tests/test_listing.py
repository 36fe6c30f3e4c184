"""What an environment offers, for people."""

from __future__ import annotations

from collections.abc import Callable

from wt_compiler.listing import describe_task, list_tasks, problems_of
from wt_contracts.registry import RegistryEntry, RegistryOutput, RegistryProblem


def test_an_environment_without_tasks_says_so() -> None:
    assert list_tasks(RegistryOutput(entries={})) == "no tasks"


def test_what_could_not_be_described_is_a_warning() -> None:
    problems = [
        RegistryProblem(subject="acme", reason="ImportError", kind="library"),
        RegistryProblem(subject="acme.x", reason="no type", file="acme.py", line=3),
    ]
    found = problems_of(RegistryOutput(entries={}, problems=problems))
    assert [(item.code, item.severity, item.place) for item in found] == [
        ("WT207", "warning", ""),
        ("WT206", "warning", "acme.py:3"),
    ]


def test_a_task_is_described_in_words(entry: Callable[..., RegistryEntry]) -> None:
    described = describe_task(
        entry(
            "show",
            {
                "many": {"type": "array"},
                "either": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                "word": {"enum": ["a", "b"], "description": "Which\n  one"},
                "any": {},
            },
            ["many"],
            title="Show",
            description="Shows it.",
            tags=["io"],
            deprecated=True,
        )
    )
    assert described.splitlines() == [
        "acme.tasks.show",
        "  deprecated: do not use it in new specs",
        "  Show",
        "  Shows it.",
        "  tags: io",
        "  - many (list, required)",
        "  - either (int or none)",
        "  - word (one of a, b): Which one",
        "  - any (anything)",
    ]
