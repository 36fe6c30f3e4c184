"""Who watches the runs of a pipeline because its arguments say so: terminal, measurements, a server, a description."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_engine.errors import DefinitionError, suggestion
from wt_engine.observers import QUEUE

if TYPE_CHECKING:
    from wt_engine.api_client import APIClient
    from wt_engine.observability.resource_monitor import ResourceMonitor
    from wt_engine.observability.run_reporter import RunReporter

_SERVER = ("base_url", "token", "timeout")
_PATIENCE = 5.0
"""Seconds that the end of a run waits for a server that has not got all reports yet."""


@dataclass(slots=True)
class Watching:
    """What was asked for.

    Attributes:
        verbose: Whether to tell on stderr what happens.
        progress: Whether to show progress, if stderr is a terminal.
        metrics: Whether to measure the processor and the memory.
        server: The server that runs are reported to.
        worker_id: Who runs it.
        worker_name: The same, for people.
        directory: Where a description of the pipeline is written.
        monitor: What measures, once something does.

    Raises:
        DefinitionError: The server's configuration has an unknown key, or no `base_url`.
    """

    verbose: bool = False
    progress: bool = True
    metrics: bool = False
    server: Mapping[str, Any] | None = None
    worker_id: str | None = None
    worker_name: str | None = None
    directory: Any = None
    monitor: ResourceMonitor | None = None

    def __post_init__(self) -> None:
        for key in self.server or {}:
            if key not in _SERVER:
                raise DefinitionError(f"api_config has an unknown key '{key}'.{suggestion(str(key), _SERVER)}")
        if self.server is not None and not self.server.get("base_url"):
            raise DefinitionError("api_config needs 'base_url', the address of the server")

    def client(self) -> APIClient:
        """A client of the server.

        Raises:
            DefinitionError: There is none, or httpx is not installed.
        """
        from wt_engine.api_client import APIClient

        if self.server is None:
            raise DefinitionError("there is no server: give the pipeline api_config={'base_url': ...}")
        if not _is_there("httpx"):
            raise DefinitionError("api_config needs httpx: install wt-engine[client]")
        # The reports of a short run must not have to wait for the import.
        importlib.import_module("httpx")
        return APIClient(**self.server)

    def observers(self, name: str, store: Any, resumed: str | None = None) -> tuple[tuple[Any, int], ...]:
        """The observers of one run.

        Args:
            name: The pipeline's name.
            store: Where measurements are kept, if somewhere.
            resumed: The run that goes on, of which the store knows what it has told already.
        """
        found: list[Any] = []
        if self.verbose:
            from wt_engine.observability.logger import EventLogger

            found.append(EventLogger())
        elif self.progress and sys.stderr.isatty() and _is_there("rich"):
            from wt_engine.observability.progress import ProgressBar

            bar = ProgressBar()
            if resumed is not None:
                bar.catch_up(store.get_events(resumed))
            found.append(bar)
        if self.metrics:
            from wt_engine.observability.resource_monitor import ResourceMonitor

            self.monitor = self.monitor or ResourceMonitor(name, store)
            found.append(self.monitor)
        if self.server is not None:
            from wt_engine.observability.run_reporter import RunReporter

            found.append(RunReporter(self.client(), self.worker_id))
        return tuple((observer, QUEUE) for observer in found)

    async def leave(self, observers: tuple[tuple[Any, int], ...]) -> None:
        """End the observers of a run; reports that still wait are sent, if the server can be reached."""
        for observer, _ in observers:
            close = getattr(observer, "close", None)
            if close is not None:
                reporter: RunReporter = observer
                await asyncio.to_thread(reporter.close, _PATIENCE)

    def write_down(self, name: str, describe: Callable[[], Mapping[str, Any]]) -> None:
        """Write the description of a pipeline, if a directory was given and it is not there as it is.

        Raises:
            OSError: It cannot be written.
        """
        if self.directory is None:
            return
        from wt_engine.yaml_files import read_yaml, write_yaml

        path = Path(self.directory) / f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name)}.yaml"
        plain = {key: _plain(value) for key, value in describe().items()}
        if path.exists() and read_yaml(path) == plain:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_yaml(path, plain)


def _is_there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _plain(value: Any) -> Any:
    """What YAML is to hold of something: data as it is, anything else as people read it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
