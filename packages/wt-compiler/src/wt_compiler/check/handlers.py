"""What stands in for calls that fail: everything that it takes is bound, and it alone knows the failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wt_contracts.codes import Code

from wt_compiler.catalogue import Catalogue
from wt_compiler.findings import Findings
from wt_compiler.spec import InstanceSpec, Spec
from wt_compiler.values import FAILURE_PARTS, Failure, LoopValue, expressions

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved

_KNOWN_IN: Final = {"index": ("map", "mapvalues", "loop"), "key": ("mapvalues",), "element": ("map", "mapvalues")}
"""Where parts of a failure are known that are not known everywhere."""


def check_handlers(spec: Spec, resolved: list[Resolved], catalogue: Catalogue) -> None:
    """Check the handlers of all instances, and every `error.<name>`.

    Args:
        spec: The spec; its findings get what is wrong.
        resolved: Its instances with their tasks looked up.
        catalogue: What the environment offers.
    """
    findings = spec.findings
    inside: set[int] = set()
    for item in resolved:
        handler = item.handler
        if handler is None:
            continue
        inside.update(id(each) for each in expressions([*handler.spec.arguments]))
        if handler.task is None:
            continue
        for name in sorted(catalogue.parameters(handler.task).required - handler.spec.bound - {"return"}):
            message = f"the argument {name!r} of {handler.spec.callee} is missing: a handler has no form"
            hint = "bind it in the 'partial' of 'on-error', for example to '${{ error.message }}'"
            findings.error(Code.MISSING_ARGUMENT, message, handler.spec.callee_position, hint)
        if handler.task.is_async and item.task is not None and not item.task.is_async:
            message = f"{handler.spec.callee} is asynchronous, and {item.spec.callee} is not"
            hint = "let both be 'async def', or neither"
            findings.error(Code.WRONG_VALUE, message, handler.spec.callee_position, hint)
        _check_places(item.spec, handler.spec, findings)
    for each in expressions(spec.values):
        if not isinstance(each, Failure):
            continue
        if each.name not in FAILURE_PARTS:
            meant = findings.suggest(each.name, FAILURE_PARTS, f"known are {', '.join(FAILURE_PARTS)}")
            findings.error(Code.WRONG_EXPRESSION, f"a failure has no {each.name!r}", each.position, meant)
        elif id(each) not in inside:
            message = "only the handler in 'on-error' knows a failure"
            findings.error(
                Code.WRONG_EXPRESSION, message, each.position, "'error' stands in the 'partial' of 'on-error'"
            )


def _check_places(instance: InstanceSpec, handler: InstanceSpec, findings: Findings) -> None:
    """Report what a handler asks of the call that has failed, and cannot know."""
    method = instance.mapping.method if instance.mapping else "loop" if instance.loop else "call"
    for each in expressions([*handler.arguments]):
        if isinstance(each, LoopValue):
            message = "a handler does not know the rounds of the loop that it stands in for"
            findings.error(Code.WRONG_VALUE, message, each.position, "the number of the round is 'error.index'")
        elif isinstance(each, Failure) and method not in _KNOWN_IN.get(each.name, (method,)):
            known = " or ".join(map(repr, _KNOWN_IN[each.name]))
            message = f"'error.{each.name}' is known only in {known}"
            findings.error(Code.WRONG_EXPRESSION, message, each.position, "use 'error.message' or 'error.type'")
