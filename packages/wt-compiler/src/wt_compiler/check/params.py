"""The parameters of the workflow as a whole: their schemas, their defaults, and where they are used."""

from __future__ import annotations

from typing import Any, NoReturn

from wt_contracts.codes import Code
from wt_contracts.refusals import explain, show

from wt_compiler.check.literals import place_of
from wt_compiler.definitions import TaskDefinitions
from wt_compiler.findings import Findings
from wt_compiler.spec import ParameterSpec, Spec
from wt_compiler.values import Parameter, Position, expressions


def check_params(spec: Spec) -> None:
    """Check what `params` says, and every `params.<name>`.

    Args:
        spec: The spec; its findings get wrong schemas and defaults, unknown parameters and such that nothing uses.
    """
    findings = spec.findings
    known = {parameter.name.text: parameter for parameter in spec.params}
    used: set[str] = set()
    for expression in expressions(spec.values):
        if isinstance(expression, Parameter):
            used.add(expression.name)
            if expression.name not in known:
                otherwise = "add it to 'params'" if known else "write it into 'params', at the top of the spec"
                hint = findings.suggest(expression.name, known, otherwise)
                message = f"there is no parameter {expression.name!r}"
                findings.error(Code.UNKNOWN_PARAMETER, message, expression.position, hint)
    for name, parameter in known.items():
        check_schema(parameter, findings)
        if name not in used:
            message = f"the parameter {name!r} is used nowhere"
            findings.warn(Code.UNUSED_PARAMETER, message, parameter.name.position, f"write '${{{{ params.{name} }}}}'")


def check_schema(parameter: ParameterSpec, findings: Findings) -> None:
    """Check that the schema of a parameter is one, and its default what it allows.

    Args:
        parameter: The parameter, or the field of another form.
        findings: Gets what is wrong.
    """
    import jsonschema_rs

    name, schema = parameter.name, parameter.schema
    try:
        task = TaskDefinitions(schema.get("$defs", {}))
        task.reachable({key: value for key, value in schema.items() if key != "$defs"})
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})
        jsonschema_rs.Draft202012Validator(schema, retriever=_refuse_retrieval)
    except (LookupError, ValueError, jsonschema_rs.ValidationError) as error:
        reason = str(error).splitlines()[0]
        findings.error(Code.WRONG_VALUE, f"the schema of {name.text!r} is none: {reason}", name.position)
        return
    for value in _impossible(schema):
        message = f"{show(value)} stands in the enum of {name.text!r}, whose schema does not allow it"
        findings.error(Code.WRONG_VALUE, message, name.position, "correct the value, or the type")
    default = parameter.default
    if default is None:
        return
    inside = {key: value for key, value in schema.items() if key != "$defs"}
    whole = {"$defs": schema.get("$defs", {}), "properties": {name.text: inside}}  # what is said of it then names it
    errors = list(jsonschema_rs.Draft202012Validator(whole).iter_errors({name.text: schema["default"]}))
    for refusal in explain(errors, whole, place=lambda path: place_of(default, path[1:])):
        assert refusal.line is not None
        assert refusal.column is not None
        message = f"the default of {name.text!r}: {refusal.message}"
        findings.error(Code.LITERAL_REFUSED, message, Position(refusal.line, refusal.column), refusal.hint)


def _impossible(schema: dict[str, Any]) -> list[Any]:
    """The values that can be chosen, and that nothing would accept."""
    import jsonschema_rs

    listed = schema.get("enum", [])
    validator = jsonschema_rs.Draft202012Validator({key: each for key, each in schema.items() if key != "enum"})
    return [value for value in listed if not validator.is_valid(value)]


def _refuse_retrieval(uri: str) -> NoReturn:
    raise ValueError(f"it refers to another document, {uri}")
