"""What a task library offers: the JSON that `wt-registry` prints and the compiler reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wt_contracts.versions import check_major

REGISTRY_VERSION = "1.1.0"


@dataclass(kw_only=True)
class RegistryMetadata:
    """What the author says of a task beside its code."""

    title: str | None = None
    description: str | None = None
    tags: list[str] = field(default_factory=list)
    deprecated: bool = False
    deprecation_message: str | None = None


@dataclass(kw_only=True)
class RegistryEntry:
    """One task: where it is, how to import it, what it takes and gives.

    Attributes:
        metadata: Title, description, tags, deprecation.
        module_path: The module that defines the function.
        public_module_path: The shortest module that exposes it; what generated code imports from.
        function_name: Its name in that module.
        import_statement: `from <public module> import <name> as <name>`.
        json_schema: The schema of the parameters, an object schema.
        return_schema: The schema of what it returns, or None if it is unknown (always before version 1.1).
        is_async: Whether it is an `async def` function (always false before version 1.1).
        hidden_parameters: The parameters that the schema leaves out (`Field(exclude=True)`, `SkipJsonSchema`) and that
            a spec may bind; None if it is not known which they are (always before version 1.1).
    """

    metadata: RegistryMetadata
    module_path: str
    public_module_path: str
    function_name: str
    import_statement: str
    json_schema: dict[str, Any]
    return_schema: dict[str, Any] | None = None
    is_async: bool = False
    hidden_parameters: list[str] | None = None


@dataclass(kw_only=True)
class RegistryProblem:
    """A task or library that could not be described, beside those that could.

    Attributes:
        subject: The dotted path of the task, or the module that failed to import.
        reason: Why, in one line.
        kind: Whether it is one `task` or a whole `library`.
        file: The source file, if known.
        line: The line of the definition in it, counted from 1.
    """

    subject: str
    reason: str
    kind: str = "task"
    file: str | None = None
    line: int | None = None


@dataclass(kw_only=True)
class RegistryOutput:
    """Everything that the task libraries of one environment offer.

    Attributes:
        entries: The tasks, keyed by dotted path (defining module and qualified name).
        problems: What could not be described, and why.
        version: The version of this document; another major version is refused.
    """

    entries: dict[str, RegistryEntry]
    problems: list[RegistryProblem] = field(default_factory=list)
    version: str = REGISTRY_VERSION

    def __post_init__(self) -> None:
        check_version(self.version)


def check_version(version: str) -> None:
    """Refuse a registry output of a major version that is not known.

    Raises:
        ValueError: Says which side to upgrade.
    """
    check_major("the registry output", version, 1, "wt-contracts")
