"""Every argument is one that the task takes, bound once; and what no form can supply is bound."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from wt_contracts.codes import Code

from wt_compiler.findings import Findings
from wt_compiler.parameters import Parameters
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.spec import InstanceSpec, Name
from wt_compiler.wording import shorten

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved

_MOST_REPORTED = 20


def check_arguments(resolved: Resolved, parameters: Parameters, findings: Findings, *, complete: bool = True) -> None:
    """Check the names of the arguments of one instance.

    Args:
        resolved: The instance; its task is known.
        parameters: What the task takes.
        findings: Gets unknown, doubly bound and missing arguments.
        complete: Whether nobody binds any other arguments.
    """
    instance = resolved.spec
    bound = _check_binding(instance, parameters, findings)
    if not complete:
        return
    for name in sorted(parameters.required - bound.keys() - {"return"}, key=parameters.names.index):
        reason = parameters.why_no_form(name)
        if reason is not None:
            where = "with" if instance.uses else "partial"
            message = f"the argument {name!r} of {instance.callee} is missing: {reason}"
            hint = f"bind it in {where!r}, for example to '${{{{ workflow.<id>.return }}}}', or map over {name!r}"
            findings.error(Code.MISSING_ARGUMENT, message, instance.callee_position, hint)


def _check_binding(instance: InstanceSpec, parameters: Parameters, findings: Findings) -> dict[str, Name]:
    names = [argument.name for argument in instance.partial]
    names.extend(instance.mapping.argnames if instance.mapping else ())
    written = {name.text for name in names}
    bound: dict[str, Name] = {}
    unknown = 0
    for name in names:
        if name.text in bound:
            first = bound[name.text].position
            message = f"the argument {name.text!r} is bound in line {first.line}, column {first.column} already"
            findings.error(Code.DOUBLY_BOUND_ARGUMENT, message, name.position, "bind it in one place")
        elif not parameters.takes(name.text):
            unknown += 1
            if unknown <= _MOST_REPORTED:
                _report_unknown(name, instance, parameters, written, findings)
        bound[name.text] = name
    return bound


def _report_unknown(
    name: Name, instance: InstanceSpec, parameters: Parameters, written: Collection[str], findings: Findings
) -> None:
    left = [candidate for candidate in parameters.names if candidate not in written]
    if instance.uses:  # whose own parameters may be written without the key that they stand under
        left += [candidate.rpartition(".")[2] for candidate in left if candidate.startswith(f"{SHARED_KEY}.")]
    meant = findings.near_miss(name.text, left)
    message = f"{instance.callee} has no argument {shorten(name.text)!r}"
    if parameters.complete or meant in parameters.required:
        known = f"it takes {', '.join(parameters.names)}" if parameters.names else "it takes none"
        hint = f"did you mean {meant!r}?" if meant else shorten(known, 200)
        findings.error(Code.UNKNOWN_ARGUMENT, message, name.position, hint)
    elif meant is not None:
        # A registry before 1.1 does not tell which optional parameters a library hides from forms: this may be one.
        hint = f"did you mean {meant!r}? This registry does not say whether there are others"
        findings.warn(Code.UNKNOWN_ARGUMENT, f"it seems that {message}", name.position, hint)
