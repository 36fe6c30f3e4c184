"""How often, and after what wait, a failed call is tried again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again: waits grow from `wait_min` to `wait_max`, spread at random to come back one by one.

    The spread ("equal jitter") is that of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    Attributes:
        retries: How often to try again after the first attempt.
        wait_min: The first wait, in seconds.
        wait_max: The longest wait, in seconds.
        on: Which exceptions are tried again; others fail at once.
        backoff: How many times longer each wait is than the one before.
        jitter: Whether waits are spread, between half of their length and all of it.
    """

    retries: int
    wait_min: float = 0.1
    wait_max: float = 10.0
    on: tuple[type[BaseException], ...] = (Exception,)
    backoff: float = 2.0
    jitter: bool = True

    def again(self, attempt: int, error: BaseException) -> bool:
        """Whether another attempt follows this failed one (counted from 1).

        An error that says which step it is of, and holds what the step raised as its attribute `error`, counts as that.
        """
        while isinstance(raised := getattr(error, "error", None), BaseException):
            error = raised  # of a step in a sub-workflow there is one inside of the other
        return attempt <= self.retries and isinstance(error, self.on)

    def wait(self, attempt: int) -> float:
        """Seconds to wait after this failed attempt (counted from 1)."""
        try:
            full = min(self.wait_max, self.wait_min * self.backoff ** (attempt - 1))
        except OverflowError:
            full = self.wait_max
        if not self.jitter:
            return full
        # Few runs wait, and every import would pay for it.
        import random

        return full / 2 + random.uniform(0, full / 2)  # noqa: S311 - spreading load, no secret
