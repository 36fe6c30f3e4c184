from __future__ import annotations

import functools

from wt_task.hints import MISSING, is_async, parameters, takes_sentinel, takes_tuple


def test_names_and_defaults_are_read_from_the_signature():
    known = parameters(lambda a, b=2, *, c=3: None)
    assert known.positional == ("a", "b")
    assert known.places == 2
    assert known.defaults == (("a", MISSING), ("b", 2), ("c", 3))


def test_parameters_without_names_leave_arguments_by_place():
    assert parameters(lambda a, /, b=1: None).positional is None
    assert parameters(lambda *a: None).positional is None
    assert parameters(lambda **a: None).defaults == ()


def test_a_function_without_a_signature_has_no_known_parameters():
    assert parameters(max) == (None, 0, ())


def test_a_callable_that_cannot_be_hashed_has_parameters_too():
    class Unhashable:
        __hash__ = None

        def __call__(self, a):
            return a

    assert parameters(Unhashable()).positional == ("a",)


def test_coroutine_functions_are_told_apart():
    async def coroutine() -> None: ...

    assert is_async(coroutine)
    assert is_async(functools.partial(coroutine))
    assert not is_async(print)
    assert not is_async(dict)


def test_hints_that_only_a_type_checker_can_read_say_nothing():
    def function(a: OnlyForTheChecker) -> None:  # noqa: F821
        pass

    assert not takes_tuple(function, "a")
    assert not takes_sentinel(function, ("a",))
    assert not takes_tuple(function, "b")
