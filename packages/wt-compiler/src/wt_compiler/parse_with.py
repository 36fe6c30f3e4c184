"""The `with` of a sub-workflow: what the parameters of another spec are bound to.

They are named by their places in a file of parameters: `instance.parameter` or `{instance: {parameter: …}}`. Those of
the other workflow as a whole, `params.name` there, may be written as `name`.
"""

from __future__ import annotations

from collections.abc import Iterator

from wt_compiler.document import MapNode, Node
from wt_compiler.findings import Findings
from wt_compiler.parse_value import read_value
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.shape import is_null, read_map
from wt_compiler.spec import Argument, Name, Spec
from wt_compiler.values import Value


def read_with(node: Node | None, spec: Spec | None, findings: Findings) -> tuple[Argument, ...]:
    """Read what a sub-workflow is given.

    Args:
        node: The value of `with`.
        spec: The spec that is used; None if it could not be read.
        findings: Gets what is wrong.

    Returns:
        The bindings, each by its place in a file of parameters.
    """
    if node is None or is_null(node):
        return ()
    given = read_map(node, "'with'", findings)
    if given is None:
        return ()
    value = read_value(given, findings)
    assert isinstance(value, dict)
    return tuple(_flat(given, value, spec, ""))


def placed(name: Name, spec: Spec | None) -> Name:
    """A parameter's name as its place in a file of parameters."""
    shared = spec is not None and any(parameter.name.text == name.text for parameter in spec.params)
    return name._replace(text=f"{SHARED_KEY}.{name.text}") if shared else name


def _flat(node: MapNode, value: dict[str, Value], spec: Spec | None, prefix: str) -> Iterator[Argument]:
    for key, entry in node.entries.items():
        name, inner = placed(Name(key, entry.key.position), spec), value[key]
        place = name._replace(text=f"{prefix}{name.text}")
        if name.text == key and isinstance(entry.value, MapNode) and isinstance(inner, dict) and _is_part(key, spec):
            yield from _flat(entry.value, inner, _below(key, spec), f"{place.text}.")
        else:
            yield Argument(place, inner, entry.value)


def _is_part(key: str, spec: Spec | None) -> bool:
    """Whether a mapping under a key holds parameters, and is not the value of one."""
    return spec is not None and (key == SHARED_KEY or any(each.id and each.id.text == key for each in spec.instances))


def _below(key: str, spec: Spec | None) -> Spec | None:
    """The spec that an instance uses."""
    uses = (each.uses for each in spec.instances if each.id and each.id.text == key) if spec is not None else iter(())
    return next((use.spec for use in uses if use is not None), None)
