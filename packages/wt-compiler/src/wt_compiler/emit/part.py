"""The workflow and each of its sub-workflows, as packages of Python modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from wt_compiler.dag import Dag, Instance


class Part(NamedTuple):
    """A workflow that becomes a package.

    Attributes:
        dag: The workflow.
        package: The package's dotted name.
        path: How the names of its steps begin: with the ids of the sub-workflows that it is inside of.
        schema: What a run may be told, by instance: the properties of the part of `params.json` that is about it.
        given: What the workflows around it bind, by its place in a file of parameters.
    """

    dag: Dag
    package: str
    path: str
    schema: dict[str, Any]
    given: frozenset[str] = frozenset()

    @property
    def visible(self) -> frozenset[str]:
        """The ids of the instances that get arguments from outside."""
        return frozenset(self.schema) | {place.partition(".")[0] for place in self.given}

    @property
    def directory(self) -> str:
        """Where the package is, relative to the workspace."""
        return self.package.replace(".", "/")

    def inner(self, instance: Instance) -> Part:
        """The sub-workflow that an instance is."""
        assert instance.uses is not None
        prefix = f"{instance.id}."
        passed = {place.removeprefix(prefix) for place in self.given if place.startswith(prefix)}
        schema = self.schema.get(instance.id, {}).get("properties", {})
        package = f"{self.package}.{sub_name(instance)}"
        return Part(instance.uses.dag, package, f"{self.path}{prefix}", schema, instance.bound | passed)

    def walk(self) -> Iterator[Part]:
        """The part itself, and all inside of it."""
        yield self
        for instance in self.dag.instances:
            if instance.uses is not None:
                yield from self.inner(instance).walk()


def sub_name(instance: Instance) -> str:
    """The name of the package of a sub-workflow, inside of that of the workflow around it."""
    return f"sub_{instance.id}"
