"""From a spec to a checked workflow: names to registry entries, all checks, and the Dag."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic
from wt_contracts.registry import RegistryEntry, RegistryOutput

from wt_compiler.catalogue import Catalogue, dotted_path
from wt_compiler.check import check
from wt_compiler.check.results import Result
from wt_compiler.dag import (
    Approval,
    Branch,
    Case,
    Checkpoint,
    Dag,
    Group,
    Handler,
    Instance,
    Mapping,
    Skipif,
    SubWorkflow,
    Switch,
    TaskUse,
)
from wt_compiler.document import read_document
from wt_compiler.findings import Findings
from wt_compiler.parse import parse_spec
from wt_compiler.spec import (
    ApprovalSpec,
    CaseSpec,
    CheckpointSpec,
    InstanceSpec,
    ItemSpec,
    MappingSpec,
    Spec,
    SwitchSpec,
)
from wt_compiler.sub_entry import described


class Resolved(NamedTuple):
    """A task instance whose names are looked up; what was not found is None or left out.

    Attributes:
        spec: The instance.
        task: What the registry says of its task; of a sub-workflow, what it would say of a task that does the same.
        conditions: What the registry says of the conditions under which it is skipped.
        sub: The sub-workflow, if it is one.
        handler: What stands in for a call that fails, if something does.
    """

    spec: InstanceSpec
    task: RegistryEntry | None
    conditions: tuple[RegistryEntry, ...]
    sub: ResolvedSub | None = None
    handler: Resolved | None = None

    @property
    def tasks(self) -> tuple[RegistryEntry, ...]:
        """All that it may call of the libraries."""
        own = [self.task] if self.task is not None and self.sub is None else []
        handler = [self.handler.task] if self.handler is not None and self.handler.task is not None else []
        return (*own, *self.conditions, *handler)


class ResolvedSub(NamedTuple):
    """A sub-workflow that was checked by itself.

    Attributes:
        spec: Its spec.
        instances: Its instances.
        result: What it returns.
        entry: What a registry would say of a task that does the same.
    """

    spec: Spec
    instances: list[Resolved]
    result: Result
    entry: RegistryEntry


def load_dag(spec_path: Path, registry: RegistryOutput) -> tuple[Dag, list[Diagnostic]]:
    """Read a spec and check everything that can be checked before running.

    Args:
        spec_path: The spec.yaml; diagnostics name it as it is given here.
        registry: What the task libraries of the spec's environment offer.

    Returns:
        The workflow, and warnings in the order of their places.

    Raises:
        DiagnosticError: Holds everything that was found, if anything is wrong.
    """
    return check_spec(parse_spec(read_document(spec_path)), registry)


def check_spec(spec: Spec, registry: RegistryOutput) -> tuple[Dag, list[Diagnostic]]:
    """Check a spec that was read already; see `load_dag`."""
    findings = spec.findings
    _warn_of_libraries(registry, findings)
    catalogue = Catalogue(registry)
    resolved = _Resolver(catalogue).resolve(spec)
    check(spec, resolved, catalogue)
    findings.raise_if_failed()
    return _Builder(spec, resolved).dag(), findings.sorted


def used_entries(spec: Spec, registry: RegistryOutput) -> dict[str, RegistryEntry]:
    """What the sub-workflows of a spec take, as a registry would say it; by path, as the spec writes it.

    Those that have mistakes are left out. What is found on the way is left with the findings of the specs.
    """
    resolved = _Resolver(Catalogue(registry)).resolve(spec)
    return {
        item.spec.uses.path.text: item.sub.entry
        for item in resolved
        if item.spec.uses is not None and item.sub is not None and not item.sub.spec.findings.failed
    }


class _Resolver:
    """Looks up every task and condition, and checks each sub-workflow once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._subs: dict[int, ResolvedSub] = {}

    def resolve(self, spec: Spec) -> list[Resolved]:
        """The instances in their order, groups flattened."""
        for instance in spec.instances:
            if instance.uses is not None and instance.uses.spec is not None:
                self._sub(instance.uses.spec)
        catalogue, findings = self._catalogue, spec.findings
        defaults: dict[int, tuple[RegistryEntry, ...]] = {}
        resolved: list[Resolved] = []
        for instance in spec.instances:
            task = catalogue.find(instance.task, findings) if instance.task else None
            skipif = instance.skipif
            if skipif is not None and id(skipif) not in defaults:
                found = [catalogue.find(name, findings) for name in skipif.conditions]
                defaults[id(skipif)] = tuple(entry for entry in found if entry is not None)
            sub = self._sub(instance.uses.spec) if instance.uses is not None and instance.uses.spec else None
            if sub is not None and not sub.spec.findings.failed:
                task = sub.entry
            handler = self._handler(instance.handler, findings) if instance.handler else None
            resolved.append(Resolved(instance, task, defaults[id(skipif)] if skipif else (), sub, handler))
        catalogue.report_orphans(findings)
        return resolved

    def _handler(self, handler: InstanceSpec, findings: Findings) -> Resolved:
        return Resolved(handler, self._catalogue.find(handler.task, findings) if handler.task else None, ())

    def _sub(self, spec: Spec) -> ResolvedSub:
        if id(spec) not in self._subs:
            instances = self.resolve(spec)
            result = check(spec, instances, self._catalogue, used=True)
            entry = described(spec, instances, self._catalogue)
            self._subs[id(spec)] = ResolvedSub(spec, instances, result, entry)
        return self._subs[id(spec)]


def _warn_of_libraries(registry: RegistryOutput, findings: Findings) -> None:
    for problem in registry.problems:
        if problem.kind == "library":
            message = f"the task library {problem.subject!r} could not be imported: {problem.reason}"
            findings.warn(Code.LIBRARY_NOT_IMPORTED, message, None, "its tasks are unknown to this spec")


class _Builder:
    """Puts together the Dag of a spec without errors."""

    def __init__(self, spec: Spec, resolved: list[Resolved]) -> None:
        self._spec = spec
        self._uses = _uses(resolved)
        self._branches = {
            id(instance): Branch(switch.id.text, case.label)
            for switch in spec.switches
            if switch.id
            for case in switch.cases
            for instance in case.instances
        }
        self._instances = {id(item.spec): self._instance(item) for item in resolved}

    def dag(self) -> Dag:
        spec = self._spec
        assert spec.id is not None
        return Dag(
            id=spec.id.text,
            items=tuple(self._item(item) for item in spec.items),
            requirements=spec.requirements,
            metadata=spec.metadata,
            overrides=spec.overrides,
            params={parameter.name.text: parameter.schema for parameter in spec.params},
            outputs={output.name.text: output.value for output in spec.outputs},
        )

    def _item(self, item: ItemSpec) -> Instance | Group | Switch:
        if isinstance(item, InstanceSpec):
            return self._instances[id(item)]
        if isinstance(item, SwitchSpec):
            assert item.id is not None
            return Switch(item.id.text, item.title, tuple(map(self._case, item.cases)), item.position)
        assert item.title is not None
        members = tuple(self._instances[id(member)] for member in item.instances)
        return Group(item.title.text, item.description, members, item.position)

    def _case(self, case: CaseSpec) -> Case:
        members = tuple(self._instances[id(member)] for member in case.instances)
        return Case(case.label, case.condition, members, case.result.value if case.result else None)

    def _instance(self, resolved: Resolved) -> Instance:
        spec = resolved.spec
        assert spec.id is not None
        assert resolved.task is not None
        skipif = None
        if spec.skipif is not None:
            skipif = Skipif(tuple(self._use(entry) for entry in resolved.conditions), spec.skipif.unpack_depth)
        return Instance(
            id=spec.id.text,
            title=spec.title,
            task=TaskUse(spec.uses.path.text, "", resolved.task) if spec.uses else self._use(resolved.task),
            partial={argument.name.text: argument.value for argument in spec.partial},
            mapping=_mapping(spec.mapping) if spec.mapping else None,
            skipif=skipif,
            when=spec.when,
            loop=spec.loop,
            approval=_approval(spec.approval) if spec.approval else None,
            handler=self._handler(resolved.handler) if resolved.handler else None,
            checkpoint=_checkpoint(spec.checkpoint) if spec.checkpoint else None,
            execution=spec.execution,
            position=spec.position,
            uses=self._sub_workflow(resolved),
            branch=self._branches.get(id(spec)),
        )

    def _handler(self, resolved: Resolved) -> Handler:
        assert resolved.task is not None
        partial = {argument.name.text: argument.value for argument in resolved.spec.partial}
        return Handler(self._use(resolved.task), partial)

    def _sub_workflow(self, resolved: Resolved) -> SubWorkflow | None:
        use, sub = resolved.spec.uses, resolved.sub
        if use is None or sub is None:
            return None
        return SubWorkflow(use.path.text, _Builder(sub.spec, sub.instances).dag(), sub.spec.findings)

    def _use(self, entry: RegistryEntry) -> TaskUse:
        return self._uses[dotted_path(entry)]


def _approval(spec: ApprovalSpec) -> Approval:
    return Approval(spec.reason, {field.name.text: field.schema for field in spec.form})


def _checkpoint(spec: CheckpointSpec) -> Checkpoint:
    assert spec.name is not None
    return Checkpoint(spec.name.text, spec.when)


def _mapping(spec: MappingSpec) -> Mapping:
    return Mapping(spec.method, tuple(name.text for name in spec.argnames), spec.argvalues)


def _uses(resolved: list[Resolved]) -> dict[str, TaskUse]:
    """Every used task with its alias: of several of one name, all but the first get a number, in order of their paths.

    Only tasks that are used count, so that a library can grow without changing what is generated.
    """
    entries = {dotted_path(entry): entry for item in resolved for entry in item.tasks}
    taken = {item.spec.id.text for item in resolved if item.spec.id} | {e.function_name for e in entries.values()}
    uses: dict[str, TaskUse] = {}
    aliases: set[str] = set()
    for path in sorted(entries):
        entry = entries[path]
        alias, number = entry.function_name, 0
        while alias in aliases or (number and alias in taken):
            number += 1
            alias = f"{entry.function_name}_{number}"
        aliases.add(alias)
        uses[path] = TaskUse(path, alias, entry)
    return uses
