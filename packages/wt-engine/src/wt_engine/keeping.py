"""What a front end was told of where and how to record its runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wt_engine.drafting import check_count
from wt_engine.plan import Plan

if TYPE_CHECKING:
    from wt_engine.codec import Codec
    from wt_engine.recording import Recording
    from wt_engine.storage.backend import Durability, StorageBackend

_YES = ("1", "true", "yes", "on")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where and how to record; nothing of a store is imported as long as it says nowhere.

    Attributes:
        store: Where: a store, or the path of a file.
        durability: What a recorded end survives.
        codec: Writes states and values.
        persist: Whether to record in the default place, if there is no store; None for what `$WT_ENGINE_PERSIST` says.
        flush_interval: How many rows to collect before they are written, for a record that may lag behind.
    """

    store: StorageBackend | str | os.PathLike[str] | None = None
    durability: Durability = "step"
    codec: Codec | None = None
    persist: bool | None = None
    flush_interval: int | None = None

    def __post_init__(self) -> None:
        if self.flush_interval is not None:
            check_count("flush_interval", self.flush_interval, 1)

    def of(self, plan: Plan, state_type: Any) -> Recording | None:
        """How the runs of a plan are recorded, or None if they are not.

        Args:
            plan: The plan.
            state_type: The declared type of the state, or None.

        Raises:
            DefinitionError: A declared type cannot be recorded, or the durability is none.
        """
        persist = self.persist
        if persist is None:
            persist = os.environ.get("WT_ENGINE_PERSIST", "").lower() in _YES
        if self.store is None and not persist:
            return None
        from wt_engine.recording import recording
        from wt_engine.storage.sqlite import default_path

        store = default_path() if self.store is None else self.store
        durability: Durability = self.durability if self.flush_interval is None else "run"
        return recording(store, durability, self.codec, plan, state_type, self.flush_interval)
