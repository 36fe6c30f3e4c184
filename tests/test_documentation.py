"""What the documentation shows is what happens.

A fenced `sh` block of the tutorial is run, in a directory of its own. A `python` or `yaml` block whose first line is a
comment with a path is written to that file, or added to it if the comment says "(at the end)"; a Python file outside a
library is run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

FENCED = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (?P<path>[\w./-]+\.(?:py|yaml))(?P<end> \(at the end\))?\n")
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
PAGES = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/tutorial.md", "docs/explanation/engine.md"]
REFERENCE = [
    "docs/reference/cli.md",
    "docs/reference/spec.md",
    "docs/reference/diagnostics.md",
    "docs/reference/test-cases.md",
]


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(match["language"], match["text"]) for match in FENCED.finditer(page.read_text(encoding="utf-8"))]


def write(block: Block, directory: Path) -> Path | None:
    """Put a block into the file that its first line names, if it names one."""
    place = PLACE.match(block.text)
    if place is None:
        return None
    path = directory / place["path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = block.text[place.end() :]
    path.write_text(path.read_text(encoding="utf-8") + text if place["end"] else block.text, encoding="utf-8")
    return path


def run(command: list[str], directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        command,
        cwd=directory,
        env=os.environ | {"PATH": path} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings have on the web."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_step_of_the_tutorial_works(root, tmp_path):
    for block in blocks(root / "docs/tutorial.md"):
        if block.language == "sh":
            run(["bash", "-euo", "pipefail", "-c", block.text], tmp_path)
            continue
        path = write(block, tmp_path)
        if path is not None and path.suffix == ".py" and "src" not in path.parts:
            run([sys.executable, str(path)], tmp_path)


def test_the_readmes_library_and_spec_fit_together(root, tmp_path):
    for block in blocks(root / "README.md"):
        write(block, tmp_path)
    described = run(["wt-registry", "--package", "rain_tasks", "--format", "json"], tmp_path, PYTHONPATH=".")
    (tmp_path / "registry.json").write_text(described.stdout)

    assert "no mistakes" in run(["wt", "check", "spec.yaml", "--registry", "registry.json"], tmp_path).stdout


def test_the_readmes_mistake_is_what_wt_says_about_it(root, tmp_path):
    for block in blocks(root / "README.md"):
        write(block, tmp_path)
    described = run(["wt-registry", "--package", "rain_tasks", "--format", "json"], tmp_path, PYTHONPATH=".")
    (tmp_path / "registry.json").write_text(described.stdout)
    spec = (tmp_path / "spec.yaml").read_text()
    (tmp_path / "spec.yaml").write_text(spec.replace("workflow.gauge", "workflow.guage"))
    command = [str(Path(sys.executable).parent / "wt"), "check", "spec.yaml", "--registry", "registry.json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    shown = [block.text for block in blocks(root / "README.md") if block.text.startswith("error[")]
    assert shown == [result.stderr]


@pytest.mark.parametrize("page", ["docs/reference/spec.md", "docs/reference/test-cases.md"])
def test_a_snippet_of_yaml_is_yaml(root, page):
    import yaml

    for block in blocks(root / page):
        assert block.language != "yaml" or isinstance(yaml.safe_load(block.text), dict)


@pytest.mark.parametrize("page", [*PAGES, *REFERENCE])
def test_links_lead_somewhere(root, page):
    for match in LINK.finditer((root / page).read_text(encoding="utf-8")):
        target, _, fragment = match["target"].partition("#")
        if "://" in target:
            continue
        path = (root / page).parent / target if target else root / page
        assert path.exists(), f"{page}: {match['target']}"
        if fragment:
            assert fragment in anchors(path), f"{page}: {match['target']}"


def test_the_page_of_the_command_names_every_command_and_option(root):
    import click
    from wt_cli.main import wt

    page = (root / "docs/reference/cli.md").read_text(encoding="utf-8")
    context = click.Context(wt, info_name="wt")
    missing = []
    for name in wt.list_commands(context):
        command = wt.get_command(context, name)
        assert command is not None
        section = page.partition(f"## wt {name}\n")[2].partition("\n## ")[0]
        leaves = command.commands.values() if isinstance(command, click.Group) else [command]
        for leaf in leaves:
            if isinstance(command, click.Group) and f"wt {name} {leaf.name}" not in section:
                missing.append(f"wt {name} {leaf.name}")
            missing += [
                f"wt {name} {parameter.opts[0]}"
                for parameter in leaf.params
                if isinstance(parameter, click.Option) and not any(f"`{each}" in section for each in parameter.opts)
            ]

    assert missing == []


def test_every_code_can_happen(root):
    from wt_contracts.codes import Code

    sources = [path for path in root.glob("packages/*/src/**/*.py") if path.name != "codes.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)

    assert [code.name for code in Code if f"Code.{code.name}" not in text] == []


def test_the_readme_tells_of_every_package(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    for path in root.glob("packages/*/pyproject.toml"):
        assert f"packages/{path.parent.name})" in readme


def test_every_module_of_a_package_that_the_workspace_installs_is_a_member(root):
    configuration = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    members = {path.parent.name for path in root.glob("packages/*/pyproject.toml")}

    installed = [*configuration["project"]["dependencies"], *configuration["dependency-groups"]["dev"]]
    assert members <= {re.split(r"[\[<>=]", each)[0] for each in installed}
    assert set(configuration["tool"]["uv"]["sources"]) == members
    assert len(configuration["tool"]["mypy"]["mypy_path"]) == len(members)
