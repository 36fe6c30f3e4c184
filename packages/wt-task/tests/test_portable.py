from __future__ import annotations

import pickle

import sent_functions as steps
from wt_task.errors import RemoteError
from wt_task.portable import FunctionReference, portable_error, portable_function


def test_a_function_found_by_its_name_is_sent_as_it_is():
    assert portable_function(steps.double) is steps.double
    assert portable_function(len) is len


def test_a_function_behind_a_task_is_sent_as_a_reference():
    reference = portable_function(steps.decorated.func)
    assert reference == FunctionReference("sent_functions", "decorated")
    assert pickle.loads(pickle.dumps(reference)).resolve() is steps.decorated.func


def test_a_function_inside_a_function_is_left_to_the_pickler():
    def local() -> None:
        pass

    assert portable_function(local) is local


def test_an_exception_that_survives_travels_itself():
    error = ValueError("no")
    assert portable_error(error) is error


def test_an_exception_that_does_not_survive_is_replaced_by_a_description():
    stand_in = portable_error(steps.AwkwardError(3, "bad"))
    assert isinstance(stand_in, RemoteError)
    assert str(stand_in) == "AwkwardError('bad (3)')"
    assert "AwkwardError" in stand_in.__notes__[0]
    assert str(pickle.loads(pickle.dumps(stand_in))) == str(stand_in)


def test_an_exception_that_cannot_even_be_pickled_is_replaced_too():
    error = ValueError(lambda: None)
    assert isinstance(portable_error(error), RemoteError)
