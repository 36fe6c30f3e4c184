"""Where runs are recorded: SQLite behind typed models, and the same in memory.

- `backend`: what a store must be able to do. `sqlite` and `memory`: those that there are.
- `models`: what a store holds. `schema`: its tables. `writer`: how runs are written; `history`: how they are read.
- `exchanges`: single records of what went in and came out, without a pipeline.
"""

from __future__ import annotations

from wt_engine.ends import Outcome
from wt_engine.storage.backend import Durability, RecordedRun, RunWriter, StorageBackend
from wt_engine.storage.errors import RunNotFoundError, StoreError
from wt_engine.storage.exchanges import Exchange, SQLite, Wsqlite
from wt_engine.storage.memory import InMemoryBackend
from wt_engine.storage.models import (
    AlertRecord,
    ArtifactRecord,
    CheckpointRecord,
    MetricRecord,
    RunRecord,
    RunStatus,
    StepRecord,
    StoredEvent,
    ThresholdRecord,
)
from wt_engine.storage.sqlite import SQLiteBackend, default_path

__all__ = [
    "AlertRecord",
    "ArtifactRecord",
    "CheckpointRecord",
    "Durability",
    "Exchange",
    "InMemoryBackend",
    "MetricRecord",
    "Outcome",
    "RecordedRun",
    "RunNotFoundError",
    "RunRecord",
    "RunStatus",
    "RunWriter",
    "SQLite",
    "SQLiteBackend",
    "StepRecord",
    "StorageBackend",
    "StoreError",
    "StoredEvent",
    "ThresholdRecord",
    "Wsqlite",
    "default_path",
]
