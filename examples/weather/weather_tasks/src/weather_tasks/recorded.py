"""Reading recorded example returns that are tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def load_csv(path: Path) -> pd.DataFrame:
    """Read a recorded table."""
    return pd.read_csv(path)
