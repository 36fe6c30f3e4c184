"""Ids are unique and free, and every reference points to an earlier instance."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wt_contracts.codes import Code

from wt_compiler.catalogue import Catalogue
from wt_compiler.findings import Findings
from wt_compiler.spec import InstanceSpec, Name, Spec, SwitchSpec
from wt_compiler.values import Reference, Value, references


def check_references(spec: Spec, catalogue: Catalogue) -> None:
    """Check the ids and the references of all instances.

    Args:
        spec: The spec; its findings get what is wrong.
        catalogue: Whose task names are taken.
    """
    _check_ids(spec, catalogue)
    _Scope(spec).check()


class _Scope:
    """What each place of a spec can refer to."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        entries: list[InstanceSpec | SwitchSpec] = [*spec.instances, *spec.switches]
        named = sorted((each.id for each in entries if each.id), key=lambda name: name.position.line, reverse=True)
        self._lines = {name.text: name.position.line for name in named}
        self._branches = {
            instance.id.text: (switch.id.text, case.label)
            for switch in spec.switches
            if switch.id
            for case in switch.cases
            for instance in case.instances
            if instance.id
        }

        used = [(each.id, each.uses.spec) for each in spec.instances if each.id and each.uses and each.uses.spec]
        self._parts = {part.id.text: owner.text for owner, sub in used for part in sub.instances if part.id}

    def check(self) -> None:
        """Check every reference."""
        earlier: dict[str, None] = {}
        for item in self._spec.items:
            if isinstance(item, SwitchSpec):
                self._switch(item, earlier)
            else:
                self._instances((item,) if isinstance(item, InstanceSpec) else item.instances, earlier)
        self._values([output.value for output in self._spec.outputs], earlier)

    def _switch(self, switch: SwitchSpec, earlier: dict[str, None]) -> None:
        """In a branch, what is there is known beside what comes before the switch; behind it, only the switch is."""
        self._values(switch.before, earlier, switch)
        for case in switch.cases:
            inside = dict(earlier)
            self._instances(case.instances, inside, switch)
            if case.result is not None:
                self._values([case.result.value], inside, switch)
        if switch.id:
            earlier[switch.id.text] = None

    def _instances(
        self, instances: Iterable[InstanceSpec], earlier: dict[str, None], within: SwitchSpec | None = None
    ) -> None:
        for instance in instances:
            self._values(instance.values, earlier, within, instance)
            if instance.id:
                earlier[instance.id.text] = None
            self._values(instance.after, earlier, within)

    def _values(
        self,
        values: list[Value],
        earlier: Collection[str],
        within: SwitchSpec | None = None,
        owner: InstanceSpec | None = None,
    ) -> None:
        findings = self._spec.findings
        here = within.id.text if within and within.id else None
        for reference in references(values):
            name = reference.instance_id
            if name in earlier:
                continue
            switch, case = self._branches.get(name, ("", ""))
            itself = owner is not None and owner.id is not None and owner.id.text == name
            if name == here:
                hint = "what it gives is known behind it"
                findings.error(Code.LATER_REFERENCE, f"this stands in the switch {name!r}", reference.position, hint)
            elif switch and not itself and (switch == here or self._lines[name] < reference.position.line):
                message = f"{name!r} runs only in the branch {case!r} of the switch {switch!r}"
                hint = f"what the chosen branch gives is '${{{{ workflow.{switch}.return }}}}'"
                if switch == here:
                    hint = "a branch uses what comes before the switch, and what stands earlier in the branch itself"
                findings.error(Code.BRANCH_REFERENCE, message, reference.position, hint)
            elif name in self._lines or name not in self._parts:
                _report(reference, owner, earlier, self._lines, findings)
            else:
                message = f"{name!r} is known only in the sub-workflow {self._parts[name]!r}"
                hint = "what that gives to others are the 'outputs' of its spec"
                findings.error(Code.UNKNOWN_REFERENCE, message, reference.position, hint)


def _check_ids(spec: Spec, catalogue: Catalogue) -> None:
    first: dict[str, Name] = {}
    entries: list[InstanceSpec | SwitchSpec] = [*spec.instances, *spec.switches]
    for entry in sorted(entries, key=lambda each: (each.position.line, each.position.column)):
        name = entry.id
        if name is None:
            continue
        if name.text in first:
            place = first[name.text].position
            message = f"the id {name.text!r} is taken in line {place.line}, column {place.column}"
            spec.findings.error(Code.DUPLICATE_ID, message, name.position, "choose another one")
            continue
        first[name.text] = name
        if spec.id and name.text == spec.id.text:
            message = f"the id {name.text!r} is the id of the spec"
            spec.findings.error(Code.WRONG_IDENTIFIER, message, name.position, "choose another one")
        elif catalogue.offers(name.text):
            message = f"the id {name.text!r} is the name of a task"
            spec.findings.error(Code.WRONG_IDENTIFIER, message, name.position, "choose another one")


def _report(
    reference: Reference,
    owner: InstanceSpec | None,
    earlier: Collection[str],
    lines: dict[str, int],
    findings: Findings,
) -> None:
    name = reference.instance_id
    hint: str | None
    if owner and owner.id and name == owner.id.text:
        hint = "what the last round has given is 'loop.last'" if owner.loop else None
        findings.error(Code.LATER_REFERENCE, f"{name!r} refers to itself", reference.position, hint)
    elif name in lines:
        message = f"{name!r} comes later, in line {lines[name]}"
        hint = "a reference points to an earlier entry: move one of the two"
        findings.error(Code.LATER_REFERENCE, message, reference.position, hint)
    else:
        hint = findings.suggest(name, earlier)
        findings.error(Code.UNKNOWN_REFERENCE, f"there is no task instance {name!r}", reference.position, hint)
