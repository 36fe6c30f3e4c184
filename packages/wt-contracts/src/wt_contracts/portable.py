"""How an exception gets from one process to another."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, TypeAlias

Describe: TypeAlias = Callable[[BaseException], str]

MOST_FRAMES = 200
"""How many frames of a traceback travel: the outermost and the innermost ones."""

_LONGEST_CHAIN = 20


class RemoteError(Exception):
    """Stands for an exception of another process that cannot travel."""


class PortableError(Exception):
    """An exception on its way: pickled, it arrives as the one that it holds.

    The traceback comes along (tblib makes one of its frames, and whoever receives it installs that), and so do notes,
    causes and contexts. An exception whose class takes other arguments than it passes on, as many do, arrives with what
    can be pickled of it; one that cannot travel at all as a `RemoteError`.

    Args:
        error: The exception.
        describe: What is left of one that cannot travel.
    """

    def __init__(self, error: BaseException, describe: Describe = repr) -> None:
        super().__init__(error)
        self.error = error
        self._describe = describe

    def __reduce__(self) -> tuple[Any, ...]:
        """Only what is known to survive is pickled."""
        return _restored, (_packed(self.error, self._describe, frozenset()),)


class _Packed(NamedTuple):
    """An exception that can travel.

    Attributes:
        content: It, or what stands for it, pickled.
        frames: File, line and function of each frame of its traceback.
        cause: What it was raised from.
        context: What was handled when it was raised.
        suppresses: Whether the context is not shown.
    """

    content: bytes
    frames: list[tuple[str, int, str]]
    cause: _Packed | None
    context: _Packed | None
    suppresses: bool


def _packed(error: BaseException, describe: Describe, seen: frozenset[int]) -> _Packed:
    seen |= {id(error)}
    content, has_cause = _content(error, describe)
    cause = None if has_cause else _packed_inner(error.__cause__, seen)
    context = _packed_inner(error.__context__, seen) if error.__context__ is not error.__cause__ else None
    return _Packed(content, _frames(error.__traceback__), cause, context, error.__suppress_context__)


def _packed_inner(error: BaseException | None, seen: frozenset[int]) -> _Packed | None:
    if error is None or id(error) in seen or len(seen) >= _LONGEST_CHAIN:
        return None
    return _packed(error, repr, seen)


def _content(error: BaseException, describe: Describe) -> tuple[bytes, bool]:
    """The exception as pickled as it can be, and whether it brings its cause by itself."""
    for way in (_whole, _group, _parts):
        with suppress(Exception):  # pickling calls code of the exception's class, which may raise anything
            content = pickle.dumps(way(error))
            arrived = pickle.loads(content)  # noqa: S301 - it was pickled a moment ago
            if type(arrived) is type(error) and str(arrived) == str(error):
                return content, arrived.__cause__ is not None
    return pickle.dumps(RemoteError(describe(error))), False


def _whole(error: BaseException) -> BaseException:
    if isinstance(error, BaseExceptionGroup):
        raise TypeError("its members would lose their tracebacks")
    return error


class _Recipe:
    """Pickles as a call."""

    def __init__(self, make: Callable[..., BaseException], *arguments: Any) -> None:
        self._made_by = make, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self._made_by


def _group(error: BaseException) -> _Recipe:
    if not isinstance(error, BaseExceptionGroup):
        raise TypeError("it is no group")
    members = [PortableError(member) for member in error.exceptions]
    return _Recipe(_made, type(error), (error.message, members), _picklable(error.__dict__))


def _parts(error: BaseException) -> _Recipe:
    return _Recipe(_made, type(error), error.args, _picklable(error.__dict__))


def _made(kind: type[BaseException], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> BaseException:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


def _picklable(values: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        with suppress(Exception):  # as above
            pickle.loads(pickle.dumps(value))  # noqa: S301 - as above
            found[name] = value
    return found


def _frames(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    half = MOST_FRAMES // 2
    return found if len(found) <= MOST_FRAMES else [*found[:half], *found[-half:]]


def _restored(packed: _Packed) -> BaseException:
    error: BaseException = pickle.loads(packed.content)  # noqa: S301 - whoever reads this reads pickles of ours
    if packed.cause is not None:
        error.__cause__ = _restored(packed.cause)
    if packed.context is not None:
        error.__context__ = _restored(packed.context)
    error.__suppress_context__ = packed.suppresses
    return error.with_traceback(_traceback(packed.frames))


def _traceback(frames: list[tuple[str, int, str]]) -> TracebackType | None:
    if not frames:
        return None
    from tblib import Traceback  # type: ignore[import-untyped]  # it has no stubs

    text = "\n".join(f'  File "{file}", line {line}, in {name}' for file, line, name in frames)
    made: TracebackType = Traceback.from_string(text, strict=False).as_traceback()
    return made
