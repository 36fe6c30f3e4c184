"""A small task library as the registry describes it, and ways to check specs against it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wt_compiler.dag import Dag
from wt_compiler.emit.workflow import Workflow
from wt_compiler.findings import Findings
from wt_compiler.forms import derive_forms
from wt_compiler.names import name_workflow
from wt_compiler.resolve import load_dag
from wt_compiler.version import Stamp
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.registry import RegistryEntry, RegistryMetadata, RegistryOutput

FRAME = {"type": "acme.Frame", "title": "Frame"}
STYLE = {
    "type": "object",
    "properties": {"color": {"enum": ["red", "green", "blue"]}, "width": {"type": "number", "minimum": 0}},
    "required": ["color"],
    "additionalProperties": False,
}
TREE = {
    "type": "object",
    "properties": {"value": {"type": "integer"}, "left": {"$ref": "#/$defs/Tree"}},
    "additionalProperties": False,
}


def make_entry(
    name: str,
    properties: dict[str, Any] | None = None,
    required: list[str] | None = None,
    *,
    module: str = "acme.tasks",
    definitions: dict[str, Any] | None = None,
    hidden: list[str] | None = None,
    schema: dict[str, Any] | None = None,
    **metadata: Any,
) -> RegistryEntry:
    """A registered task; `hidden=None` would say that the registry is older than 1.1."""
    described = schema or {
        "type": "object",
        "properties": properties or {},
        "required": required or [],
        "additionalProperties": False,
        **({"$defs": definitions} if definitions else {}),
    }
    return RegistryEntry(
        metadata=RegistryMetadata(**metadata),
        module_path=f"{module}._private",
        public_module_path=module,
        function_name=name,
        import_statement=f"from {module} import {name} as {name}",
        json_schema=described,
        hidden_parameters=[] if hidden is None else hidden,
    )


def make_registry(*entries: RegistryEntry) -> RegistryOutput:
    """A registry output that holds these tasks."""
    return RegistryOutput(entries={f"{entry.module_path}.{entry.function_name}": entry for entry in entries})


LIBRARY = make_registry(
    make_entry("load", {"path": {"type": "string"}, "limit": {"type": "integer", "default": 10}}, ["path"]),
    make_entry("clean", {"frame": FRAME, "column": {"type": "string"}}, ["frame", "column"]),
    make_entry(
        "draw",
        {
            "frame": FRAME,
            "style": {"$ref": "#/$defs/Style", "title": "Style"},
            "size": {"anyOf": [{"type": "integer"}, {"type": "string"}], "default": 3},
            "title": {"type": "string", "default": None},
            "labels": {"type": "array", "items": {"type": "string"}, "default": []},
        },
        ["frame", "style"],
        definitions={"Style": STYLE},
        hidden=["dpi"],
    ),
    make_entry("split", {"frame": FRAME}, ["frame"]),
    make_entry("gather", {"parts": {"type": "array", "items": FRAME}}, ["parts"]),
    make_entry("plant", {"tree": {"$ref": "#/$defs/Tree"}}, ["tree"], definitions={"Tree": TREE}),
    make_entry("anything", schema={"type": "object", "properties": {}, "additionalProperties": True}),
    make_entry("old", {"path": {"type": "string"}}, deprecated=True, deprecation_message="use 'load'"),
    make_entry("never", schema={"type": "array", "items": {}}),
    make_entry("skipped", schema={"type": "array", "items": {}}),
    make_entry("read", {"path": {"type": "string"}}, ["path"], module="acme.csv"),
    make_entry("read", {"path": {"type": "string"}}, ["path"], module="acme.json"),
)

HEAD = "id: demo\nrequirements: []\nworkflow:\n"
"""Three lines, so the first line of a workflow is line 4."""


@pytest.fixture(scope="session")
def library() -> RegistryOutput:
    """The task library of these tests."""
    return LIBRARY


@pytest.fixture(scope="session")
def entry() -> Callable[..., RegistryEntry]:
    """Makes a registered task."""
    return make_entry


@pytest.fixture(scope="session")
def registry_of() -> Callable[..., RegistryOutput]:
    """Makes a registry output of registered tasks."""
    return make_registry


@pytest.fixture
def diagnose(tmp_path: Path) -> Callable[..., list[Diagnostic]]:
    """Checks a whole spec and gives all diagnostics, warnings too."""

    def run(text: str | bytes, registry: RegistryOutput = LIBRARY) -> list[Diagnostic]:
        path = tmp_path / "spec.yaml"
        content = textwrap.dedent(text).encode() if isinstance(text, str) else text
        path.write_bytes(content)
        try:
            return load_dag(path, registry)[1]
        except DiagnosticError as error:
            return error.diagnostics

    return run


@pytest.fixture
def found(diagnose: Callable[..., list[Diagnostic]]) -> Callable[..., list[str]]:
    """Checks a workflow, which starts in line 4, and gives `code line:column` of all diagnostics."""

    def run(workflow: str, registry: RegistryOutput = LIBRARY) -> list[str]:
        text = HEAD + textwrap.indent(textwrap.dedent(workflow).strip("\n"), "  ") + "\n"
        return [f"{item.code} {item.line}:{item.column}" for item in diagnose(text, registry)]

    return run


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[..., Dag]:
    """Reads a workflow that has no mistakes."""

    def run(workflow: str, registry: RegistryOutput = LIBRARY, head: str = HEAD) -> Dag:
        path = tmp_path / "spec.yaml"
        path.write_text(head + textwrap.indent(textwrap.dedent(workflow).strip("\n"), "  ") + "\n")
        return load_dag(path, registry)[0]

    return run


class RecordingConsole:
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        self.json = False
        self.interactive = False
        self.answers: list[str] = []
        self.messages: list[str] = []
        self.diagnostics: list[Diagnostic] = []

    def answer(self, text: str) -> None:
        self.answers.append(text)

    def progress(self, message: str) -> None:
        self.messages.append(message)

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics.extend(diagnostics)


@pytest.fixture
def console() -> RecordingConsole:
    """A console that keeps what it is told."""
    return RecordingConsole()


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The task library of these tests, as a stored registry output."""
    path = tmp_path / "registry.json"
    path.write_text(msgspec.json.encode(LIBRARY).decode())
    return path


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a task library, a module of the given source, where the interpreters that are started find it."""

    def run(name: str, source: str) -> None:
        site = tmp_path / "site"
        metadata = site / f"{name}-1.dist-info"
        metadata.mkdir(parents=True)
        (site / f"{name}.py").write_text(textwrap.dedent(source))
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text(f"[wt_registry]\n{name} = {name}\n")
        monkeypatch.setenv("PYTHONPATH", str(site))

    return run


@pytest.fixture
def workflow_of() -> Callable[..., Workflow]:
    """Everything that is emitted for a Dag, as if it were compiled for the first time."""

    def run(dag: Dag, **changes: Any) -> Workflow:
        forms = derive_forms(dag, Findings("spec.yaml", []))
        stamp = Stamp((0, 1, 0), "5" * 64, "1" * 64)
        return Workflow(dag, name_workflow(dag.id), forms, stamp, **changes)

    return run


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of the tests' own, shared by all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
