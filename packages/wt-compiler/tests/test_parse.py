"""The grammar of a spec's root."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wt_compiler.document import parse_document
from wt_compiler.parse import parse_spec
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

Diagnose = Callable[..., list[Diagnostic]]


@pytest.mark.parametrize("text", ["", "# nothing\n", "just a text\n", "5\n", "[1, 2]\n", "null\n"])
def test_what_is_no_mapping_is_no_spec(text: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        parse_spec(parse_document(text, "spec.yaml"))
    (found,) = caught.value.diagnostics
    assert found.code == "WT112"
    assert "a spec must be a mapping" in found.message


def test_missing_keys_are_all_reported(diagnose: Diagnose) -> None:
    found = diagnose("metadata: {}\n")
    assert [item.code for item in found] == ["WT111"] * 3
    assert [item.message.split("'")[1] for item in found] == ["id", "requirements", "workflow"]


def test_a_minimal_spec_is_a_spec(diagnose: Diagnose) -> None:
    assert diagnose("id: demo\nrequirements: []\nworkflow: []\n") == []


def test_an_unknown_key_is_reported_with_the_near_miss(diagnose: Diagnose) -> None:
    (found,) = diagnose("id: demo\nrequirements: []\nworkflow: []\nrjsf-override: {}\n")
    assert (found.code, found.line, found.column) == ("WT110", 4, 1)
    assert found.hint == "did you mean 'rjsf-overrides'?"
    assert found.source == "rjsf-override: {}"


def test_very_many_unknown_keys_are_counted(diagnose: Diagnose) -> None:
    found = diagnose("".join(f"key{number}: x\n" for number in range(1000)))
    assert len(found) < 30
    assert any("980 more unknown keys" in item.message for item in found)


@pytest.mark.parametrize("name", ["5", "class", "my-spec", "''", "print", "x" * 65, "null", "[a]"])
def test_the_id_must_be_an_identifier(name: str, diagnose: Diagnose) -> None:
    (found,) = diagnose(f"id: {name}\nrequirements: []\nworkflow: []\n")
    assert found.code in ("WT112", "WT114")
    assert (found.line, found.column) == (1, 5)


def test_an_id_with_wrong_characters_is_repaired_in_the_hint(diagnose: Diagnose) -> None:
    (found,) = diagnose("id: my-spec\nrequirements: []\nworkflow: []\n")
    assert found.hint == "write 'my_spec'"


def test_metadata_keeps_unknown_keys(compiled: Callable[..., object]) -> None:
    spec = parse_spec(
        parse_document(
            "id: demo\nrequirements: []\nworkflow: []\n"
            "metadata: {name: N, license: null, maintainers: [{name: A, email: a@b.c, orcid: 1}], own: {deep: [1]}}\n",
            "spec.yaml",
        )
    )
    assert not spec.findings.failed
    assert spec.metadata["own"] == {"deep": [1]}
    assert spec.metadata["maintainers"][0]["orcid"] == 1


def test_well_known_metadata_has_its_type(diagnose: Diagnose) -> None:
    found = diagnose(
        """\
        id: demo
        requirements: []
        workflow: []
        metadata:
          name: 5
          description: [a]
          maintainers: [me]
          keywords: x
        """
    )
    assert [f"{item.code} {item.line}:{item.column}" for item in found] == [
        "WT112 5:9",
        "WT112 6:16",
        "WT112 7:17",
        "WT112 8:13",
    ]


def test_defaults_know_only_skipif(diagnose: Diagnose) -> None:
    (found,) = diagnose("id: demo\nrequirements: []\nworkflow: []\ntask-instance-defaults: {skip: {}}\n")
    assert (found.code, found.hint) == ("WT110", "did you mean 'skipif'?")


def test_an_unknown_section_of_overrides_is_refused(diagnose: Diagnose) -> None:
    (found,) = diagnose("id: demo\nrequirements: []\nworkflow: []\nrjsf-overrides: {uischema: {}}\n")
    assert (found.code, found.hint) == ("WT110", "did you mean 'uiSchema'?")


def test_an_override_path_has_no_empty_part(diagnose: Diagnose) -> None:
    found = diagnose("id: demo\nrequirements: []\nworkflow: []\nrjsf-overrides: {properties: {'a..b': 1}}\n")
    assert found[0].code == "WT113"


def test_sections_that_are_null_are_absent(diagnose: Diagnose) -> None:
    text = "id: demo\nrequirements: []\nworkflow: []\nmetadata:\nrjsf-overrides:\ntask-instance-defaults:\n"
    assert diagnose(text) == []


@pytest.mark.parametrize(
    "text", ["workflow: 5", "workflow: {}", "workflow:", "metadata: 5", "rjsf-overrides: []", "requirements: {}"]
)
def test_every_section_has_its_type(text: str, diagnose: Diagnose) -> None:
    key = text.partition(":")[0]
    rest = {"id": "demo", "requirements": "[]", "workflow": "[]"}
    lines = [text, *(f"{name}: {value}" for name, value in rest.items() if name != key)]
    found = diagnose("\n".join(lines))
    assert [item.code for item in found] == ["WT112"]
