"""The specs that a spec uses as sub-workflows: found relative to it, each read once, none inside of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final, Self

from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError

from wt_compiler.document import Document, read_document
from wt_compiler.findings import Findings
from wt_compiler.spec import Name, Spec

DEEPEST: Final = 10
"""How deep sub-workflows may be nested."""

LARGEST: Final = 10_000
"""How many task instances a sub-workflow may have, those of its own sub-workflows included."""


class SubSpecs:
    """Finds the specs that others use.

    Args:
        root: The spec that nothing uses, as the user named it.
        parse: Makes a spec of a document.
    """

    def __init__(self, root: Path, parse: Callable[[Document, SubSpecs], Spec]) -> None:
        self._parse = parse
        self._known: dict[Path, Spec | None] = {}
        self._chain = [root.resolve()]

    @classmethod
    def below(cls, document: Document, parse: Callable[[Document, SubSpecs], Spec]) -> Self:
        """Those of a document, which is what the user named."""
        return cls(Path(document.findings.file), parse)

    def find(self, name: Name, findings: Findings) -> Spec | None:
        """The spec at a path.

        Args:
            name: The path, as the author wrote it.
            findings: Those of the file in which it is written; what is wrong in the spec becomes a part of them.

        Returns:
            The spec; None if there is none to be used, which is reported.
        """
        path = self._place(name, findings)
        if path is None:
            return None
        resolved = path.resolve()
        if resolved in self._chain:
            self._report_circle(name, resolved, findings)
            return None
        if len(self._chain) > DEEPEST:
            message = f"sub-workflows are nested more than {DEEPEST} deep"
            findings.error(Code.SUB_WORKFLOW_UNREADABLE, message, name.position, "use one of them directly")
            return None
        if resolved not in self._known:
            self._known[resolved] = self._read(path, name, findings)
        spec = self._known[resolved]
        if spec is not None and spec.size > LARGEST:
            message = f"the sub-workflow has {spec.size:,} task instances; {LARGEST:,} can be used"
            findings.error(Code.SUB_WORKFLOW_UNREADABLE, message, name.position)
            return None
        return spec

    def _place(self, name: Name, findings: Findings) -> Path | None:
        text = name.text
        hint = "write a path relative to this spec, such as ./other/spec.yaml"
        absolute = PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute() or "://" in text
        if not text.strip() or absolute or "\0" in text:
            reason = "is not relative to this spec" if text.strip() else "is no path"
            message = f"the sub-workflow {text!r} {reason}"
            findings.error(Code.SUB_WORKFLOW_UNREADABLE, message, name.position, hint)
            return None
        path = Path(findings.file).parent / text
        findings.depend_on(path)
        if path.is_dir() and (path / "spec.yaml").is_file():
            message = f"the sub-workflow {text!r} is a directory"
            hint = f"write {text.rstrip('/')}/spec.yaml"
        elif path.is_file():
            return path
        else:
            message = f"there is no sub-workflow {text!r}: {path} is no file"
        findings.error(Code.SUB_WORKFLOW_UNREADABLE, message, name.position, hint)
        return None

    def _report_circle(self, name: Name, resolved: Path, findings: Findings) -> None:
        inside = self._chain[self._chain.index(resolved) + 1 :]
        whom = "itself" if not inside else f"itself, through {', '.join(path.name for path in inside)}"
        message = f"the sub-workflow {name.text!r} includes {whom}"
        findings.error(Code.SUB_WORKFLOW_CIRCLE, message, name.position, "a workflow cannot be a part of itself")

    def _read(self, path: Path, name: Name, findings: Findings) -> Spec | None:
        inner = Findings(str(path), [])
        spec = None
        self._chain.append(path.resolve())
        try:
            document = read_document(path, f"the sub-workflow {name.text!r}")
            inner = document.findings
            spec = self._parse(document, self)
        except DiagnosticError as error:
            inner = Findings(str(path), [])
            inner.adopt(error.diagnostics)
        finally:
            self._chain.pop()
        findings.include(inner, name.position)
        return spec
