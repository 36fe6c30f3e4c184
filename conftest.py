"""What all tests share: the long ones run on demand, and property-based tests are repeatable unless they are long."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

pytest_plugins = ["wt_dev.fixtures"]

settings.register_profile("everyday", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("exhaustive", max_examples=2000, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--exhaustive`."""
    parser.addoption("--exhaustive", action="store_true", help="also run the long property, crash and load tests")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how long property-based tests search, and let tests send Ctrl-C also where a shell has put it off."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a script; children inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.load_profile("exhaustive" if config.getoption("--exhaustive") else "everyday")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless they are asked for."""
    if config.getoption("--exhaustive"):
        return
    long = [item for item in items if item.get_closest_marker("exhaustive")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
