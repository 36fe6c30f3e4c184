"""What stands for a result that was not computed because its step was skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wt_contracts.skip import SKIP_SENTINEL, SkipSentinel

if TYPE_CHECKING:
    from pydantic import BeforeValidator as SkippedDependencyFallback

__all__ = ["SKIP_SENTINEL", "SkipSentinel", "SkippedDependencyFallback"]


def __getattr__(name: str) -> Any:
    """`SkippedDependencyFallback`, as late as possible: it is pydantic's `BeforeValidator`.

    In `Annotated[T, SkippedDependencyFallback(f)]`, `f` gets the argument before it is validated, and can turn a
    sentinel into a default.
    """
    if name == "SkippedDependencyFallback":
        from pydantic import BeforeValidator

        globals()[name] = BeforeValidator
        return BeforeValidator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
