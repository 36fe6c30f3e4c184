"""The layout of a form, and the two pure functions between form data and parameters.

Parameters are flat: one key a task instance. Form data has the same keys, some of them nested under the title of
their task group. Which group holds which instance is the layout, written by the compiler as data, so that the
command line, the invokers and the server convert without importing a workflow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wt_contracts.runnable import runnable_schema
from wt_contracts.versions import check_major

__all__ = ["LAYOUT_VERSION", "FormLayout", "formdata_to_params", "params_to_formdata", "runnable_schema"]

LAYOUT_VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class FormLayout:
    """Which task group holds which task instances.

    Attributes:
        groups: The instance ids of each group that the form shows, by the group's title.
        version: The version of this document; another major version is refused.
    """

    groups: dict[str, list[str]] = field(default_factory=dict)
    version: str = LAYOUT_VERSION

    def __post_init__(self) -> None:
        check_major("the form layout", self.version, 1, "wt-contracts")


def formdata_to_params(formdata: dict[str, Any], layout: FormLayout) -> dict[str, Any]:
    """Lift the members of every group to the top level.

    Args:
        formdata: What the form holds. Not changed.
        layout: Which group holds which instance.

    Returns:
        The parameters. A key that the layout does not know stays where it is, for validation to refuse.

    Raises:
        ValueError: If an instance stands both at the top level and in its group.
    """
    params: dict[str, Any] = {}
    for key, value in formdata.items():
        lifted = value if key in layout.groups and isinstance(value, dict) else {key: value}
        for name, arguments in lifted.items():
            if name in params:
                raise ValueError(f"{name!r} is given twice: at the top level and in a group")
            params[name] = arguments
    return params


def params_to_formdata(params: dict[str, Any], layout: FormLayout) -> dict[str, Any]:
    """Put every instance that belongs to a group under that group's title.

    Args:
        params: The parameters, one key a task instance. Not changed.
        layout: Which group holds which instance.

    Returns:
        The form data; groups without a member in `params` do not appear.
    """
    group_of = {name: title for title, names in layout.groups.items() for name in names}
    formdata: dict[str, Any] = {}
    for name, arguments in params.items():
        if name in group_of:
            formdata.setdefault(group_of[name], {})[name] = arguments
        else:
            formdata[name] = arguments
    return formdata
