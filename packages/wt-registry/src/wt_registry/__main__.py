"""`python -m wt_registry`."""

from __future__ import annotations

from wt_registry.cli import run

raise SystemExit(run())
