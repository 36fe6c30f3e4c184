"""How a task instance is run, beside what it calls."""

from __future__ import annotations

from typing import Final, NamedTuple

EXECUTORS: Final = ("thread", "process", "inline")


class Retry(NamedTuple):
    """When a failed call is tried again.

    Attributes:
        attempts: How often it is tried, the first time included.
        wait: Seconds before the second attempt.
        backoff: How many times longer each wait is than the one before.
        jitter: Whether waits are spread at random.
        longest: Seconds that no wait exceeds.
        on: The exceptions after which it is tried again, built-in names or dotted paths; any without one.
    """

    attempts: int
    wait: float = 1.0
    backoff: float = 2.0
    jitter: bool = True
    longest: float = 60.0
    on: tuple[str, ...] = ()


class Resources(NamedTuple):
    """Where a call runs in a concurrent run, and with how much.

    Attributes:
        executor: `thread`, `process` or `inline`; None leaves it to the engine.
        memory: Bytes that its process may take.
        cpu: Processors that it takes of those that the calls of a run share.
        gpu: Graphics cards that it takes.
    """

    executor: str | None = None
    memory: int | None = None
    cpu: float | None = None
    gpu: float | None = None


class Execution(NamedTuple):
    """How an instance is run.

    Attributes:
        retry: When a failed call is tried again.
        timeout: Seconds that a call may take.
        resources: Where it runs.
        skips_errors: Whether the instance counts as skipped if it fails.
        caches: Whether a call that was made before is not made again.
    """

    retry: Retry | None = None
    timeout: float | None = None
    resources: Resources = Resources()
    skips_errors: bool = False
    caches: bool = False


AS_USUAL: Final = Execution()
