"""Diagnostics as other programs read them: GitHub's workflow commands, and SARIF 2.1.0 (OASIS)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, Note

from wt_compiler.installed import installed_version

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """One workflow command a diagnostic, which GitHub shows at its line of a pull request."""
    return "\n".join(_command(diagnostic) for diagnostic in diagnostics)


def as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """A SARIF log of one run, as code-scanning services take it."""
    codes = sorted({str(diagnostic.code) for diagnostic in diagnostics})
    driver = {
        "name": "wt",
        "version": installed_version("wt-compiler"),
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes) for diagnostic in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _command(diagnostic: Diagnostic) -> str:
    places = {"file": diagnostic.file, "line": diagnostic.line, "col": diagnostic.column}
    properties = [f"{name}={_property(str(value))}" for name, value in places.items() if value is not None]
    text = diagnostic.message + (f"\nhint: {diagnostic.hint}" if diagnostic.hint else "")
    return f"::{diagnostic.severity} {','.join([*properties, f'title={diagnostic.code}'])}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _rule(code: str) -> dict[str, Any]:
    """What code scanning says of a rule beside each of its results."""
    words = Code(code).name.split("_")
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in words),
        "shortDescription": {"text": " ".join(words).capitalize()},
        "help": {"text": f"'wt explain {code}' says what it means, and what to do."},
    }


def _result(diagnostic: Diagnostic, codes: list[str]) -> dict[str, Any]:
    text = diagnostic.message + (f"; {diagnostic.hint}" if diagnostic.hint else "")
    related = [{**_location(note), "message": {"text": note.message}} for note in diagnostic.notes]
    return {
        "ruleId": str(diagnostic.code),
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": text},
        **({"locations": [_location(diagnostic)]} if diagnostic.file else {}),
        **({"relatedLocations": related} if related else {}),
    }


def _location(note: Note) -> dict[str, Any]:
    from pathlib import Path
    from urllib.parse import quote

    place: dict[str, Any] = {"artifactLocation": {"uri": quote(Path(note.file or "").as_posix())}}
    if note.line is not None:
        place["region"] = {"startLine": note.line, **({"startColumn": note.column} if note.column else {})}
    return {"physicalLocation": place}
