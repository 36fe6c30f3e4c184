"""What all tests share: the long ones run on demand, and property-based tests are repeatable unless they are long."""

from __future__ import annotations

import os
import shutil
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
    """Choose how long property-based tests search, and let tests send signals also where a shell has put them off."""
    handlers = {"SIGINT": signal.default_int_handler, "SIGTERM": signal.SIG_DFL, "SIGHUP": signal.SIG_DFL}
    for name, handler in handlers.items():
        # After nohup, and in the background of a script, they are ignored, and children inherit that
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)
    settings.load_profile("exhaustive" if config.getoption("--exhaustive") else "everyday")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is long and not asked for, and what misses a control group or, but not in CI, a browser."""
    markers = [] if config.getoption("--exhaustive") else ["exhaustive"]
    if not os.environ.get("CI") and not _can_show_forms():
        markers.append("web")
    if not _can_make_control_groups():
        markers.append("cgroup")
    out = [item for item in items if any(item.get_closest_marker(name) for name in markers)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def _can_show_forms() -> bool:
    browsers = ("chromium", "chromium-browser", "google-chrome")
    return all(map(shutil.which, ("node", "npm"))) and any(map(shutil.which, browsers))


def _can_make_control_groups() -> bool:
    from wt_engine.cgroup import place

    return os.name == "posix" and os.geteuid() == 0 and shutil.which("unshare") is not None and place() is not None
