"""Runs without the outside world: functions that read or write are replaced by a recorded example of what they return.

The example of `get_events` in the module `library.tasks` is `get-events.example-return.json`, a file beside that
module, or what `WT_TASK_MOCK_IO__LIBRARY_TASKS_GET_EVENTS` names. Files other than JSON need a loader: a function
from a path to the value, offered by a package under the entry-point group `wt_task.mock_loaders` and the name of the
extension.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from wt_task.hints import is_async
from wt_task.portable import RECORDED_AS

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from unittest.mock import MagicMock

    from wt_task.task import Task

Loader: TypeAlias = Callable[[Path], Any]

LOADERS_GROUP = "wt_task.mock_loaders"


def create_func_magicmock(anchor: str, func_name: str) -> MagicMock:
    """A mock with the signature and the type hints of a function, that returns its recorded example.

    Args:
        anchor: The module or package that the function is imported from.
        func_name: The name of the function in there.

    Returns:
        A mock (`unittest.mock.create_autospec`); each call returns a copy of its own. What it recorded is in its
        attribute `mock`, too.

    Raises:
        ImportError: If there is no such module.
        AttributeError: If it has no such function.
        FileNotFoundError: If no example is recorded.
        ValueError: If more than one is, if nothing can load it, or if it cannot be loaded.
    """
    from copy import deepcopy
    from unittest.mock import create_autospec

    function = _find(anchor, func_name)
    example = _load_example(anchor, func_name, function)
    mock = create_autospec(function, side_effect=lambda *_, **__: deepcopy(example))
    made: MagicMock = _awaited(mock) if is_async(function) else mock
    for name in ("__module__", "__qualname__", "__annotations__"):
        setattr(made, name, getattr(function, name))
    setattr(made, RECORDED_AS, (anchor, func_name))
    setattr(made, "__wrapped__", function)  # noqa: B010 - the signature and the names in type hints are found there
    return made


def _awaited(mock: Any) -> Any:
    """A coroutine function in front of a mock, which is none to `inspect` and to pydantic."""

    async def awaited(*args: Any, **kwargs: Any) -> Any:
        return await mock(*args, **kwargs)

    front: Any = awaited
    front.__name__ = mock.__name__
    front.mock = mock.mock
    for name in dir(mock):
        if name.startswith("assert_"):
            setattr(front, name, getattr(mock, name))
    return front


def create_task_magicmock(anchor: str, func_name: str) -> Task[..., Any]:
    """The older form of `create_func_magicmock`: the mock as a task; its `func` is the mock itself."""
    from wt_task.task import task

    return task(create_func_magicmock(anchor, func_name))


def _find(anchor: str, func_name: str) -> Callable[..., Any]:
    found = getattr(importlib.import_module(anchor), func_name)
    function: Callable[..., Any] = getattr(found, "func", found)  # a task's function
    return function


def _load_example(anchor: str, func_name: str, function: Callable[..., Any]) -> Any:
    variable = f"WT_TASK_MOCK_IO__{anchor}_{func_name}".replace(".", "_").upper()
    if os.environ.get(variable):
        path = Path(os.environ[variable])
        if not path.is_file():
            raise FileNotFoundError(f"{variable} is set to {path}, which is no file")
        return _load(path.suffix, path)
    example = _recorded_example(anchor, func_name, function, variable)
    with ExitStack() as stack:
        path = stack.enter_context(resources.as_file(example))
        return _load(path.suffix, path)


def _recorded_example(anchor: str, func_name: str, function: Callable[..., Any], variable: str) -> Traversable:
    start = f"{func_name.replace('_', '-')}.example-return."
    packages = list(dict.fromkeys(_package(module) for module in (anchor, function.__module__)))
    for package in packages:
        found = sorted(_files(package, start), key=lambda file: file.name)
        if len(found) > 1:
            names = ", ".join(file.name for file in found)
            raise ValueError(f"{anchor}.{func_name} has more than one recorded example in {package}: {names}")
        if found:
            return found[0]
    raise FileNotFoundError(
        f"{anchor}.{func_name} has no recorded example: there is no file {start}json (or another extension) "
        f"in the package {' or '.join(packages)}, and {variable} is not set"
    )


def _package(module: str) -> str:
    """The package that a module's files are beside: itself, or the one that holds it."""
    loaded = importlib.import_module(module)
    return module if hasattr(loaded, "__path__") else module.rpartition(".")[0] or module


def _files(package: str, start: str) -> Iterator[Traversable]:
    loaded = importlib.import_module(package)
    place = resources.files(package) if hasattr(loaded, "__path__") else Path(str(loaded.__file__)).parent
    return (file for file in place.iterdir() if file.name.startswith(start) and file.is_file())


def _load(extension: str, path: Path) -> Any:
    loaders = _loaders()
    if extension not in loaders:
        raise ValueError(
            f"nothing can load {path.name}: of the installed packages, none offers {extension} under the entry-point "
            f"group {LOADERS_GROUP}; there are {', '.join(sorted(loaders))}"
        )
    try:
        return loaders[extension](path)
    except ValueError as error:
        raise ValueError(f"{path.name} cannot be loaded: {error}") from error


def _loaders() -> dict[str, Loader]:
    offered = {f".{entry.name.lstrip('.')}": _late(entry) for entry in entry_points(group=LOADERS_GROUP)}
    return {".json": _load_json, **offered}


def _late(entry: Any) -> Loader:
    return lambda path: entry.load()(path)


def _load_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
