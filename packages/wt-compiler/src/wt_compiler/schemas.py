"""What each task instance still asks for: the schema of the arguments that the spec left open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from wt_contracts.codes import Code

from wt_compiler.dag import Dag, Instance
from wt_compiler.definitions import Definitions, Schema, TaskDefinitions, renamed
from wt_compiler.findings import Findings
from wt_compiler.sub_forms import SubForm, in_params, in_rjsf, left_open

if TYPE_CHECKING:
    from wt_compiler.forms import Forms

GROUP_MARKER = "ecoscope:task_group"
"""The key that tells a group from an instance in `rjsf.json`, as existing front ends know it."""


SHARED_KEY = "params"
"""The key of the workflow's own parameters in parameters and form data; no instance can have it as its id."""


class OpenArguments(NamedTuple):
    """The part of a task's schema that a form shows, for one set of bound arguments.

    Attributes:
        schema: The object schema without its title.
        properties: How many arguments are open.
    """

    schema: Schema
    properties: int


class InstanceSchemas:
    """The schemas of a workflow's instances, and the `$defs` that they share.

    Args:
        dag: The workflow.
        findings: Where a task whose schema points to nothing is reported.
        derive: Derives the forms of a sub-workflow.

    Attributes:
        by_id: The schema of every instance with an open argument, in the order of the workflow.
        shown: The same, as a form shows them; overrides in the specs of sub-workflows make a difference.
        ui: How the sub-workflows among them are shown, in `params.json` and in `rjsf.json`.
        definitions: The `$defs` that they need.
    """

    def __init__(self, dag: Dag, findings: Findings, derive: Callable[[Dag, Findings], Forms]) -> None:
        self.by_id: dict[str, Schema] = {}
        self.shown: dict[str, Schema] = {}
        self.ui: tuple[Schema, Schema] = ({}, {})
        self._definitions = Definitions()
        self._tasks: dict[str, TaskDefinitions] = {}
        self._open: dict[tuple[str, frozenset[str]], OpenArguments] = {}
        if dag.params:
            self.by_id[SHARED_KEY] = self.shown[SHARED_KEY] = self._shared(dag.params)
        for instance in dag.instances:
            if instance.uses is not None:
                forms = derive(left_open(instance), instance.uses.findings)
                for part, schemas, ui in zip((in_params, in_rjsf), (self.by_id, self.shown), self.ui, strict=True):
                    self._add_sub(instance, part(instance, forms), schemas, ui)
                continue
            open_arguments = self._open_arguments(instance, findings)
            if open_arguments.properties:
                schema = {**open_arguments.schema, "title": instance.title}
                self.by_id[instance.id] = self.shown[instance.id] = schema

    @property
    def definitions(self) -> dict[str, Schema]:
        """The shared `$defs`, by name."""
        return self._definitions.schemas

    def _add_sub(self, instance: Instance, part: SubForm, schemas: dict[str, Schema], ui: Schema) -> None:
        if not part.schema["properties"]:
            return
        task = TaskDefinitions(part.definitions)
        try:
            names = self._definitions.adopt(task, task.reachable(part.schema))
        except LookupError:  # it is reported where it stands, in the other spec
            names = {}
        schemas[instance.id] = renamed(part.schema, names)
        ui[instance.id] = part.ui

    def _shared(self, params: dict[str, Schema]) -> Schema:
        properties: dict[str, Schema] = {}
        for name, schema in params.items():
            task = TaskDefinitions(schema.get("$defs", {}))
            own = {key: value for key, value in schema.items() if key != "$defs"}
            properties[name] = renamed(own, self._definitions.adopt(task, task.reachable(own)))
        return {
            "additionalProperties": False,
            "properties": properties,
            "required": [name for name, schema in params.items() if "default" not in schema],
            "title": "Parameters",
            "type": "object",
        }

    def _open_arguments(self, instance: Instance, findings: Findings) -> OpenArguments:
        key = (instance.task.dotted_path, instance.bound)
        if key not in self._open:
            self._open[key] = self._derive(instance, findings)
        return self._open[key]

    def _derive(self, instance: Instance, findings: Findings) -> OpenArguments:
        entry = instance.task.entry
        source = entry.json_schema
        bound = instance.bound | {"return"}
        schema = {key: value for key, value in source.items() if key != "$defs"}
        properties = {name: value for name, value in source.get("properties", {}).items() if name not in bound}
        schema["properties"] = properties
        schema["required"] = [name for name in source.get("required", []) if name not in bound]
        if entry.metadata.description and not schema.get("description"):
            schema["description"] = entry.metadata.description
        task = self._tasks.setdefault(instance.task.dotted_path, TaskDefinitions(source.get("$defs", {})))
        try:
            names = self._definitions.adopt(task, task.reachable(schema)) if properties else {}
        except LookupError as missing:
            _report_dangling(instance, str(missing.args[0]), findings)
            names = {}
        return OpenArguments(renamed(schema, names), len(properties))


def _report_dangling(instance: Instance, reference: str, findings: Findings) -> None:
    findings.error(
        Code.REGISTRY_OUTPUT_INVALID,
        f"the schema of {instance.task.dotted_path} refers to {reference!r}, which is not among its $defs",
        instance.position,
        "the task library has to fix the JSON schema of the parameter's type, or bind the argument in `partial`",
    )
