from __future__ import annotations

from pathlib import Path

import pytest
from wt_dev.member import Member, find_root, read_members


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return find_root(Path(__file__))


@pytest.fixture(scope="session")
def members(root: Path) -> dict[str, Member]:
    """Its packages and metapackages by name."""
    return read_members(root)
