"""`get` and `convert`: the schemas of a workflow, and its form data to parameters and back."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from wt_contracts.parameter_text import ParameterText, refuse

from wt_task.cli.arguments import UsageError
from wt_task.cli.parameters import check, from_file
from wt_task.cli.workflow import Workflow


def answer(workflow: Workflow, options: argparse.Namespace, misuse: UsageError | None) -> int:
    """Print a schema, or converted parameters.

    Args:
        workflow: Which workflow it is.
        options: The options of the command line.
        misuse: What is wrong with the command line, if anything is.

    Returns:
        0, or 2 if the command line or its input is wrong.
    """
    from wt_contracts.diagnostics import DiagnosticError

    if misuse is not None:
        sys.stderr.write(f"error: {misuse}\n")
        return 2
    try:
        if options.command == "get":
            sys.stdout.write(workflow.read_text(f"{options.document}.json").rstrip() + "\n")
        else:
            result = convert(workflow, from_file(options.json), options.source, options.target)
            sys.stdout.write(json.dumps({"result": result}, ensure_ascii=False) + "\n")
    except DiagnosticError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def convert(workflow: Workflow, source: ParameterText, given: str, wanted: str) -> dict[str, Any]:
    """Convert between parameters and form data.

    Args:
        workflow: Which workflow it is.
        source: The document to convert.
        given: What it is: `params` or `formdata`.
        wanted: What it becomes: the same two.

    Returns:
        The converted document.

    Raises:
        DiagnosticError: If the document cannot be read or does not meet the workflow's schema. An empty form is fine.
    """
    from wt_contracts.codes import Code
    from wt_contracts.forms import FormLayout, formdata_to_params, params_to_formdata

    layout = FormLayout(**workflow.read_json("layout.json"))
    document = source.read()
    try:
        params = formdata_to_params(document, layout) if given == "formdata" else document
    except ValueError as error:
        refuse(str(error), code=Code.PARAMETERS_INVALID, file=source.name)
    check(params, workflow.read_json("params.json"), source)
    return params_to_formdata(params, layout) if wanted == "formdata" else params
