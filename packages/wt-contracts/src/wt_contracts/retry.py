"""How often, and after what wait, a failed call is tried again.

The description needs no package. What it means is tenacity's to say, which is imported once a call has failed: few runs
try anything again, and every import would pay for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.retry import retry_base
    from tenacity.stop import stop_base
    from tenacity.wait import wait_base


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
        strategies = _strategies(self)
        state = _state(attempt, error)
        return not strategies.stop(state) and strategies.retry(state)

    def wait(self, attempt: int) -> float:
        """Seconds to wait after this failed attempt (counted from 1)."""
        return float(_strategies(self).wait(_state(attempt, None)))


class _Strategies(NamedTuple):
    """What a policy is to tenacity."""

    stop: stop_base
    retry: retry_base
    wait: wait_base


@lru_cache
def _strategies(policy: RetryPolicy) -> _Strategies:
    import tenacity

    share = 0.5 if policy.jitter else 1.0
    growth = {
        "multiplier": policy.wait_min * share,
        "max": policy.wait_max * share,
        "exp_base": policy.backoff,
    }
    wait: wait_base = tenacity.wait_exponential(**growth)
    if policy.jitter:
        wait = wait + tenacity.wait_random_exponential(**growth)
    return _Strategies(
        tenacity.stop_after_attempt(policy.retries + 1), tenacity.retry_if_exception_type(policy.on), wait
    )


def _state(attempt: int, error: BaseException | None) -> RetryCallState:
    """What tenacity's strategies ask: it repeats no function here, since whoever asks makes each attempt visible."""
    from tenacity import RetryCallState, Retrying

    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    if error is not None:
        state.set_exception((type(error), error, error.__traceback__))
    return state
