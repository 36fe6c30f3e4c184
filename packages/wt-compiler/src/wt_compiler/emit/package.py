"""The compiled Python package: its modules and its schemas."""

from __future__ import annotations

import re

from wt_compiler.emit import Files, notebook, run_module
from wt_compiler.emit.json_text import json_text
from wt_compiler.emit.literals import quoted, scalar
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow

_USUAL = re.compile(r"[a-z_][a-z0-9_]*")
"""Names of packages that no linter frowns on; a spec's id may have capitals and letters of any script."""


def emit(workflow: Workflow) -> Files:
    """The files of the package, by path; the Python among them is not formatted yet."""
    package = workflow.names.package
    module = run_module.RunModule(workflow)
    forms = workflow.forms
    title = scalar(docstring(workflow.title))
    unusual = not _USUAL.fullmatch(package)
    return {
        f"{package}/__init__.py": render("package_init.py.jinja", title=title, unusual=unusual),
        **{f"{package}/{name}": source for name, source in run_module.emit(workflow, module).items()},
        f"{package}/{notebook.FILE}": notebook.emit(workflow, module),
        f"{package}/cli.py": _cli(workflow),
        f"{package}/metadata.py": _metadata(workflow, module),
        f"{package}/params.json": json_text(forms.params),
        f"{package}/rjsf.json": json_text(forms.rjsf),
        f"{package}/layout.json": json_text(forms.layout.model_dump(mode="json")),
        f"{package}/py.typed": "",
    }


def docstring(text: str) -> str:
    """A text as a docstring's only line."""
    return f"{text.rstrip('.')}."


def _cli(workflow: Workflow) -> str:
    names = workflow.names
    arguments = {
        "package": quoted(names.package),
        "release": quoted(names.release),
        "results_env_var": quoted(names.results_env_var),
        "steps": str(len(workflow.dag.instances)),
        "env_vars": f"({''.join(f'{quoted(name)}, ' for name in workflow.env_vars)})",
        **({"secrets": f"({''.join(f'{quoted(name)}, ' for name in workflow.secrets)})"} if workflow.secrets else {}),
    }
    return render("cli.py.jinja", arguments=arguments)


def _metadata(workflow: Workflow, module: run_module.RunModule) -> str:
    uses = {instance.task.dotted_path: instance.task for instance in workflow.dag.instances if instance.task.is_io}
    io_tasks = {module.functions[path]: uses[path].entry.public_module_path for path in sorted(uses)}
    return render("metadata.py.jinja", io_tasks={quoted(name): quoted(path) for name, path in io_tasks.items()})
