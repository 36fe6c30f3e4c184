"""Log files that begin anew when they are large and go when they are old."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_engine.observability.logger import EventLogger, LogRecord

if TYPE_CHECKING:
    from loguru import Logger

_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} | {level: <7} | {extra[process_name]} | {message}"
_open: dict[tuple[str, Path], int] = {}
_lock = threading.Lock()


def new_logger(
    process_name: str = "wt",
    path_file: str | os.PathLike[str] | None = None,
    filename_format: str = "{time:YYYY-MM-DD}",
    *,
    rotation: str | int = "50 MB",
    retention: str | int = "10 days",
    compression: str | None = "zip",
    level: str | int = "DEBUG",
) -> Logger:
    """A logger of loguru's with a name, and files of its own.

    Args:
        process_name: Stands in every line, and at the beginning of the files' names.
        path_file: The directory of the files, which is made; None for no files.
        filename_format: What follows in their names, with loguru's `{time}`.
        rotation: When a new file begins: a size, an age or a time of day, in loguru's words.
        retention: How long old files are kept, or how many.
        compression: How old files are packed; None for not at all.
        level: The least level that is written to the files.

    Returns:
        The logger. Asking again for the same name and directory gives one with the same files.
    """
    from loguru import logger

    if path_file is not None:
        directory = Path(path_file).resolve()
        with _lock:
            if (process_name, directory) not in _open:
                _open[process_name, directory] = logger.add(
                    directory / f"{process_name}_{filename_format}.log",
                    rotation=rotation,
                    retention=retention,
                    compression=compression,
                    level=level,
                    format=_FORMAT,
                    filter=lambda record: record["extra"].get("process_name") == process_name,
                    encoding="utf-8",
                )
    return logger.bind(process_name=process_name)


def close_logger(process_name: str) -> None:
    """Finish and close the files of a logger; a later `new_logger` opens them again."""
    from loguru import logger

    with _lock:
        for key in [key for key in _open if key[0] == process_name]:
            logger.remove(_open.pop(key))


class LogGestor(EventLogger):
    """Keeps the events of runs in log files: an observer, one for any number of pipes.

    Args:
        process_name: As for `new_logger`.
        path_file: The directory of the files.
        level: The least level that is kept, as a number or a name of `logging`.
        **files: The rotation, retention and compression of `new_logger`.
    """

    def __init__(
        self,
        process_name: str = "wt",
        path_file: str | os.PathLike[str] = "logs",
        level: int | str = logging.INFO,
        **files: Any,
    ) -> None:
        super().__init__(level, _FileSink(new_logger(process_name, path_file, **files)))
        self.process_name = process_name

    def close(self) -> None:
        """Finish and close the files."""
        close_logger(self.process_name)


class _FileSink:
    def __init__(self, logger: Logger) -> None:
        self._logger = logger

    def emit(self, record: LogRecord) -> None:
        name = logging.getLevelName(record.level)
        self._logger.log(name, "{} {} {}", record.pipe_name, record.run_id[:8], record.message)
