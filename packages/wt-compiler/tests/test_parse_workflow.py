"""The grammar of task instances and task groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_compiler.dag import Dag, Group, Instance
from wt_compiler.values import EnvVariable, Position, Reference
from wt_contracts.diagnostics import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Found = Callable[..., list[str]]
Compiled = Callable[..., Dag]


def test_an_instance_is_read_with_all_it_has(compiled: Compiled) -> None:
    dag = compiled(
        """
        - id: source
          name: The source
          task: load
          partial: {path: '${{ env.DATA }}', limit: 5}
        - id: parts
          task: clean
          partial: {column: a}
          map: {argnames: frame, argvalues: '${{ workflow.source.return }}'}
          skipif: {conditions: [never], unpack_depth: 2}
        """
    )
    source, parts = dag.instances
    assert (source.id, source.title, source.method) == ("source", "The source", "call")
    assert source.partial["path"] == EnvVariable("DATA", Position(7, 30))
    assert source.partial["limit"] == 5
    assert source.position == Position(4, 5)
    assert parts.mapping is not None
    assert (parts.method, parts.mapping.argnames) == ("map", ("frame",))
    assert parts.mapping.argvalues == Reference("source", Position(11, 53))
    assert parts.dependencies == ("source",)
    assert parts.skipif is not None
    assert [use.alias for use in parts.skipif.conditions] == ["never"]
    assert parts.skipif.unpack_depth == 2


def test_a_name_that_is_null_or_missing_is_empty(compiled: Compiled) -> None:
    dag = compiled("- {id: a, task: load, name: null}\n- {id: b, task: load}")
    assert [instance.title for instance in dag.instances] == ["", ""]


def test_argument_names_may_be_one_or_several(compiled: Compiled) -> None:
    dag = compiled(
        """
        - {id: a, task: load, map: {argnames: path, argvalues: [x, y]}}
        - {id: b, task: load, map: {argnames: [path, limit], argvalues: [[x, 1]]}}
        """
    )
    assert [instance.mapping.argnames for instance in dag.instances if instance.mapping] == [
        ("path",),
        ("path", "limit"),
    ]


def test_groups_keep_their_place_and_their_members(compiled: Compiled) -> None:
    dag = compiled(
        """
        - {id: a, task: load}
        - type: task-group
          title: A group
          description: Of two
          tasks:
            - {id: b, task: load}
            - {id: c, task: load}
        """
    )
    assert [type(item) for item in dag.items] == [Instance, Group]
    assert [instance.id for instance in dag.instances] == ["a", "b", "c"]


def test_the_default_skipif_holds_unless_an_instance_has_its_own(compiled: Compiled) -> None:
    dag = compiled(
        """
        - {id: a, task: load}
        - {id: b, task: load, skipif: null}
        - {id: c, task: load, skipif: {conditions: [never]}}
        - {id: d, task: load, skipif: {conditions: []}}
        """,
        head="id: demo\nrequirements: []\ntask-instance-defaults: {skipif: {conditions: [skipped]}}\nworkflow:\n",
    )
    conditions = [[use.alias for use in item.skipif.conditions] for item in dag.instances if item.skipif]
    assert conditions == [["skipped"], ["skipped"], ["never"], []]


def test_values_keep_their_shape_and_their_references(compiled: Compiled) -> None:
    dag = compiled(
        """
        - {id: a, task: load}
        - id: b
          task: anything
          partial:
            deep: {list: [1, null, {x: '${{ workflow.a.return }}'}], text: '${{not one'}
        """
    )
    assert dag.instances[1].partial["deep"] == {
        "list": [1, None, {"x": Reference("a", Position(8, 48))}],
        "text": "${{not one",
    }


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("5", ["WT112 4:5"]),
        ("{}", ["WT111 4:5", "WT111 4:5"]),
        ("{id: a}", ["WT111 4:5"]),
        ("{id: a, task: load, partail: {}}", ["WT110 4:25"]),
        ("{id: 5, task: load}", ["WT112 4:10"]),
        ("{id: a b, task: load}", ["WT114 4:10"]),
        ("{id: for, task: load}", ["WT114 4:10"]),
        ("{id: params, task: load}", ["WT114 4:10"]),
        ("{id: a, task: [load]}", ["WT112 4:19"]),
        ("{id: a, task: load, name: 5}", ["WT112 4:31"]),
        ("{id: a, task: load, partial: [x]}", ["WT112 4:34"]),
        ("{id: a, task: load, map: x}", ["WT112 4:30"]),
        ("{id: a, task: load, map: {argnames: path}}", ["WT111 4:30"]),
        ("{id: a, task: load, map: {argvalues: []}}", ["WT111 4:30"]),
        ("{id: a, task: load, map: {argnames: [], argvalues: []}}", ["WT113 4:41"]),
        ("{id: a, task: load, map: {argnames: 5, argvalues: []}}", ["WT112 4:41"]),
        ("{id: a, task: load, map: {argname: path, argvalues: []}}", ["WT111 4:30", "WT110 4:31"]),
        ("{id: a, task: load, skipif: never}", ["WT112 4:33"]),
        ("{id: a, task: load, skipif: {conditions: never}}", ["WT112 4:46"]),
        ("{id: a, task: load, skipif: {conditions: [5]}}", ["WT112 4:47"]),
        ("{id: a, task: load, skipif: {unpack_depth: -1}}", ["WT113 4:48"]),
        ("{id: a, task: load, skipif: {unpack_depth: true}}", ["WT112 4:48"]),
        ("{id: a, task: load, skipif: {condition: []}}", ["WT110 4:34"]),
        ("{type: task-group}", ["WT111 4:5", "WT111 4:5", "WT111 4:5"]),
        ("{type: group, title: t, description: d, tasks: []}", ["WT113 4:12"]),
        ("{title: t, description: d, tasks: []}", ["WT111 4:5"]),
        ("{type: task-group, title: 5, description: [], tasks: {}}", ["WT112 4:31", "WT112 4:47", "WT112 4:58"]),
        ("{type: task-group, title: t, description: d, task: []}", ["WT111 4:5", "WT110 4:50"]),
    ],
)
def test_everything_wrong_is_placed(instance: str, expected: list[str], found: Found) -> None:
    assert found(f"- {instance}") == expected


def test_map_and_mapvalues_exclude_each_other(found: Found) -> None:
    mapping = "{argnames: path, argvalues: []}"
    assert found(f"- {{id: a, task: load, map: {mapping}, mapvalues: {mapping}}}") == ["WT113 4:63"]


def test_a_group_in_a_group_is_refused(found: Found) -> None:
    group = "{type: task-group, title: t, description: d, tasks: [{type: task-group, title: u, tasks: []}]}"
    assert found(f"- {group}") == ["WT113 4:58"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("'${{ workflow.a.retrun }}'", "WT116"),
        ("'${{ a }}'", "WT116"),
        ("'{{ workflow.a.return }}'", "WT116"),
        ("'${{ env.A }}${{ env.B }}'", "WT117"),
        ("'x ${{ env.A }}'", "WT117"),
        ("['x ${{ env.A }}']", "WT117"),
        ("{'${{ env.A }}': 1}", "WT117"),
    ],
)
def test_what_is_nearly_an_expression_is_reported(value: str, code: str, diagnose: Diagnose) -> None:
    text = "id: demo\nrequirements: []\nworkflow:\n  - {id: a, task: load}\n  - id: b\n    task: anything\n"
    text += f"    partial: {{x: {value}}}\n"
    (found,) = diagnose(text)
    assert found.code == code
    assert found.severity == ("warning" if code == "WT117" else "error")
    assert found.line == 7
