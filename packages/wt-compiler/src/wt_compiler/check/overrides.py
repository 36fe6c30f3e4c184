"""An override whose instance, group or parameter does not exist changes nothing that a form shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wt_contracts.codes import Code

from wt_compiler.check.form import Form, FormInstance
from wt_compiler.dag import Override
from wt_compiler.findings import Findings
from wt_compiler.override_path import first
from wt_compiler.override_target import Missing, missing_property
from wt_compiler.wording import shorten


def check_overrides(overrides: Iterable[Override], form: Form, findings: Findings) -> None:
    """Warn of overrides without a target.

    Instances, groups, parameters and the properties of models are looked up; the keywords of a schema may be new.

    Args:
        overrides: The patches.
        form: What they patch.
        findings: Gets the warnings.
    """
    if not form.complete:
        return
    for override in overrides:
        checker = _Checker(override, form, findings)
        {"properties": checker.properties, "$defs": checker.definitions, "uiSchema": checker.ui}[override.section]()


class _Checker:
    def __init__(self, override: Override, form: Form, findings: Findings) -> None:
        self._override = override
        self._form = form
        self._findings = findings
        self._groups = {group.title.text: group.instances for group in form.groups}
        self._top = [*form.ungrouped, *self._groups]

    def properties(self) -> None:
        head, rest = first(self._override.parts, self._top)
        if head in self._form.ungrouped:
            self._instance(head, self._form.ungrouped[head], rest)
        elif head not in self._groups:
            self._missing_top(head)
        else:
            members = self._groups[head]
            keyword, rest = self._keyword(rest)
            if keyword and rest:
                head, rest = first(rest, members)
                if head in members:
                    self._instance(head, members[head], rest)
                else:
                    self._warn(f"the group has no instance {shorten(head)!r} in the form", head, members)

    def ui(self) -> None:
        head, rest = first(self._override.parts, self._top)
        if head.startswith("ui:"):
            return
        if head in self._form.ungrouped:
            self._parameter(head, self._form.ungrouped[head], rest)
        elif head not in self._groups:
            self._missing_top(head)
        elif rest and not rest[0].startswith("ui:"):
            members = self._groups[head]
            head, rest = first(rest, members)
            if head in members:
                self._parameter(head, members[head], rest)
            else:
                self._warn(f"the group has no instance {shorten(head)!r} in the form", head, members)

    def definitions(self) -> None:
        shown = [*self._form.ungrouped.values(), *(i for group in self._groups.values() for i in group.values())]
        names: dict[str, list[FormInstance]] = {}
        for instance in shown:
            for name in instance.parameters.reachable(instance.unbound):
                names.setdefault(name, []).append(instance)
        head, rest = first(self._override.parts, names)
        if not rest:
            return
        if head not in names:
            self._warn(f"the form has no definition {shorten(head)!r}", head, names)
            return
        found = [i.parameters.definitions for i in names[head]]
        lacks = [missing_property(each.get(head), rest, each) for each in found]
        if all(lacks):  # of definitions of one name, one may have it
            self._warn_of(lacks[0], f"the definition {head!r}")

    def _instance(self, name: str, instance: FormInstance, rest: tuple[str, ...]) -> None:
        keyword, rest = self._keyword(rest)
        if not keyword or not rest:
            return
        self._parameter(name, instance, rest)
        parameter, rest = first(rest, instance.unbound)
        parameters = instance.parameters
        lacks = missing_property(parameters.properties.get(parameter), rest, parameters.definitions)
        self._warn_of(lacks, f"{parameter!r} of {name!r}")

    def _keyword(self, rest: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
        """Whether the path goes on into `properties`, and how; a misspelt `properties` is warned of."""
        keyword, rest = first(rest, ["properties"])
        if keyword != "properties" and rest and self._findings.near_miss(keyword, ["properties"]):
            self._warn(f"{keyword!r} is no keyword of a schema", keyword, ["properties"])
        return keyword == "properties", rest

    def _parameter(self, name: str, instance: FormInstance, rest: tuple[str, ...]) -> None:
        if not rest or rest[0].startswith("ui:"):
            return
        head, _ = first(rest, instance.unbound)
        if head in instance.unbound:
            return
        if head in instance.parameters.properties:
            self._warn(f"the parameter {head!r} of {name!r} is bound in the spec, and in no form", head, ())
        else:
            self._warn(f"the form of {name!r} has no parameter {shorten(head)!r}", head, instance.unbound)

    def _missing_top(self, name: str) -> None:
        group = next((title for title, members in self._groups.items() if name in members), None)
        if group is not None:
            inner = f"{group}.properties.{name}" if self._override.section == "properties" else f"{group}.{name}"
            self._warn(f"{name!r} is in a group", name, (), f"write {inner!r}")
        elif name in self._form.hidden:
            self._warn(f"the form does not show {name!r}: all of its parameters are bound", name, ())
        else:
            self._warn(f"there is no instance or group {shorten(name)!r}", name, self._top)

    def _warn_of(self, lacks: Missing | None, place: str) -> None:
        if lacks is not None:
            self._warn(f"{place} has no {lacks.kind} {shorten(lacks.name)!r}", lacks.name, lacks.known)

    def _warn(self, message: str, name: str, candidates: Collection[str], hint: str | None = None) -> None:
        hint = hint or self._findings.suggest(name, candidates)
        text = f"the override has no effect: {message}"
        self._findings.warn(Code.OVERRIDE_TARGET_MISSING, text, self._override.position, hint)
