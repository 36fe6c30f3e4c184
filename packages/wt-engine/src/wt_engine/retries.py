"""How often, and after what wait, a failed step is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again: waits double from `wait_min` to `wait_max`, spread at random to come back one by one.

    The spread ("equal jitter") is that of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    Attributes:
        retries: How often to try again after the first attempt.
        wait_min: The first wait, in seconds.
        wait_max: The longest wait, in seconds.
        on: Which exceptions are tried again; others fail at once.
        spread: Whether to spread the waits; else each is as long as it may be.
    """

    retries: int
    wait_min: float = 0.1
    wait_max: float = 10.0
    on: tuple[type[BaseException], ...] = (Exception,)
    spread: bool = True

    def again(self, attempt: int, error: BaseException) -> bool:
        """Whether another attempt follows this failed one (counted from 1)."""
        return attempt <= self.retries and isinstance(error, self.on)

    def wait(self, attempt: int) -> float:
        """Seconds to wait after this failed attempt (counted from 1)."""
        # Few runs wait, and every import would pay for it.
        import random

        full = min(self.wait_max, self.wait_min * 2.0 ** min(attempt - 1, 60))
        if not self.spread:
            return full
        return full / 2 + random.uniform(0, full / 2)  # noqa: S311 - spreading load, no secret


def policy(retries: int | dict[str, Any] | None, wait_min: float | None, wait_max: float | None) -> RetryPolicy | None:
    """What the arguments of a decorator mean.

    Args:
        retries: How often to try again, or the attributes of `RetryPolicy`, or None.
        wait_min: The first wait, in seconds.
        wait_max: The longest wait, in seconds.

    Returns:
        The policy, or None for a step that is tried once.

    Raises:
        ValueError: A number below zero.
        TypeError: An unknown attribute, or a value that is no number.
    """
    waits = {name: value for name, value in (("wait_min", wait_min), ("wait_max", wait_max)) if value is not None}
    attributes = dict(retries) if isinstance(retries, dict) else {"retries": retries or 0}
    on = attributes.get("on", (Exception,))
    found = RetryPolicy(**{**waits, **attributes, "on": on if isinstance(on, tuple) else (on,)})
    for name in ("retries", "wait_min", "wait_max"):
        number = getattr(found, name)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError(f"{name} must be a number, not {number!r}")
        if number < 0:
            raise ValueError(f"{name} must not be below zero, but is {number!r}")
    return found if found.retries else None
