"""What parameters must meet before a run starts; a module of its own, because a run that starts cold needs no model."""

from __future__ import annotations

from typing import Any


def runnable_schema(params_schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that parameters must meet before a run starts.

    The published shape of `params.json` has no `required` at its root, so that an empty form is valid. A run needs
    more: every instance that has a required parameter must be there.

    Args:
        params_schema: The content of `params.json`. Not changed.

    Returns:
        The same schema with `type` and `required` at its root.
    """
    properties: dict[str, Any] = params_schema.get("properties", {})
    required = [name for name, schema in properties.items() if schema.get("required")]
    return {**params_schema, "type": "object", "required": required}
