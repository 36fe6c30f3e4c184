"""A sub-workflow as a registry would describe a task that does the same, so that all checks of tasks hold for it.

Its parameters are what its spec leaves open, each called by its place in a file of parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from wt_contracts.registry import RegistryEntry, RegistryMetadata

from wt_compiler.catalogue import Catalogue
from wt_compiler.definitions import Definitions, TaskDefinitions, renamed
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.spec import Spec

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved


class _Open(NamedTuple):
    """A parameter that a spec leaves open.

    Attributes:
        place: Its place in a file of parameters.
        schema: Its schema; None if the task hides it from forms.
        definitions: What the schema refers to.
        required: Whether it has no default.
    """

    place: str
    schema: Any
    definitions: TaskDefinitions
    required: bool


def described(spec: Spec, instances: list[Resolved], catalogue: Catalogue) -> RegistryEntry:
    """Describe a sub-workflow.

    Args:
        spec: Its spec.
        instances: Its instances with their tasks looked up.
        catalogue: What the environment offers.
    """
    found = [*_shared(spec), *(each for item in instances for each in _left_open(item, catalogue))]
    tasks = [item.task for item in instances if item.task is not None]
    definitions = Definitions()
    properties = {each.place: _adopted(each, definitions) for each in found if each.schema is not None}
    described = spec.metadata.get("description")
    return RegistryEntry(
        metadata=RegistryMetadata(description=described if isinstance(described, str) else None),
        module_path=spec.findings.file,
        public_module_path=spec.findings.file,
        function_name=spec.id.text if spec.id else "",
        import_statement="",
        json_schema={
            "type": "object",
            "properties": properties,
            "required": [each.place for each in found if each.required],
            "additionalProperties": False,
            "$defs": definitions.schemas,
        },
        is_async=any(task.is_async for task in tasks),
        hidden_parameters=[each.place for each in found if each.schema is None]
        if all(catalogue.parameters(task).complete for task in tasks)
        else None,
    )


def _shared(spec: Spec) -> Iterator[_Open]:
    for parameter in spec.params:
        schema = {key: value for key, value in parameter.schema.items() if key != "$defs"}
        definitions = TaskDefinitions(parameter.schema.get("$defs", {}))
        yield _Open(f"{SHARED_KEY}.{parameter.name.text}", schema, definitions, "default" not in schema)


def _left_open(item: Resolved, catalogue: Catalogue) -> Iterator[_Open]:
    if item.task is None or item.spec.id is None:
        return
    parameters = catalogue.parameters(item.task)
    definitions = TaskDefinitions(parameters.definitions)
    for name in parameters.names:
        if name not in item.spec.bound and name != "return":
            schema = parameters.properties.get(name)
            yield _Open(f"{item.spec.id.text}.{name}", schema, definitions, name in parameters.required)


def _adopted(parameter: _Open, definitions: Definitions) -> Any:
    """The schema of a parameter, once what it refers to has been taken over."""
    try:
        names = definitions.adopt(parameter.definitions, parameter.definitions.reachable(parameter.schema))
    except LookupError:  # it refers to nothing, which is reported where forms are derived
        return {}
    return renamed(parameter.schema, names)
