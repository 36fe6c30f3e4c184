"""What `wt init` writes: a task library, a spec, parameters, test cases."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_LONGEST_NAME = 50
_INSTANCES = ("temperatures", "smoothed", "summary", "page")

FILES = {
    "spec.yaml": "spec.yaml",
    "params.yaml": "params.yaml",
    "test-cases.yaml": "test_cases.yaml",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".vscode/settings.json": "vscode_settings.json",
    ".vscode/extensions.json": "vscode_extensions.json",
    "{name}-tasks/pyproject.toml": "library_pyproject.toml",
    "{name}-tasks/README.md": "library_README.md",
    "{name}-tasks/src/{id}_tasks/__init__.py": "library_init.py",
    "{name}-tasks/src/{id}_tasks/tasks.py": "library_tasks.py",
    "{name}-tasks/src/{id}_tasks/py.typed": None,
    "{name}-tasks/tests/test_tasks.py": "library_test_tasks.py",
}
"""Where each file goes, and the template it comes from; None is an empty file."""


class _Template(Template):
    """Placeholders are `%%{name}`, so that the `${{ }}` of a spec needs no quoting."""

    delimiter = "%%"


def suggest_name(directory: Path) -> str:
    """A name for the workflow that is written to a directory, from the directory's own name."""
    return re.sub(r"[^a-z0-9]+", "-", directory.resolve().name.lower()).strip("-")


def check_name(name: str) -> str:
    """Refuse a name that cannot be a workflow's.

    Args:
        name: The name; its hyphens become underscores in Python and in the spec's id.

    Returns:
        The name.

    Raises:
        ValueError: If it cannot be a package's name and, written with underscores, a spec's id.
    """
    identifier = name.replace("-", "_")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: it takes a-z, 0-9 and single hyphens, and a letter first")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the name has {len(name)} characters, the most is {_LONGEST_NAME}")
    if keyword.iskeyword(identifier) or identifier in dir(builtins):
        raise ValueError(f"{name!r} has a meaning in Python")
    if identifier in _INSTANCES:
        raise ValueError(f"{name!r} is the name of a task instance in the workflow that is written")
    return name


def check_author(author: str) -> str:
    """Refuse an author's name that cannot stand in one line.

    Raises:
        ValueError: If it has control characters in it.
    """
    if not author.isprintable():
        raise ValueError("the author's name has characters that cannot be printed")
    return author.strip()


def render(name: str, author: str) -> dict[str, str]:
    """Fill in the templates.

    Args:
        name: The workflow's name, checked.
        author: Who writes it, checked; may be empty.

    Returns:
        The content of every file by its path, relative and with slashes.
    """
    identifier = name.replace("-", "_")
    authors = f"authors = [{{ name = {json.dumps(author, ensure_ascii=False)} }}]\n" if author else ""
    words = {"name": name, "id": identifier, "authors": authors}
    templates = files("wt_cli").joinpath("templates")
    written = {}
    for path, template in FILES.items():
        text = templates.joinpath(f"{template}.template").read_text(encoding="utf-8") if template else ""
        written[path.format(name=name, id=identifier)] = _Template(text).substitute(words)
    return written
