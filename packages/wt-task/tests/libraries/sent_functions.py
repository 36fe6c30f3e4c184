"""Functions that the tests send to other processes, which import them from here."""

from __future__ import annotations

import os
import threading

from wt_task import SKIP_SENTINEL, SkipSentinel, task


class AwkwardError(Exception):
    """Like many in the field, it takes other arguments than it passes on."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")


def double(number: int) -> int:
    return 2 * number


async def double_async(number: int) -> int:
    return 2 * number


def process_id(number: int) -> int:
    return os.getpid()


def thread_id(number: int) -> int:
    return threading.get_ident()


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is refused")
    return number


def awkward(number: int) -> int:
    raise AwkwardError(number, "no such thing")


def unpicklable(number: int) -> object:
    return lambda: number


def skipped(number: int) -> SkipSentinel:
    return SKIP_SENTINEL


@task
def decorated(number: int) -> int:
    return number + 1


def exit_process(number: int) -> int:
    os._exit(3)


def is_three(number: int) -> bool:
    return number == 3
