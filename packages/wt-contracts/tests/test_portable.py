from __future__ import annotations

import pickle

from wt_contracts.portable import RemoteError, portable_error


class AwkwardError(Exception):
    """Passes on another number of arguments than it takes."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")


def test_an_exception_that_survives_travels_itself():
    error = ValueError("no")
    assert portable_error(error, repr) is error


def test_an_exception_that_does_not_survive_is_replaced_by_a_description():
    stand_in = portable_error(AwkwardError(3, "bad"), repr)
    assert isinstance(stand_in, RemoteError)
    assert str(stand_in) == "AwkwardError('bad (3)')"
    assert "AwkwardError" in stand_in.__notes__[0]
    assert str(pickle.loads(pickle.dumps(stand_in))) == str(stand_in)


def test_an_exception_that_cannot_even_be_pickled_is_replaced_too():
    error = ValueError(lambda: None)
    assert isinstance(portable_error(error, repr), RemoteError)
