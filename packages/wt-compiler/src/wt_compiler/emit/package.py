"""The compiled Python package: its modules and its schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from wt_compiler.emit import Files, notebook, run_module
from wt_compiler.emit.json_text import json_text
from wt_compiler.emit.literals import quoted, scalar
from wt_compiler.emit.templating import render
from wt_compiler.emit.workflow import Workflow, title_of

_USUAL = re.compile(r"[a-z_][a-z0-9_]*")
"""Names of packages that no linter frowns on; a spec's id may have capitals and letters of any script."""


def emit(workflow: Workflow) -> Files:
    """The files of the package, by path; the Python among them is not formatted yet."""
    package = workflow.names.package
    forms = workflow.forms
    part, *subs = workflow.part.walk()
    module = run_module.RunModule(part)
    return {
        **_modules(module, workflow.title, [each.package for each in subs], workflow.dag.steps),
        **{
            path: content
            for each in subs
            for path, content in _modules(run_module.RunModule(each), title_of(each.dag), [], {}).items()
        },
        f"{package}/{notebook.FILE}": notebook.emit(workflow, module),
        f"{package}/cli.py": _cli(workflow),
        f"{package}/params.json": json_text(forms.params),
        f"{package}/rjsf.json": json_text(forms.rjsf),
        f"{package}/layout.json": json_text(forms.layout),
        f"{package}/py.typed": "",
    }


def _modules(module: run_module.RunModule, title: str, subs: list[str], tasks: Mapping[str, str]) -> Files:
    """What the package of a workflow and that of a sub-workflow both hold."""
    directory = module.part.directory
    unusual = not _USUAL.fullmatch(module.part.package.rpartition(".")[2])
    init = render("package_init.py.jinja", title=scalar(docstring(title)), unusual=unusual)
    return {
        f"{directory}/__init__.py": init,
        **{f"{directory}/{name}": source for name, source in run_module.emit(module).items()},
        f"{directory}/metadata.py": _metadata(module, subs, tasks),
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
        "steps": str(len(workflow.dag.steps)),
        "env_vars": f"({''.join(f'{quoted(name)}, ' for name in workflow.env_vars)})",
        **({"secrets": f"({''.join(f'{quoted(name)}, ' for name in workflow.secrets)})"} if workflow.secrets else {}),
        **(
            {"approvals": f"({''.join(f'{quoted(name)}, ' for name in workflow.approvals)})"}
            if workflow.approvals
            else {}
        ),
        **({"caches": "True"} if workflow.caches else {}),
        **(
            {"lock": quoted(sha256(workflow.lock.text.encode()).hexdigest())}
            if workflow.caches and workflow.lock
            else {}
        ),
    }
    return render("cli.py.jinja", arguments=arguments)


def _metadata(module: run_module.RunModule, subs: list[str], tasks: Mapping[str, str]) -> str:
    instances = module.part.dag.instances
    uses = {use.dotted_path: use for each in instances for use in each.tasks if use.is_io}
    io_tasks = {module.functions[path]: uses[path].entry.public_module_path for path in sorted(uses)}
    return render(
        "metadata.py.jinja",
        io_tasks=_quoted(io_tasks),
        tasks=_quoted(tasks),
        subs=[quoted(package) for package in subs],
    )


def _quoted(names: Mapping[str, str]) -> dict[str, str]:
    return {quoted(name): quoted(path) for name, path in names.items()}
