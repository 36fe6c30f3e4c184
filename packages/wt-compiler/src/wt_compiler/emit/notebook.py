"""`notebook.py`: the workflow as a notebook in jupytext's percent format, a cell for each step."""

from __future__ import annotations

from wt_compiler.emit.machinery import SEQUENTIAL, for_calls, subs
from wt_compiler.emit.run_module import RunModule
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow
from wt_compiler.forms import open_parameters

FILE = "notebook.py"


def emit(workflow: Workflow, module: RunModule) -> str:
    """The source of the notebook, unformatted."""
    found = open_parameters(workflow.forms.params, workflow.dag)
    needed = [f"`{each.step}.{each.name}`" for each in found if each.required]
    return render(
        f"{FILE}.jinja",
        workflow=workflow,
        title=workflow.title,
        package=workflow.names.package,
        imports=module.imports(*for_calls(module.part.dag)),
        subs=subs(module.part, SEQUENTIAL),
        shared=module.shared,
        steps=module.blocks(),
        needed=", ".join(needed),
        is_async=module.is_async,
        outputs=module.result if workflow.dag.outputs else "",
    )
