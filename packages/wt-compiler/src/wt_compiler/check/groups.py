"""Group titles are the keys of a form: two of one title, or one that is an id, would lose a group."""

from __future__ import annotations

from wt_contracts.codes import Code

from wt_compiler.check.form import Form
from wt_compiler.findings import Findings
from wt_compiler.schemas import SHARED_KEY
from wt_compiler.values import Position


def check_groups(form: Form, findings: Findings) -> None:
    """Report titles that collide in the form; groups that the form does not show collide with nothing.

    Args:
        form: What the form shows.
        findings: Gets the collisions.
    """
    ids = {name: instance.position for name, instance in form.ungrouped.items()}
    titles: dict[str, Position] = {}
    for group in form.groups:
        title = group.title
        if title.text in titles:
            message = f"the title {title.text!r} is taken by the group in line {titles[title.text].line}"
        elif title.text in ids:
            what = "the key of the workflow's own parameters" if title.text == SHARED_KEY else "the id of the instance"
            message = f"the title {title.text!r} is {what} in line {ids[title.text].line}"
        else:
            titles[title.text] = title.position
            continue
        hint = "choose another title: a form would show only one of the two"
        findings.error(Code.GROUP_TITLE_COLLISION, message, title.position, hint)
