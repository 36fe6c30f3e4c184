"""Whether a value of one type fits another one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple

from wt_compiler.types.schema_type import Type


class Reason(Enum):
    """Why it does not fit."""

    KIND = "kind"
    NULL = "null"
    MISSING = "missing"
    EXTRA = "extra"
    LENGTH = "length"
    VALUE = "value"


class Mismatch(NamedTuple):
    """What does not fit.

    Attributes:
        reason: Why.
        given: What is there.
        wanted: What should be there.
        path: Where, from the outside inwards: keys, indices, and None for any element.
        name: The field, if one is missing or too many.
    """

    reason: Reason
    given: Type
    wanted: Type
    path: tuple[str | int | None, ...] = ()
    name: str = ""


class Answer(NamedTuple):
    """Yes: every value fits. No: some certainly do not, by their type. Else it depends on the value, or is not known.

    Attributes:
        fits: True, False or None.
        mismatch: What does not fit.
    """

    fits: bool | None
    mismatch: Mismatch | None = None

    def under(self, step: str | int | None) -> Answer:
        """The same about the whole, of which this is a part."""
        if self.mismatch is None:
            return self
        return Answer(False, self.mismatch._replace(path=(step, *self.mismatch.path)))


YES: Final = Answer(True)
MAYBE: Final = Answer(None)


def no(reason: Reason, given: Type, wanted: Type, name: str = "") -> Answer:
    """It does not fit."""
    return Answer(False, Mismatch(reason, given, wanted, name=name))


def every(answers: Iterable[Answer]) -> Answer:
    """All have to fit."""
    result = YES
    for answer in answers:
        if answer.fits is False:
            return answer
        if answer.fits is None:
            result = MAYBE
    return result
