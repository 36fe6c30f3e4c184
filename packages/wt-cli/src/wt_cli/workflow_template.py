"""The templates of `wt init`: a task library with tests, a spec, parameters, test cases, continuous integration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from string import Template

from wt_contracts.scaffold import Project

SHARED = {
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".github/workflows/ci.yml": "ci.yml",
    ".vscode/settings.json": "vscode_settings.json",
    ".vscode/extensions.json": "vscode_extensions.json",
    "{name}-tasks/pyproject.toml": "library_pyproject.toml",
    "{name}-tasks/README.md": "library_README.md",
    "{name}-tasks/src/{id}_tasks/py.typed": None,
}
"""Where each file goes that all examples have, and the template it comes from; None is an empty file."""

OWN = {
    "spec.yaml": "spec.yaml",
    "params.yaml": "params.yaml",
    "test-cases.yaml": "test_cases.yaml",
    "{name}-tasks/src/{id}_tasks/__init__.py": "init.py",
    "{name}-tasks/src/{id}_tasks/tasks.py": "tasks.py",
    "{name}-tasks/tests/test_tasks.py": "test_tasks.py",
}
"""Where each file goes that an example has of its own; its template begins with the name of the example."""

INSTANCES = {"temperatures": ("temperatures", "smoothed", "summary", "page"), "hello": ("greeting", "cheer")}
"""The task instances of each example, whose ids no workflow can have."""

LICENCE_TEXTS = {"BSD-3-Clause": "licence_bsd", "MIT": "licence_mit"}
"""The licences whose text is short enough to travel along."""


class _Template(Template):
    """Placeholders are `%%{name}`, so that the `${{ }}` of a spec needs no quoting."""

    delimiter = "%%"


def temperatures(project: Project) -> Mapping[str, str]:
    """A year of temperatures, smoothed, on a page with a chart."""
    return render(project, "temperatures")


def hello(project: Project) -> Mapping[str, str]:
    """A greeting: two tasks, and as little else as there can be."""
    return render(project, "hello")


def render(project: Project, example: str) -> dict[str, str]:
    """Fill in the templates of an example.

    Args:
        project: What is begun.
        example: Which example: a key of `INSTANCES`.

    Returns:
        The content of every file by its path, relative and with slashes.

    Raises:
        ValueError: The project's name is that of a task instance of the example.
    """
    if project.id in INSTANCES[example]:
        raise ValueError(f"{project.name!r} is the name of a task instance in the workflow that is written")
    chosen = SHARED | {path: f"{example}_{template}" for path, template in OWN.items()}
    if project.licence in LICENCE_TEXTS:
        chosen["LICENSE"] = LICENCE_TEXTS[project.licence]
    words = _words(project)
    templates = files("wt_cli").joinpath("templates")
    written = {}
    for path, template in chosen.items():
        text = templates.joinpath(f"{template}.template").read_text(encoding="utf-8") if template else ""
        written[path.format(name=project.name, id=project.id)] = _Template(text).substitute(words)
    return written


def _words(project: Project) -> dict[str, str]:
    author, licence = project.author, project.licence
    conda = project.back_end == "conda"
    own = f"  - name: {project.name}-tasks\n    path: ./{project.name}-tasks\n"
    pydantic = '  - name: pydantic\n    version: ">=2.10,<3"\n    channel: conda-forge\n'
    return {
        "name": project.name,
        "id": project.id,
        "authors": f"authors = [{{ name = {json.dumps(author, ensure_ascii=False)} }}]\n" if author else "",
        "licence": f'license = "{licence}"\n' if licence else "",
        "licence_line": f"  license: {licence}\n" if licence else "",
        "requirements": f"{pydantic}{own}" if conda else own,
        "packages": "wt-cli wt-compiler wt-invokers[conda]" if conda else "wt-cli wt-compiler wt-invokers",
        "year": str(date.today().year),
        "holder": author or f"the authors of {project.name}",
    }
