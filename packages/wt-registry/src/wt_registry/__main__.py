"""`python -m wt_registry`, which says where it is if a library crashes it, or if it is asked by SIGUSR1."""

from __future__ import annotations

import faulthandler
import signal

from wt_registry.cli import run

faulthandler.enable()
if hasattr(signal, "SIGUSR1"):
    faulthandler.register(signal.SIGUSR1)

raise SystemExit(run())
