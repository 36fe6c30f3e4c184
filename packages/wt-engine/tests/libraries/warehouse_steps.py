"""Steps of a warehouse that tests run in other processes."""

from __future__ import annotations

import os
from typing import Any


def count(data: dict[str, Any]) -> dict[str, Any]:
    data["pids"].append(os.getpid())
    return {"total": data["total"] + 1}


async def gone(data: dict[str, Any]) -> None:
    del data["old"]


def fail(data: dict[str, Any]) -> None:
    raise LookupError("in a process")


def block(data: dict[str, Any]) -> None:
    while True:
        pass


def rounds(data: dict[str, Any], iteration: int) -> dict[str, Any]:
    return {"rounds": [*data.get("rounds", []), iteration]}
