from __future__ import annotations

import pickle

import sent_functions as steps
from wt_task.portable import FunctionReference, portable_function


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
