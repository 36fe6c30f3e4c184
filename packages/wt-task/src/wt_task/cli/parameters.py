"""The parameters of a run: read, and checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wt_contracts.parameter_text import MOST_BYTES, ParameterText, refuse

INLINE = "--config-json"


def from_option(text: str) -> ParameterText:
    """The parameters that stand on the command line."""
    return ParameterText(INLINE, text, yaml_events, only_json=True, has_lines=False)


def from_file(name: str) -> ParameterText:
    """The parameters in a file; `-` is standard input.

    Raises:
        DiagnosticError: If it cannot be read, is too large or is not UTF-8.
    """
    try:
        if name == "-":
            import sys

            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with open(name, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
                content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        refuse(f"the parameters cannot be read: {reason}", name)
    return ParameterText.from_bytes(name, content, yaml_events)


def yaml_events(text: str) -> Iterator[Any]:
    """The events of a YAML text.

    Raises:
        YAMLEventError: If it is no YAML.
    """
    import yaml

    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        from wt_contracts.yaml_syntax import explain_yaml

        raise explain_yaml(error, text) from None


def check(params: dict[str, Any], schema: dict[str, Any], source: ParameterText) -> None:
    """Refuse parameters that do not meet their schema.

    Args:
        params: The parameters.
        schema: What they have to meet.
        source: Where they came from, for the message.

    Raises:
        DiagnosticError: With everything that is wrong.
    """
    if not params and not schema.get("required"):
        return
    import jsonschema_rs
    from wt_contracts.formats import FORMATS

    validator = jsonschema_rs.validator_for(schema, formats=dict(FORMATS), validate_formats=True)
    errors = list(validator.iter_errors(params))
    if errors:
        from wt_contracts.diagnostics import DiagnosticError
        from wt_contracts.refusals import explain

        raise DiagnosticError(explain(errors, schema, file=source.name, place=source.place, source=source.line))
