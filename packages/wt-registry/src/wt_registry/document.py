"""The JSON that the compiler reads: every task that can be described, and why the others cannot.

It is written as plain data. Building the models of `wt_contracts.registry` first would cost a third of the whole
command's time and change nothing: a test reads the text back through them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from wt_registry.errors import SchemaGenerationError
from wt_registry.libraries import is_importable
from wt_registry.problem import Problem, task_problem
from wt_registry.public_modules import public_module_paths
from wt_registry.registration import Registration, get_registry
from wt_registry.schema import hidden_parameters, parameters_schema, return_schema
from wt_registry.signature import is_async

VERSION = "1.1.0"


@dataclass
class Document:
    """What a set of task libraries offers.

    Attributes:
        entries: The tasks by dotted path, each in the form of a `RegistryEntry`.
        problems: What could not be described.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def to_json(self, *, indent: bool = False) -> str:
        """The document as a `RegistryOutput`, on one line unless `indent`."""
        content = {
            "entries": self.entries,
            "problems": [asdict(problem) for problem in self.problems],
            "version": VERSION,
        }
        return json.dumps(content, indent=2) if indent else json.dumps(content, separators=(",", ":"))


def describe(
    registrations: Mapping[str, Registration], roots: Iterable[str] = (), problems: Iterable[Problem] = ()
) -> Document:
    """Describe registered functions.

    Args:
        registrations: The tasks by dotted path.
        roots: The imported modules to search for public paths.
        problems: What is already known to be wrong; comes first in the document.

    Returns:
        The document. A task that cannot be described becomes a problem in it and hides no other.
    """
    document = Document(problems=list(problems))
    public_paths = public_module_paths(roots, registrations)
    for dotted_path, registration in registrations.items():
        try:
            document.entries[dotted_path] = _entry(registration, public_paths[dotted_path])
        except SchemaGenerationError as error:
            document.problems.append(task_problem(dotted_path, str(error), registration.function))
    return document


def without_unimportable(registrations: Mapping[str, Registration]) -> tuple[dict[str, Registration], list[Problem]]:
    """Take out the tasks that generated code could not import.

    Returns:
        The others, and a problem for each task that its own module does not hold. Tasks of a module that failed to
        import give none: the library's problem already says it.
    """
    importable: dict[str, Registration] = {}
    problems: list[Problem] = []
    for dotted_path, registration in registrations.items():
        if not is_importable(registration.module_path):
            continue
        if hasattr(sys.modules[registration.module_path], registration.function_name):
            importable[dotted_path] = registration
        else:
            reason = f"module {registration.module_path} has no {registration.function_name}; define it at top level"
            problems.append(task_problem(dotted_path, reason, registration.function))
    return importable, problems


def to_json(pretty: bool = False) -> str:
    """Describe everything registered so far.

    Args:
        pretty: Whether to indent.

    Returns:
        A `RegistryOutput` as JSON text.
    """
    registrations = dict(get_registry())
    roots = [path for path in dict.fromkeys(r.module_path for r in registrations.values()) if path in sys.modules]
    return describe(registrations, roots).to_json(indent=pretty)


def _entry(registration: Registration, public_module_path: str) -> dict[str, Any]:
    name = registration.function_name
    parameters = parameters_schema(registration.function)
    entry = {
        "metadata": registration.metadata._asdict(),
        "module_path": registration.module_path,
        "public_module_path": public_module_path,
        "function_name": name,
        "import_statement": f"from {public_module_path} import {name} as {name}",
        "json_schema": _finite(parameters),
        "return_schema": _finite(return_schema(registration.function)),
        "is_async": is_async(registration.function),
        "hidden_parameters": hidden_parameters(registration.function, parameters),
    }
    try:
        json.dumps(entry, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise SchemaGenerationError(f"its description cannot be written as JSON: {error}") from error
    return entry


def _finite(schema: Any) -> Any:
    """Leave out default values that JSON has no number for; the parameter stays optional.

    Args:
        schema: A JSON schema or a part of one. Not changed.
    """
    try:
        json.dumps(schema, allow_nan=False)
    except (TypeError, RecursionError):
        return schema
    except ValueError:
        if isinstance(schema, dict):
            return {key: _finite(value) for key, value in schema.items() if key != "default" or _is_finite(value)}
        if isinstance(schema, list):
            return [_finite(value) for value in schema]
    return schema


def _is_finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True
