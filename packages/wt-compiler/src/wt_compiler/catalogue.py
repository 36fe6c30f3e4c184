"""The tasks that a spec may name, found by short or dotted name."""

from __future__ import annotations

from typing import Final

from wt_contracts.codes import Code
from wt_contracts.registry import RegistryEntry, RegistryOutput, RegistryProblem

from wt_compiler.findings import Findings
from wt_compiler.parameters import Parameters
from wt_compiler.spec import Name

_NAMES_SHOWN: Final = 5


def dotted_path(entry: RegistryEntry) -> str:
    """The public module path and the function name, which a spec may write and generated code imports from."""
    return f"{entry.public_module_path}.{entry.function_name}"


class Catalogue:
    """What one environment offers.

    Args:
        registry: The output of `wt-registry`.
    """

    def __init__(self, registry: RegistryOutput) -> None:
        self._by_path: dict[str, RegistryEntry] = {}
        self._by_name: dict[str, list[RegistryEntry]] = {}
        for key in sorted(registry.entries):
            entry = registry.entries[key]
            if self._by_path.setdefault(dotted_path(entry), entry) is entry:
                self._by_name.setdefault(entry.function_name, []).append(entry)
        self._problems = registry.problems
        self._parameters: dict[str, Parameters] = {}
        self._orphans: dict[str, Name] = {}

    def offers(self, name: str) -> bool:
        """Whether any module has a task of that short name."""
        return name in self._by_name

    def is_unambiguous(self, name: str) -> bool:
        """Whether exactly one module has a task of that short name."""
        return len(self._by_name.get(name, ())) == 1

    def parameters(self, entry: RegistryEntry) -> Parameters:
        """What a task takes; made once for each task."""
        path = dotted_path(entry)
        if path not in self._parameters:
            self._parameters[path] = Parameters(entry.json_schema, entry.hidden_parameters)
        return self._parameters[path]

    def find(self, name: Name, findings: Findings) -> RegistryEntry | None:
        """The task of that name.

        Args:
            name: Short if only one module exposes it, else dotted.
            findings: Gets an unknown or ambiguous name, and a deprecated task.
        """
        text = name.text
        candidates = self._by_name.get(text, [])
        entry = self._by_path.get(text) or (candidates[0] if len(candidates) == 1 else None)
        if entry is not None:
            self._warn_if_deprecated(entry, name, findings)
        elif candidates:
            paths = ", ".join(dotted_path(candidate) for candidate in candidates)
            message = f"{len(candidates)} modules have a task {text!r}"
            findings.error(Code.AMBIGUOUS_TASK, message, name.position, f"write one of: {paths}")
        else:
            self._report_unknown(name, findings)
        return entry

    def report_orphans(self, findings: Findings) -> None:
        """Report the names that may be in a library which could not be imported: all of them are one mistake."""
        if not self._orphans:
            return
        listed = [repr(text) for text in self._orphans]
        more = f" and {len(listed) - _NAMES_SHOWN} more" if len(listed) > _NAMES_SHOWN else ""
        message = f"there is no task {', '.join(listed[:_NAMES_SHOWN])}{more}"
        hint = f"look in {', '.join(self._failed_libraries)}, which could not be imported"
        findings.error(Code.UNKNOWN_TASK, message, next(iter(self._orphans.values())).position, hint)
        self._orphans.clear()

    @property
    def _failed_libraries(self) -> list[str]:
        return [problem.subject for problem in self._problems if problem.kind == "library"]

    def _warn_if_deprecated(self, entry: RegistryEntry, name: Name, findings: Findings) -> None:
        if entry.metadata.deprecated:
            message = f"the task {entry.function_name!r} is deprecated"
            findings.warn(Code.DEPRECATED_TASK, message, name.position, entry.metadata.deprecation_message)

    def _report_unknown(self, name: Name, findings: Findings) -> None:
        text = name.text
        short = text.rpartition(".")[2]
        problem = next((p for p in self._problems if _concerns(p, text)), None)
        if problem is not None:
            message = f"the task {text!r} cannot be described: {problem.reason}"
            findings.error(Code.TASK_NOT_DESCRIBED, message, name.position, "see `wt registry`")
            return
        hint: str | None
        if not text:
            hint = None
        elif short != text and short in self._by_name:
            paths = " or ".join(dotted_path(entry) for entry in self._by_name[short])
            hint = f"did you mean {paths}?"
        else:
            hint = findings.suggest(text, self._by_path if short != text else self._by_name)
        if hint is None and self._failed_libraries:
            self._orphans.setdefault(text, name)
            return
        if not self._by_path:
            hint = "the environment offers no tasks at all: is the task library among the requirements?"
        findings.error(Code.UNKNOWN_TASK, f"there is no task {text!r}", name.position, hint or "see `wt registry`")


def _concerns(problem: RegistryProblem, name: str) -> bool:
    return problem.kind == "task" and (problem.subject == name or problem.subject.rpartition(".")[2] == name)
