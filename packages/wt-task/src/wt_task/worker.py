"""What a process knows of the run that has started it to make calls: which tasks are mocks, and what nobody may see."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

MOCK_VARIABLE = "WT_MOCK_PACKAGE"
"""The environment variable by which a mock run tells its workers which package is run."""

SECRETS_VARIABLE = "WT_SECRET_NAMES"
"""The environment variable by which a run tells its workers the names of its secrets, with spaces between."""


def at_work(function: Any = None) -> Any:
    """Prepare this process for a call, if it is a worker.

    Args:
        function: What a run module wants to call.

    Returns:
        The mock of the function if it is an I/O task of a mock run, else the function.
    """
    if not _is_worker():  # it may also be another run, which a task has started
        return function
    _mask_streams()
    if function is None or MOCK_VARIABLE not in os.environ:
        return function
    from wt_task.cli.mock_io import stand_in

    return stand_in(function, os.environ[MOCK_VARIABLE])


def _is_worker() -> bool:
    multiprocessing = sys.modules.get("multiprocessing")
    return multiprocessing is not None and multiprocessing.parent_process() is not None


@cache
def _mask_streams() -> None:
    """Mask what is printed and logged from now on."""
    names = os.environ.get(SECRETS_VARIABLE, "").split()
    if not names:
        return
    from multiprocessing.util import Finalize

    from wt_contracts.masking import Mask

    from wt_task.secrets import MaskedStream, secret

    mask = Mask()
    mask.add(*map(secret, names))
    sys.stdout, sys.stderr = MaskedStream(sys.stdout, mask), MaskedStream(sys.stderr, mask)
    for stream in (sys.stdout, sys.stderr):
        Finalize(None, stream.finish, exitpriority=1)
