"""What the arguments of a decorator say about trying again."""

from __future__ import annotations

from typing import Any

from wt_contracts.retry import RetryPolicy

__all__ = ["RetryPolicy", "policy"]


def policy(
    retries: int | dict[str, Any] | RetryPolicy | None, wait_min: float | None, wait_max: float | None
) -> RetryPolicy | None:
    """What the arguments of a decorator mean.

    Args:
        retries: How often to try again, or a `RetryPolicy`, or the attributes of one, or None.
        wait_min: The first wait, in seconds.
        wait_max: The longest wait, in seconds.

    Returns:
        The policy, or None for a step that is tried once.

    Raises:
        ValueError: A number below zero.
        TypeError: An unknown attribute, or a value that is no number.
    """
    if isinstance(retries, RetryPolicy):
        return retries if retries.retries else None
    waits = {name: value for name, value in (("wait_min", wait_min), ("wait_max", wait_max)) if value is not None}
    attributes = dict(retries) if isinstance(retries, dict) else {"retries": retries or 0}
    on = attributes.get("on", (Exception,))
    found = RetryPolicy(**{**waits, **attributes, "on": on if isinstance(on, tuple) else (on,)})
    for name in ("retries", "wait_min", "wait_max", "backoff"):
        number = getattr(found, name)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError(f"{name} must be a number, not {number!r}")
        if number < 0:
            raise ValueError(f"{name} must not be below zero, but is {number!r}")
    return found if found.retries else None
