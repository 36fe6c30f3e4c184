"""What is said of test cases that have run: to a person as lines, to a machine as JSON or JUnit's XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import indent
from xml.etree.ElementTree import Element, SubElement, tostring

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_invokers.cases import CaseOutcome
from wt_invokers.whole_file import write_whole

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say."""


def as_text(outcomes: Sequence[CaseOutcome]) -> str:
    """The cases, what differs in those that failed, and how many did."""
    return "\n".join(_lines(outcomes))


def as_json(outcomes: Sequence[CaseOutcome]) -> str:
    """The same for a machine."""
    cases = [
        {"name": each.name, "passed": not each.failures, "seconds": round(each.seconds, 6), "failures": each.failures}
        for each in outcomes
    ]
    return json.dumps({"passed": not any(each.failures for each in outcomes), "cases": cases}, indent=2)


def write_junit(path: Path, workflow: str, outcomes: Sequence[CaseOutcome]) -> None:
    """Write the report that continuous integration reads.

    Args:
        path: The file.
        workflow: The id of the spec; it is the name of the test suite.
        outcomes: The cases.

    Raises:
        DiagnosticError: If it cannot be written.
    """
    failed = str(sum(bool(each.failures) for each in outcomes))
    total = f"{sum(each.seconds for each in outcomes):.3f}"
    counts = {"tests": str(len(outcomes)), "failures": failed, "errors": "0", "skipped": "0", "time": total}
    suites = Element("testsuites")
    suite = SubElement(suites, "testsuite", {"name": workflow, **counts})
    for each in outcomes:
        case = SubElement(suite, "testcase", classname=workflow, name=_xml(each.name), time=f"{each.seconds:.3f}")
        if each.failures:
            failure = SubElement(case, "failure", message=_xml(each.failures[0]))
            failure.text = _xml("\n".join(each.failures))
        if each.output:
            SubElement(case, "system-err").text = _xml(each.output)
    try:
        write_whole(path, tostring(suites, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_WRITABLE, message=message)) from None


def _lines(outcomes: Sequence[CaseOutcome]) -> Iterator[str]:
    width = max((len(each.name) for each in outcomes), default=0)
    for each in outcomes:
        yield f"{'failed' if each.failures else 'ok':<7} {each.name:<{width}}  {each.seconds:.2f} s"
        yield from (indent(failure, " " * 8) for failure in each.failures)
    failed = sum(bool(each.failures) for each in outcomes)
    of = f"of {len(outcomes)} case{'' if len(outcomes) == 1 else 's'}"
    yield f"{failed} {of} failed" if failed else f"{len(outcomes)} {of} passed"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
