"""Call, map and skip typed Python functions as the tasks of a workflow.

from wt_task import task

@task
def double(number: int) -> int:
    return 2 * number

double.validate().map(argnames=["number"], argvalues=["1", "2"])  # [2, 4]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wt_task.env import env
from wt_task.errors import TaskInstanceError
from wt_task.skip import SKIP_SENTINEL, SkipSentinel
from wt_task.task import AsyncTask, SyncTask, Task, task

if TYPE_CHECKING:
    from wt_task.secrets import secret
    from wt_task.skip import SkippedDependencyFallback

__all__ = [
    "SKIP_SENTINEL",
    "AsyncTask",
    "SkipSentinel",
    "SkippedDependencyFallback",
    "SyncTask",
    "Task",
    "TaskInstanceError",
    "env",
    "secret",
    "task",
]


def __getattr__(name: str) -> Any:
    """What only some workflows need, as late as possible; `SkippedDependencyFallback` imports pydantic."""
    if name == "secret":
        from wt_task import secrets

        return secrets.secret
    if name == "SkippedDependencyFallback":
        from wt_task import skip

        return skip.SkippedDependencyFallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
