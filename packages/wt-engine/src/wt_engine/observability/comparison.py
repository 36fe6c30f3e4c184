"""What two runs of a pipeline did differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wt_engine.events import EventType
from wt_engine.observability.calls import Calls, Told, calls_of


@dataclass(frozen=True, slots=True)
class StepComparison:
    """One step in both runs.

    Attributes:
        stage: The step.
        calls: How often each run called it.
        failures: How often it failed in each.
        seconds: How long it took in each, all calls together.
    """

    stage: str
    calls: tuple[int, int]
    failures: tuple[int, int]
    seconds: tuple[float, float]

    @property
    def same(self) -> bool:
        """Whether both runs called it as often, with as many failures; how long it took does not count."""
        return self.calls[0] == self.calls[1] and self.failures[0] == self.failures[1]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs.

    Attributes:
        names: What to call them.
        status: How each ended; None for one without FINISH.
        seconds: How long each took.
        only_first: Steps that only the first run called.
        only_second: Steps that only the second run called.
        steps: The steps of both, in the order of the first run.
        events: How many events of each type each had, where that differs.
    """

    names: tuple[str, str]
    status: tuple[str | None, str | None]
    seconds: tuple[float, float]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    steps: tuple[StepComparison, ...]
    events: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether both did the same and ended in the same way; how long it took does not count."""
        different = self.only_first or self.only_second or not all(step.same for step in self.steps)
        return not different and self.status[0] == self.status[1]


def compare_runs(
    first: Iterable[Told], second: Iterable[Told], names: tuple[str, str] = ("first", "second")
) -> RunComparison:
    """Compare two runs by their events, live or stored.

    Args:
        first: The events of one run.
        second: The events of the other.
        names: What to call them.
    """
    told = (list(first), list(second))
    calls = (calls_of(told[0]), calls_of(told[1]))
    facts = (_steps(calls[0]), _steps(calls[1]))
    counts = (Counter(str(event.type) for event in told[0]), Counter(str(event.type) for event in told[1]))
    steps = [
        StepComparison(stage, *((one[place], facts[1][stage][place]) for place in range(3)))  # type: ignore[arg-type] # the three facts have their types by place
        for stage, one in facts[0].items()
        if stage in facts[1]
    ]
    return RunComparison(
        names=names,
        status=(_status(told[0]), _status(told[1])),
        seconds=(_whole(calls[0]), _whole(calls[1])),
        only_first=tuple(stage for stage in facts[0] if stage not in facts[1]),
        only_second=tuple(stage for stage in facts[1] if stage not in facts[0]),
        steps=tuple(steps),
        events={
            kind: (counts[0][kind], counts[1][kind])
            for kind in sorted({*counts[0], *counts[1]})
            if counts[0][kind] != counts[1][kind]
        },
    )


def format_comparison(comparison: RunComparison) -> str:
    """A comparison as text for people."""
    first, second = comparison.names
    lines = [
        f"{'':<30} {first:>16} {second:>16}",
        f"{'status':<30} {comparison.status[0] or 'unfinished':>16} {comparison.status[1] or 'unfinished':>16}",
        f"{'duration':<30} {comparison.seconds[0]:>14.3f} s {comparison.seconds[1]:>14.3f} s",
    ]
    for step in comparison.steps:
        mark = "" if step.same else "  differs"
        texts = [_text(step, place) for place in (0, 1)]
        lines.append(f"{step.stage[:30]:<30} {texts[0]:>16} {texts[1]:>16}{mark}")
    lines += [f"{stage[:30]:<30} {'called':>16} {'-':>16}  differs" for stage in comparison.only_first]
    lines += [f"{stage[:30]:<30} {'-':>16} {'called':>16}  differs" for stage in comparison.only_second]
    lines.append("the runs did the same" if comparison.same else "the runs differ")
    return "\n".join(lines) + "\n"


def _text(step: StepComparison, place: int) -> str:
    failures = f" {step.failures[place]} failed" if step.failures[place] else ""
    return f"{step.calls[place]}x {step.seconds[place]:.3f} s{failures}"


def _steps(calls: Calls) -> dict[str, tuple[int, int, float]]:
    facts: dict[str, tuple[int, int, float]] = {}
    for span in calls.spans:
        count, failures, seconds = facts.get(span.stage, (0, 0, 0.0))
        facts[span.stage] = (count + 1, failures + (span.error is not None), seconds + (span.seconds or 0.0))
    return facts


def _status(events: list[Told]) -> str | None:
    for event in reversed(events):
        if event.type == EventType.FINISH and event.stage == "system":
            payload: Any = event.payload
            status = payload.get("status") if isinstance(payload, dict) else getattr(payload, "status", None)
            return None if status is None else str(status)
    return None


def _whole(calls: Calls) -> float:
    return (calls.ended or 0.0) - (calls.began or 0.0)
