"""What a step may return to steer the run; anything else that it returns is data for its successors."""

from __future__ import annotations

from typing import Any


class Stop:
    """Start nothing more; what already runs finishes, and the run ends well."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Stop()"


class Suspend:
    """Stop, and say what the run waits for.

    Args:
        reason: What a person or another system must do before the work can go on.
    """

    __slots__ = ("reason",)

    def __init__(self, reason: Any = None) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"Suspend({self.reason!r})"


class Retry:
    """Run the same step once more, at once; the pipe's `max_retries` bounds how often."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Retry()"


class Skip:
    """End this step well, but let nothing that depends on it run."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Skip()"


class Raise:
    """Fail this step.

    Args:
        exception: What to fail with; without it, a RuntimeError that names the step.
    """

    __slots__ = ("exception",)

    def __init__(self, exception: BaseException | None = None) -> None:
        self.exception = exception

    def __repr__(self) -> str:
        return f"Raise({self.exception!r})"


class Next:
    """Go on with the step of this name instead of the successors in the graph; a bare name means the same.

    Args:
        name: The step to run next.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Next({self.name!r})"


class Value:
    """Data for the successors, whatever it is: how a step hands on a text, which alone would be a step's name.

    Args:
        data: What the successors get.
    """

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data

    def __repr__(self) -> str:
        return f"Value({self.data!r})"


_CONTROLS = (Stop, Suspend, Retry, Skip, Raise, Next, Value)


def normalised(result: Any) -> Any:
    """The result with control classes made instances and bare names made `Next`."""
    if isinstance(result, str):
        return Next(result)
    if isinstance(result, type) and result in (Stop, Suspend, Retry, Skip, Raise):
        return result()
    return result


def is_control(result: Any) -> bool:
    """Whether a normalised result steers the run, rather than being data."""
    return isinstance(result, _CONTROLS)
