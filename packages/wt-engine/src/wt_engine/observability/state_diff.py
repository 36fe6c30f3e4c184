"""What each step changed in the state."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from wt_engine.events import Event, EventType
from wt_engine.observers import Observer
from wt_engine.snapshot import Secrets, Snapshot

_SCALARS = (type(None), bool, int, float, str)
_LONG = 200


@dataclass(frozen=True, slots=True)
class StateChange:
    """What had changed when a step ended; values are pictures, bounded and without secrets.

    Attributes:
        step: The step.
        seq: The place of its end among the events of the run.
        added: New keys with their values.
        changed: Keys with the value before and after.
        removed: Keys that are gone, with their last value.
    """

    step: str
    seq: int
    added: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    removed: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class StateDiffTracker(Observer):
    """Remembers what each step of the latest run changed in the state.

    It keeps no copy of the state: of each key, a digest to notice changes, and a bounded picture to show them. With
    concurrent steps, a change belongs to the step that ends next.

    Args:
        secrets: What must not be shown, beside the values of keys such as `password`.
        most: How many changes are kept; the latest ones.

    Attributes:
        changes: One for each step that has ended, also if it changed nothing.
    """

    def __init__(self, secrets: Secrets | None = None, most: int = 10_000) -> None:
        self._secrets = secrets or Secrets()
        self._most = most
        self._run_id: str | None = None
        self._known: dict[str, tuple[Any, Any]] = {}
        self.changes: list[StateChange] = []

    def witness(self, event: Event) -> None:
        """Look at the state at the moment at which it is told of, before other steps go on."""
        if event.origin_run_id != event.run_id:
            return
        if event.type is EventType.START:
            self._run_id, self.changes = event.run_id, []
            self._known = self._look(event.payload)
        elif event.type is EventType.STEP_END and event.run_id == self._run_id:
            found = self._look(event.payload)
            self.changes.append(_difference(event, self._known, found))
            self._known = found
            del self.changes[: -self._most]

    def diff(self, step: str) -> list[StateChange]:
        """What each call of a step changed."""
        return [change for change in self.changes if change.step == step]

    def summary(self) -> dict[str, dict[str, int]]:
        """By step: its calls, and how many keys they added, changed and removed."""
        totals: dict[str, dict[str, int]] = {}
        for change in self.changes:
            total = totals.setdefault(change.step, {"calls": 0, "added": 0, "changed": 0, "removed": 0})
            total["calls"] += 1
            for kind in ("added", "changed", "removed"):
                total[kind] += len(getattr(change, kind))
        return totals

    def export_json(self, path: str | Path | None = None) -> str:
        """All changes as JSON.

        Args:
            path: A file to write it to as well.
        """
        text = json.dumps([asdict(change) for change in self.changes], indent=2)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def _look(self, state: Any) -> dict[str, tuple[Any, Any]]:
        """Of each key, what to notice a change by and what to show; the picture is taken only of what has changed."""
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in _members(state).items():
            name = str(key)
            digest = _digest(value)
            before = self._known.get(name)
            if before is not None and before[0] == digest:
                found[name] = before
            else:
                found[name] = (digest, Snapshot(self._secrets).take({name: value}).get(name))
        return found


def _difference(event: Event, before: dict[str, tuple[Any, Any]], after: dict[str, tuple[Any, Any]]) -> StateChange:
    return StateChange(
        event.stage,
        event.seq,
        added={key: shown for key, (_, shown) in after.items() if key not in before},
        changed={
            key: (before[key][1], shown)
            for key, (digest, shown) in after.items()
            if key in before and before[key][0] != digest
        },
        removed={key: shown for key, (_, shown) in before.items() if key not in after},
    )


def _members(state: Any) -> Mapping[Any, Any]:
    if isinstance(state, Mapping):
        return state
    if is_dataclass(state):
        return {each.name: getattr(state, each.name, None) for each in fields(state)}
    members = getattr(state, "__dict__", None)
    return members if isinstance(members, dict) else {"state": state}


def _digest(value: Any) -> Any:
    if type(value) in _SCALARS and not (isinstance(value, str) and len(value) > _LONG):
        return (type(value), value)
    try:
        return blake2b(pickle.dumps(value, protocol=5), digest_size=16).digest()
    except Exception:  # noqa: BLE001 - a value that cannot be pickled is known by what it shows of itself
        return repr(Snapshot(Secrets()).take(value))
