from __future__ import annotations

import inspect

from wt_contracts.task import TaskProtocol


class Chain:
    """The least that has the methods."""

    def _same(self, *args, **kwargs):
        return self

    validate = set_task_instance_id = handle_errors = with_tracing = skipif = set_executor = partial = _same
    set_concurrency = retry = timeout = skip_errors = on_error = cache = round = _same
    call = call_later = map = mapvalues = map_calls = mapvalues_calls = _same


def test_the_chain_is_what_existing_libraries_write():
    written = {"validate", "set_task_instance_id", "handle_errors", "with_tracing", "skipif", "set_executor", "partial"}
    assert written | {"call", "map", "mapvalues"} <= set(vars(TaskProtocol))


def test_arguments_have_the_names_that_generated_code_uses():
    assert list(inspect.signature(TaskProtocol.skipif).parameters) == ["self", "conditions", "unpack_depth"]
    assert list(inspect.signature(TaskProtocol.map).parameters) == ["self", "argnames", "argvalues"]
    assert list(inspect.signature(TaskProtocol.mapvalues).parameters) == ["self", "argnames", "argvalues"]


def test_whatever_has_the_methods_is_a_task():
    assert isinstance(Chain(), TaskProtocol)
    assert not isinstance(print, TaskProtocol)
