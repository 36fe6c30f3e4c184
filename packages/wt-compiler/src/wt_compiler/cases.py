"""The test cases of a workflow: `test-cases.yaml` beside its spec."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Final, Self

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.workflow_case import WorkflowCase

from wt_compiler.check.literals import place_of
from wt_compiler.document import MapNode, Node, ScalarNode, plain, read_document
from wt_compiler.findings import Findings
from wt_compiler.shape import check_keys, describe, is_null, read_list, read_map, read_string
from wt_compiler.values import Position

FILE: Final = "test-cases.yaml"
SNAPSHOTS: Final = "test-snapshots.json"
NO_APPROVALS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType({})

_EXPECT: Final = ("result", "subset", "snapshot", "tolerance", "error", "skips", "files")
_RESULTS: Final = {"result": "exact", "subset": "subset", "snapshot": "snapshot"}
_KEYS: Final = ("name", "description", "params", "mock-io", "approvals", "expect", "raises", "expected_status_code")
"""What a case may hold. The last two are older ways to say that a run fails; a status code is a server's to check."""


class CaseFile:
    """The test cases beside a spec.

    Attributes:
        cases: The cases by name, with the snapshots that were taken; empty if there is no such file.
    """

    def __init__(self) -> None:
        self.cases: dict[str, WorkflowCase] = {}
        self._params: dict[str, Node] = {}
        self._findings = Findings(FILE, [])

    @classmethod
    def read(
        cls, directory: Path, instances: Collection[str], approvals: Mapping[str, dict[str, Any]] = NO_APPROVALS
    ) -> Self:
        """Read the cases that lie beside a spec.

        Args:
            directory: The directory of the spec.
            instances: The ids of its task instances.
            approvals: What can be filled in where a person has to approve one, by its id.

        Raises:
            DiagnosticError: With everything that is wrong in the file, and where.
        """
        file = cls()
        path = directory / FILE
        if not path.exists():
            return file
        document = read_document(path, "the test cases")
        file._findings = findings = document.findings
        root = None if is_null(document.root) else read_map(document.root, f"{FILE!r}", findings)
        if root is not None:
            reader = _Reader(findings, instances, approvals, _snapshots(directory / SNAPSHOTS))
            file.cases = {name: reader.read(name, entry.value) for name, entry in root.entries.items()}
            file._params = {
                name: entry.value.get("params") or entry.value
                for name, entry in root.entries.items()
                if isinstance(entry.value, MapNode)
            }
        findings.raise_if_failed()
        return file

    def check_params(self, schema: dict[str, Any]) -> None:
        """Check the parameters of every case that is not meant to fail.

        Args:
            schema: The content of `params.json`.

        Raises:
            DiagnosticError: With every parameter that is refused, and where it stands.
        """
        if not self.cases:
            return
        from jsonschema_rs import validator_for
        from wt_contracts.formats import FORMATS
        from wt_contracts.refusals import explain
        from wt_contracts.runnable import runnable_schema

        runnable = runnable_schema(schema)
        validator = validator_for(runnable, formats=dict(FORMATS), validate_formats=True)
        for name, case in self.cases.items():
            errors = [] if case.fails else list(validator.iter_errors(case.params))
            for found in explain(errors, runnable, place=partial(place_of, self._params[name])):
                at = Position(found.line, found.column) if found.line and found.column else None
                self._findings.error(Code.PARAMETERS_INVALID, f"the case {name!r}: {found.message}", at, found.hint)
        self._findings.raise_if_failed()


def _snapshots(path: Path) -> dict[str, Any]:
    """The snapshots by case.

    Raises:
        DiagnosticError: The file is no JSON object.
    """
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = f"the snapshots cannot be read: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.FILE_UNREADABLE, message=message, file=str(path))) from None
    except json.JSONDecodeError as error:
        from wt_contracts.json_syntax import explain_json

        message = f"the snapshots are no JSON: {explain_json(error.msg, error.doc, error.pos).message}"
        raise DiagnosticError(_unusable(path, message, error.lineno, error.colno)) from None
    except (ValueError, RecursionError) as error:
        raise DiagnosticError(_unusable(path, f"the snapshots are no JSON: {error}", None, None)) from None
    if not isinstance(found, dict):
        raise DiagnosticError(_unusable(path, "the snapshots must be a mapping of names to results", 1, 1))
    return found


def _unusable(path: Path, message: str, line: int | None, column: int | None) -> Diagnostic:
    hint = "remove it, and take them again with 'wt test SPEC --update-snapshots'"
    return Diagnostic(code=Code.WRONG_VALUE, message=message, file=str(path), line=line, column=column, hint=hint)


class _Reader:
    """Reads one case after the other.

    Args:
        findings: Gets what is wrong.
        instances: The ids of the spec's task instances.
        approvals: What can be filled in where a person has to approve one.
        snapshots: The snapshots that were taken.
    """

    def __init__(
        self,
        findings: Findings,
        instances: Collection[str],
        approvals: Mapping[str, dict[str, Any]],
        snapshots: dict[str, Any],
    ) -> None:
        self._findings = findings
        self._instances = instances
        self._approvals = approvals
        self._snapshots = snapshots

    def read(self, name: str, node: Node) -> WorkflowCase:
        findings, what = self._findings, f"the case {name!r}"
        case = read_map(node, what, findings, "write '{params: {…}}', for example")
        if case is None:
            return WorkflowCase()
        check_keys(case, _KEYS, what, findings)
        if not name.strip():
            findings.error(Code.WRONG_VALUE, "a case needs a name", node.position, "say what it is about")
        for key in ("name", "description"):
            if (text := case.get(key)) is not None:
                read_string(text, f"the {key!r} of {what}", findings)
        params = self._map(case.get("params"), f"the 'params' of {what}")
        expect = self._map(case.get("expect"), f"the 'expect' of {what}") or MapNode(node.line, node.column)
        check_keys(expect, _EXPECT, f"the 'expect' of {what}", findings)
        asked = self._result(name, what, expect)
        error, raises = expect.get("error"), self._flag(case, "raises", default=False)
        fails = error if error is not None else case.get("raises") if raises else None
        if fails is not None and asked:
            message = f"{what} expects a result and an error"
            findings.error(Code.WRONG_VALUE, message, fails.position, "a run that fails has none")
        return WorkflowCase(
            params=plain(params) if params else {},
            mock_io=self._flag(case, "mock-io", default=True),
            fails=fails is not None,
            error=read_string(error, "'error'", findings) if error is not None else None,
            skips=self._skips(expect.get("skips")),
            approvals=self._answers(case.get("approvals")),
            files=self._files(expect.get("files")),
            **asked,
        )

    def _result(self, name: str, what: str, expect: MapNode) -> dict[str, Any]:
        """What is asked of the result, as the fields of a case."""
        asked = [key for key in _RESULTS if key in expect.entries]
        tolerance = self._tolerance(what, expect.get("tolerance"), asked)
        for key in asked[1:]:
            message = f"{what} expects {asked[0]!r} and {key!r}"
            self._findings.error(Code.WRONG_VALUE, message, expect.entries[key].key.position, "keep one of them")
        if not asked:
            return {}
        key = asked[0]
        if key != "snapshot":
            return {"match": _RESULTS[key], "expected": plain(expect.entries[key].value), "tolerance": tolerance}
        if not self._flag(expect, "snapshot", default=True):
            return {}
        kept = {"expected": self._snapshots.get(name), "recorded": name in self._snapshots}
        return {"match": key, **kept, "tolerance": tolerance}

    def _tolerance(self, what: str, node: Node | None, asked: Collection[str]) -> float:
        """By how much numbers of the result may differ."""
        value = node.value if isinstance(node, ScalarNode) else None
        if node is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1):
            if node is not None and not asked:
                message = f"{what} has a tolerance and expects no result"
                self._findings.error(Code.WRONG_VALUE, message, node.position, "leave it out, or add the 'result'")
            return float(value or 0)
        message = f"'tolerance' must be a number from 0 to less than 1, not {describe(node)}"
        self._findings.error(Code.WRONG_TYPE, message, node.position, "1e-9 is what floating point needs at least")
        return 0.0

    def _answers(self, node: Node | None) -> dict[str, Any]:
        """What is said to approvals: yes, no, or what is filled in."""
        said = self._map(node, "'approvals'")
        answers: dict[str, Any] = {}
        for step, entry in said.entries.items() if said else ():
            value, at = plain(entry.value), entry.key.position
            if step not in self._approvals:
                known = step in self._instances
                message = f"{step!r} waits for no approval" if known else f"there is no task instance {step!r}"
                hint = self._findings.suggest(step, self._approvals)
                self._findings.error(Code.UNKNOWN_REFERENCE, message, at, hint)
            elif not isinstance(value, bool | dict):
                shown = describe(entry.value)
                message = f"the approval of {step!r} must be true, false or what is filled in, not {shown}"
                self._findings.error(Code.WRONG_TYPE, message, entry.value.position)
            elif value is not False:
                self._check_answer(step, {} if value is True else value, entry.value)
            answers[step] = value
        return answers

    def _check_answer(self, step: str, data: dict[str, Any], node: Node) -> None:
        from jsonschema_rs import validator_for
        from wt_contracts.approval import form_schema
        from wt_contracts.refusals import explain

        schema = form_schema(self._approvals[step])
        for found in explain(list(validator_for(schema).iter_errors(data)), schema, place=partial(place_of, node)):
            at = Position(found.line, found.column) if found.line and found.column else node.position
            message = f"the approval of {step!r}: {found.message}"
            self._findings.error(Code.ANSWER_INVALID, message, at, found.hint)

    def _skips(self, node: Node | None) -> list[str] | None:
        listed = read_list(node, "'skips'", self._findings) if node is not None else None
        if listed is None:
            return None
        skips = []
        for item in listed.items:
            step = read_string(item, "a step in 'skips'", self._findings)
            if step is not None and step not in self._instances:
                hint = self._findings.suggest(step, self._instances)
                message = f"there is no task instance {step!r}"
                self._findings.error(Code.UNKNOWN_REFERENCE, message, item.position, hint)
            if step is not None:
                skips.append(step)
        return skips

    def _files(self, node: Node | None) -> dict[str, bool | str]:
        """Which files have to be in the results, and what they hold."""
        listed = self._map(node, "'files'")
        files: dict[str, bool | str] = {}
        for name, entry in listed.entries.items() if listed else ():
            wanted, place = plain(entry.value), PurePosixPath(name)
            if place.is_absolute() or ".." in place.parts or not place.parts or "\0" in name:
                message = f"{name!r} is no path inside of the results directory"
                self._findings.error(Code.WRONG_VALUE, message, entry.key.position, "write it relative to that")
            elif isinstance(wanted, bool | str):
                files[name] = wanted
            else:
                message = f"the file {name!r} must be true, false or a text that it holds, not {describe(entry.value)}"
                self._findings.error(Code.WRONG_TYPE, message, entry.value.position)
        return files

    def _map(self, node: Node | None, what: str) -> MapNode | None:
        return None if node is None or is_null(node) else read_map(node, what, self._findings)

    def _flag(self, node: MapNode, key: str, *, default: bool) -> bool:
        value = node.get(key)
        if value is None:
            return default
        if isinstance(value, ScalarNode) and isinstance(value.value, bool):
            return value.value
        self._findings.error(Code.WRONG_TYPE, f"{key!r} must be true or false, not {describe(value)}", value.position)
        return default
