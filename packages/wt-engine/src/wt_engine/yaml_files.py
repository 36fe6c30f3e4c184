"""YAML files with environment variables in them, which are replaced as a whole or not at all."""

from __future__ import annotations

import logging
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from wt_engine.whole_file import write_whole

_VARIABLE = re.compile(r"\$(?P<literal>\$\{)|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
_FOLDED = frozenset("\x85\u2028\u2029")
"""Ends of lines of which YAML makes a space, unless they are escaped."""

_log = logging.getLogger("wt_engine")


class YamlFileError(ValueError):
    """A file cannot be read as YAML, or data cannot be written as YAML.

    Args:
        message: What is wrong.
        path: The file.
        line: The line, from 1, if the mistake has one.
        column: The column, from 1.
    """

    def __init__(self, message: str, path: Path, line: int | None = None, column: int | None = None) -> None:
        self.path = path
        self.line = line
        self.column = column
        super().__init__(f"{path}{f':{line}:{column}' if line else ''}: {message}")


def read_yaml(file_path: str | os.PathLike[str], verbose: bool = False) -> Any:
    """The content of a YAML file.

    `${NAME}` in a value is replaced by that environment variable and `${NAME:-default}` by the default where it is not
    set or empty, before the value gets its type: `port: ${PORT:-80}` is a number. `$${` stands for `${`.

    Args:
        file_path: The file.
        verbose: Whether to log that it was read.

    Returns:
        What it holds; an empty mapping for an empty file.

    Raises:
        FileNotFoundError: There is no such file.
        YamlFileError: It is no YAML, or names a variable that is not set; with line and column.
    """
    import yaml

    path = Path(file_path)
    try:
        content = yaml.load(path.read_bytes(), _loader())  # noqa: S506 - a SafeLoader, see below
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        text = getattr(error, "problem", None) or str(error)
        raise YamlFileError(text, path, *((mark.line + 1, mark.column + 1) if mark else ())) from error
    if verbose:
        _log.info("Read %s", path)
    return {} if content is None else content


def write_yaml(file_path: str | os.PathLike[str], data: Any, verbose: bool = False) -> None:
    """Replace a YAML file, at once: whoever reads it meanwhile, in any thread or process, sees the old or the new one.

    Args:
        file_path: The file; its directory must exist.
        data: What it is to hold.
        verbose: Whether to log that it was written.

    Raises:
        YamlFileError: The data holds something that YAML cannot; the file is left as it was.
        OSError: The file cannot be written.
    """
    import yaml

    path = Path(file_path)
    try:
        text = yaml.dump(data, Dumper=_dumper(), sort_keys=False, allow_unicode=True)
    except yaml.YAMLError as error:
        raise YamlFileError(f"what is no plain data cannot be written: {error}", path) from error
    write_whole(path, text.encode())
    if verbose:
        _log.info("Wrote %s", path)


leer_yaml = read_yaml
escribir_yaml = write_yaml


@cache
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        def represent_text(self, text: str) -> Any:
            style = None if _FOLDED.isdisjoint(text) else '"'  # PyYAML escapes them there alone
            return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, Dumper.represent_text)
    return Dumper


@cache
def _loader() -> Any:
    import yaml
    from yaml.composer import ComposerError

    class Loader(yaml.SafeLoader):
        def compose_scalar_node(self, anchor: Any) -> Any:
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's types stop at its surface
            if "$" in event.value:
                event.value = _VARIABLE.sub(lambda found: self.replacement(found, event.start_mark), event.value)
            return super().compose_scalar_node(anchor)

        def replacement(self, found: re.Match[str], mark: Any) -> str:
            if found["literal"]:
                return "${"
            value = os.environ.get(found["name"])
            if value or (value is not None and found["default"] is None):
                return value
            if found["default"] is None:
                text = f"the environment variable {found['name']} is not set; a default is written ${{NAME:-default}}"
                raise ComposerError(None, None, text, mark)
            return str(found["default"])

    return Loader
