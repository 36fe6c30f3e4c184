"""What a step has changed in the state, found at its end, and done again when a run is resumed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from operator import is_
from typing import Any

from wt_engine.codec import Codec
from wt_engine.codec_forms import FORMS, SCALARS, drop, fields_of, put
from wt_engine.errors import UnrecordableError

_IMMUTABLE = SCALARS | {kind for kind in FORMS if kind.__hash__ is not None and kind not in (tuple, frozenset)}
"""Types whose values never change: for them it is enough to see that the object is the same."""

_MISSING = object()


class StateTracker:
    """Finds what has changed in a state since it was last asked.

    A mapping is compared by its keys, an object by its attributes: immutable values by identity, anything else by what
    the codec writes of it. A state of any other kind is compared as a whole.

    Args:
        state: The state.
        codec: Writes its values.

    Attributes:
        initial: The state as it is now, as the codec wrote it.

    Raises:
        UnrecordableError: Something in it cannot be written.
    """

    def __init__(self, state: Any, codec: Codec) -> None:
        self.state = state
        self._codec = codec
        self.initial = codec.encode(_plain(state))
        self._whole: str | None = None
        self._constant = type(state) in _IMMUTABLE
        self._mapping = isinstance(state, dict)
        self._seen: dict[Any, Any] = {}
        self._texts: dict[Any, str] = {}
        self._refused: dict[Any, Any] = {}
        values = None if self._constant else self._values()
        if values is not None:
            self._seen = dict(values)
            self._texts = {key: codec.encode(each) for key, each in values.items() if type(each) not in _IMMUTABLE}
        elif not self._constant:
            self._whole = self.initial

    def parts(self) -> Iterable[tuple[Any, Any]]:
        """The parts that changes are looked for in: names and values."""
        return (self._values() or {}).items() if self._seen else ()

    def delta(self) -> str | None:
        """What has changed, as JSON text; None if nothing has.

        Raises:
            UnrecordableError: A value cannot be written. It is said once of each value; all else that has changed stays
                to be found.
        """
        if self._constant:
            return None
        if self._whole is not None:
            return self._whole_delta()
        values = (self.state if self._mapping else self._values()) or {}
        if not values and not self._seen:
            return None
        changed, removed = self._differences(values)
        if not changed and not removed:
            return None
        return self._delta(changed, removed)

    def merged(self, changes: Mapping[Any, Any]) -> str | None:
        """What a step has returned to be merged into a mapping, as the delta that it is.

        Args:
            changes: The new values; what it has in an attribute `removed` are keys that are gone.

        Raises:
            UnrecordableError: A value cannot be written.
        """
        gone = getattr(changes, "removed", ())
        removed = [key for key in gone if key in self._seen] if gone else []
        return self._delta(changes, removed) if changes else None

    def _values(self) -> dict[Any, Any] | None:
        state = self.state
        if isinstance(state, dict):
            # A mapping of a front end's own may take note of who looks at it.
            return state if type(state) is dict else dict.copy(state)
        if type(state) in FORMS or isinstance(state, list | tuple | set | frozenset):
            return None
        return fields_of(state)

    def _differences(self, values: dict[Any, Any]) -> tuple[dict[Any, Any], list[Any]]:
        seen = self._seen
        removed: list[Any] = []
        if len(values) >= len(seen) and all(map(is_, values.values(), seen.values())) and all(map(is_, values, seen)):
            # The usual case: what was there is the same in the same order, and there may be more behind it.
            changed = dict(islice(values.items(), len(seen), None))
        else:
            changed = {key: each for key, each in values.items() if seen.get(key, _MISSING) is not each}
            removed = [key for key in seen if key not in values]
        for key, text in self._texts.items():
            if key in values and key not in changed and self._encoded(key, values[key]) not in (text, None):
                changed[key] = values[key]
        return changed, removed

    def _delta(self, changed: Mapping[Any, Any], removed: list[Any]) -> str | None:
        encode, known = self._codec.encode, self._texts
        texts: list[str] = []
        for key, value in changed.items():
            try:
                text: str | None = encode(value) if not self._refused else self._encoded(key, value)
            except UnrecordableError:
                text = self._encoded(key, value)
            if text is None:
                continue
            self._seen[key] = value
            if type(value) not in _IMMUTABLE:
                if known.get(key) == text:
                    # Another object, and equal to what was there.
                    continue
                known[key] = text
            elif known:
                known.pop(key, None)
            texts.append(f"[{encode(key)}, {text}]")
        for key in removed:
            del self._seen[key]
            self._texts.pop(key, None)
        if not texts and not removed:
            return None
        gone = f', "gone": [{", ".join(map(encode, removed))}]' if removed else ""
        return f'{{"set": [{", ".join(texts)}]{gone}}}'

    def _encoded(self, key: Any, value: Any) -> str | None:
        """What the codec writes of a value; None if it cannot, and this value has been refused before."""
        try:
            text = self._codec.encode(value)
        except UnrecordableError as error:
            if key in self._refused and self._refused[key] is value:
                return None
            self._refused[key] = value
            name = f"['{key}']" if isinstance(self.state, dict) else f".{key}"
            raise UnrecordableError(f"state{name}{error.where}", error.why) from error
        if self._refused:
            self._refused.pop(key, None)
        return text

    def _whole_delta(self) -> str | None:
        try:
            text = self._codec.encode(self.state)
        except UnrecordableError as error:
            raise UnrecordableError(f"state{error.where}", error.why) from error
        if text == self._whole:
            return None
        self._whole = text
        return f'{{"whole": {text}}}'


def _plain(state: Any) -> Any:
    """A mapping of a class that only a front end knows, as what it holds."""
    return state if not isinstance(state, dict) or type(state) in FORMS else dict(state)


def apply(state: Any, delta: str, codec: Codec) -> None:
    """Do to a state what a delta says.

    Args:
        state: The state; it is changed in place.
        delta: What has changed.
        codec: Reads the values.

    Raises:
        UnrecordableError: A value cannot be read again.
    """
    changes = json.loads(delta)
    if "whole" in changes:
        _replace(state, codec.decode(json.dumps(changes["whole"])))
        return
    values = [[codec.decode(json.dumps(part)) for part in pair] for pair in changes["set"]]
    gone = [codec.decode(json.dumps(key)) for key in changes.get("gone", [])]
    if isinstance(state, dict):
        for key in gone:
            state.pop(key, None)
        for key, value in values:
            state[key] = value
    else:
        drop(state, gone)
        put(state, dict(values))


def _replace(state: Any, content: Any) -> None:
    state.clear()
    if isinstance(state, list | bytearray):
        state[:] = content
    elif hasattr(state, "extend"):
        state.extend(content)
    else:
        state.update(content)
