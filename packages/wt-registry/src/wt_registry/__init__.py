"""`@register`, and the `wt-registry` command that prints what task libraries offer as JSON.

Task libraries import this module, so it brings only the standard library; pydantic is imported when a schema is
asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wt_registry.errors import DuplicateRegistrationError, RegistryError, SchemaGenerationError
from wt_registry.registration import Metadata, Registration, clear_registry, get_registry, register

if TYPE_CHECKING:
    from wt_registry.document import to_json

__all__ = [
    "DuplicateRegistrationError",
    "Metadata",
    "Registration",
    "RegistryError",
    "SchemaGenerationError",
    "clear_registry",
    "get_registry",
    "register",
    "to_json",
]


def __getattr__(name: str) -> Any:
    if name == "to_json":
        from wt_registry.document import to_json

        return to_json
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
