from __future__ import annotations

import pickle

import pytest
from wt_contracts.portable import RemoteError
from wt_task.errors import Element, TaskInstanceError


def test_the_text_names_the_instance_and_the_exception():
    error = TaskInstanceError("mean", ValueError("no"))
    assert str(error) == "Task instance 'mean' raised ValueError('no')"
    assert error.task_instance_id == "mean"
    assert isinstance(error.__cause__, ValueError)
    assert error.index is error.key is None


@pytest.mark.parametrize(
    ("element", "place"), [(Element(3), "element 3"), (Element(0, "north", keyed=True), "key 'north'")]
)
def test_the_text_names_the_element(element, place):
    error = TaskInstanceError("mean", ValueError("no"), element)
    assert str(error) == f"Task instance 'mean', {place}, raised ValueError('no')"
    assert (error.index, error.key) == (element.place, element.key)


def test_it_survives_being_pickled_with_its_cause():
    error = TaskInstanceError("mean", ValueError("no"), Element(0, ("a", 1), keyed=True), "f")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert (copy.task_instance_id, copy.element, copy.function) == ("mean", error.element, "f")
    assert repr(copy.__cause__) == "ValueError('no')"


def test_a_stand_in_from_another_process_reads_as_what_it_stands_for():
    assert str(TaskInstanceError("a", RemoteError("Odd('x')"))) == "Task instance 'a' raised Odd('x')"


def test_an_exception_that_cannot_be_put_into_words_is_still_named():
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    assert str(TaskInstanceError("a", MuteError())) == "Task instance 'a' raised MuteError('<exception str() failed>')"
