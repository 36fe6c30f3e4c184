"""Everything that can be checked before a workflow runs; each module is one family of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wt_compiler.catalogue import Catalogue
from wt_compiler.check.approvals import check_approvals
from wt_compiler.check.arguments import check_arguments
from wt_compiler.check.checkpoints import check_checkpoints
from wt_compiler.check.conditions import check_conditions
from wt_compiler.check.edges import check_edges
from wt_compiler.check.form import form_of
from wt_compiler.check.groups import check_groups
from wt_compiler.check.handlers import check_handlers
from wt_compiler.check.literals import LiteralCheck
from wt_compiler.check.loops import check_loops
from wt_compiler.check.mapping import check_mapping
from wt_compiler.check.overrides import check_overrides
from wt_compiler.check.params import check_params
from wt_compiler.check.references import check_references
from wt_compiler.check.results import Result
from wt_compiler.check.secrets import check_secrets
from wt_compiler.check.switches import check_switches
from wt_compiler.spec import Spec

if TYPE_CHECKING:
    from wt_compiler.resolve import Resolved


def check(spec: Spec, resolved: list[Resolved], catalogue: Catalogue, *, used: bool = False) -> Result:
    """Run all checks; what is wrong goes to the spec's findings.

    Args:
        spec: The spec as it was read.
        resolved: Its instances with their tasks looked up.
        catalogue: What the environment offers.
        used: Whether another spec uses it, which may bind what no form can supply.

    Returns:
        What the workflow returns.
    """
    findings = spec.findings
    check_references(spec, catalogue)
    check_params(spec)
    check_loops(spec)
    check_switches(spec)
    check_secrets(spec)
    check_approvals(spec)
    check_checkpoints(spec)
    literals = LiteralCheck(findings)
    for item in resolved:
        if item.spec.mapping is not None:
            check_mapping(item.spec.mapping, findings)
        if item.task is not None:
            parameters = catalogue.parameters(item.task)
            check_arguments(item, parameters, findings, complete=not used)
            literals.check(item, parameters)
        if item.handler is not None and item.handler.task is not None:
            parameters = catalogue.parameters(item.handler.task)
            check_arguments(item.handler, parameters, findings, complete=False)
            literals.check(item.handler, parameters)
    check_conditions(resolved, findings)
    check_handlers(spec, resolved, catalogue)
    result = check_edges(spec, resolved, catalogue)
    form = form_of(spec, resolved, catalogue)
    check_groups(form, findings)
    check_overrides(spec.overrides, form, findings)
    return result
