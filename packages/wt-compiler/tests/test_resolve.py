"""From a spec to a Dag: names, aliases, warnings, all errors in one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from wt_compiler.dag import Dag
from wt_compiler.resolve import load_dag
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.registry import RegistryEntry, RegistryOutput, RegistryProblem

Diagnose = Callable[..., list[Diagnostic]]
Compiled = Callable[..., Dag]


def test_a_short_name_is_enough_if_it_is_unique(compiled: Compiled) -> None:
    (instance,) = compiled("- {id: a, task: load}").instances
    assert (instance.task.dotted_path, instance.task.alias) == ("acme.tasks.load", "load")


def test_functions_of_one_name_are_imported_under_names_of_their_own(compiled: Compiled) -> None:
    dag = compiled(
        """
        - {id: a, task: acme.json.read}
        - {id: b, task: acme.csv.read}
        - {id: c, task: acme.json.read}
        """
    )
    assert [instance.task.alias for instance in dag.instances] == ["read_1", "read", "read_1"]


def test_an_alias_takes_no_name_that_an_instance_has(compiled: Compiled) -> None:
    dag = compiled("- {id: read_1, task: acme.json.read}\n- {id: b, task: acme.csv.read}")
    assert sorted(use.alias for use in dag.tasks) == ["read", "read_2"]


def test_a_function_that_is_used_alone_keeps_its_name(compiled: Compiled) -> None:
    assert compiled("- {id: a, task: acme.json.read}").instances[0].task.alias == "read"


def test_everything_wrong_is_found_in_one_run_and_sorted(diagnose: Diagnose) -> None:
    found = diagnose(
        """\
        id: class
        requirements: [{name: a b, path: x}]
        requirments: []
        workflow:
          - id: a
            task: laod
          - id: a
            task: clean
            partial: {frame: '${{ workflow.b.return }}', colum: x, column: 5}
          - id: b
            task: draw
            partial: {frame: '${{ workflow.a.retrun }}', style: {colour: red}}
        """
    )
    assert [f"{item.code} {item.line}" for item in found] == [
        "WT114 1",
        "WT115 2",
        "WT110 3",
        "WT121 6",
        "WT120 7",
        "WT124 9",
        "WT125 9",
        "WT301 9",
        "WT116 12",
        "WT301 12",
        "WT301 12",
    ]
    assert all(item.file and item.source and item.column for item in found)


def test_warnings_do_not_stop_and_come_with_errors(compiled: Compiled, diagnose: Diagnose) -> None:
    text = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: old, partial: {path: 'x ${{ env.A }}'}}\n"
    assert [item.code for item in diagnose(text)] == ["WT130", "WT117"]
    assert [item.code for item in diagnose(text + "  - {id: a, task: old}\n")] == ["WT130", "WT117", "WT120", "WT130"]


def test_a_deprecated_task_is_a_warning_that_says_what_to_use(diagnose: Diagnose) -> None:
    (found,) = diagnose("id: demo\nrequirements: []\nworkflow: [{id: a, task: old}]\n")
    assert (found.code, found.severity, found.column, found.hint) == ("WT130", "warning", 26, "use 'load'")


def test_a_library_that_fails_to_import_is_a_warning_and_the_hint_of_a_missing_task(
    diagnose: Diagnose, library: RegistryOutput
) -> None:
    problem = RegistryProblem(subject="acme_extra", reason="ImportError: no gdal", kind="library")
    registry = replace(library, problems=[problem])
    warning, error = diagnose("id: demo\nrequirements: []\nworkflow: [{id: a, task: zebra}]\n", registry)
    assert (warning.code, warning.severity) == ("WT207", "warning")
    assert "no gdal" in warning.message
    assert error.code == "WT121"
    assert error.hint is not None
    assert "acme_extra" in error.hint


def test_all_tasks_that_a_failed_library_may_hold_are_one_error(diagnose: Diagnose, library: RegistryOutput) -> None:
    problem = RegistryProblem(subject="acme_extra", reason="ImportError: no gdal", kind="library")
    registry = replace(library, problems=[problem])
    tasks = ", ".join(f"{{id: i{number}, task: zebra_{number}}}" for number in range(8))
    _, error = diagnose(f"id: demo\nrequirements: []\nworkflow: [{{id: a, task: lod}}, {tasks}]\n", registry)[:2]
    (orphans,) = (
        found
        for found in diagnose(f"id: demo\nrequirements: []\nworkflow: [{tasks}]\n", registry)
        if found.severity == "error"
    )
    assert error.hint == "did you mean 'load'?"
    assert "'zebra_0'" in orphans.message
    assert orphans.message.endswith(" and 3 more")


def test_a_task_that_cannot_be_described_hides_no_other_and_says_why(
    diagnose: Diagnose, library: RegistryOutput
) -> None:
    problem = RegistryProblem(subject="acme.tasks._x.broken", reason="parameter 'a' has no type")
    registry = replace(library, problems=[problem])
    assert diagnose("id: demo\nrequirements: []\nworkflow: [{id: a, task: load}]\n", registry) == []
    (found,) = diagnose("id: demo\nrequirements: []\nworkflow: [{id: a, task: broken}]\n", registry)
    assert found.code == "WT206"
    assert "parameter 'a' has no type" in found.message


def test_an_environment_without_tasks_is_the_likely_reason(
    diagnose: Diagnose, registry_of: Callable[..., RegistryOutput]
) -> None:
    (found,) = diagnose("id: demo\nrequirements: []\nworkflow: [{id: a, task: load}]\n", registry_of())
    assert found.hint is not None
    assert "no tasks at all" in found.hint


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [
        ("laod", "WT121", "did you mean 'load'?"),
        ("read", "WT122", "write one of: acme.csv.read, acme.json.read"),
        ("acme.xml.read", "WT121", "did you mean acme.csv.read or acme.json.read?"),
        ("acme.tasks._private.load", "WT121", "did you mean acme.tasks.load?"),
        ("acme.task.laod", "WT121", "did you mean 'acme.tasks.load'?"),
        ("''", "WT121", "see `wt registry`"),
    ],
)
def test_a_wrong_name_of_a_task_comes_with_what_was_meant(name: str, code: str, hint: str, diagnose: Diagnose) -> None:
    (found,) = diagnose(f"id: demo\nrequirements: []\nworkflow: [{{id: a, task: {name}}}]\n")
    assert (found.code, found.hint) == (code, hint)


def test_conditions_are_looked_up_like_tasks(diagnose: Diagnose) -> None:
    text = "id: demo\nrequirements: []\nworkflow: [{id: a, task: load, skipif: {conditions: [nevr]}}]\n"
    (found,) = diagnose(text)
    assert (found.code, found.hint) == ("WT121", "did you mean 'never'?")


def test_a_chain_of_many_instances_needs_no_recursion(
    tmp_path: Path, entry: Callable[..., RegistryEntry], registry_of: Callable[..., RegistryOutput]
) -> None:
    registry = registry_of(entry("step", {"value": {"type": "integer"}}, ["value"]))
    lines = ["id: chain\nrequirements: []\nworkflow:\n  - {id: s0, task: step}\n"]
    lines += [
        f"  - {{id: s{n}, task: step, partial: {{value: '${{{{ workflow.s{n - 1}.return }}}}'}}}}\n"
        for n in range(1, 3000)
    ]
    path = tmp_path / "spec.yaml"
    path.write_text("".join(lines))
    dag, warnings = load_dag(path, registry)
    assert len(dag.instances) == 3000
    assert warnings == []


def test_very_many_errors_are_counted_and_found_quickly(diagnose: Diagnose) -> None:
    instances = "".join(
        f"  - {{id: a{n}, task: laod, partial: {{x: '${{{{ workflow.b{n}.return }}}}'}}}}\n" for n in range(2000)
    )
    found = diagnose("id: demo\nrequirements: []\nworkflow:\n" + instances)
    assert len(found) == 200
    assert found[-1].hint is not None
    assert "3800 more are not shown" in found[-1].hint


def test_the_error_says_exit_code_2(tmp_path: Path, library: RegistryOutput) -> None:
    with pytest.raises(DiagnosticError) as caught:
        load_dag(tmp_path / "none.yaml", library)
    assert caught.value.exit_code == 2
