from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError
from wt_contracts.registry import RegistryEntry, RegistryMetadata, RegistryOutput, RegistryProblem

OLD_ENTRY = {
    "metadata": {
        "title": "Load",
        "description": None,
        "tags": ["io"],
        "deprecated": False,
        "deprecation_message": None,
    },
    "module_path": "lib.tasks._load",
    "public_module_path": "lib.tasks",
    "function_name": "load",
    "import_statement": "from lib.tasks import load as load",
    "json_schema": {"type": "object", "properties": {"path": {"type": "string", "vendor:advanced": True}}},
}

schemas = st.dictionaries(st.text(), st.none() | st.booleans() | st.text() | st.lists(st.text()), max_size=3)
metadata = st.builds(
    RegistryMetadata,
    title=st.none() | st.text(),
    description=st.none() | st.text(),
    tags=st.lists(st.text()),
    deprecated=st.booleans(),
    deprecation_message=st.none() | st.text(),
)
entries = st.builds(RegistryEntry, metadata=metadata, json_schema=schemas, return_schema=st.none() | schemas)
outputs = st.builds(
    RegistryOutput,
    entries=st.dictionaries(st.text(), entries, max_size=3),
    problems=st.lists(st.builds(RegistryProblem), max_size=2),
    version=st.sampled_from(["1.0", "1.1.0", "1.7"]),
)


@given(outputs)
def test_output_survives_json(output):
    assert msgspec.json.decode(msgspec.json.encode(output).decode(), type=RegistryOutput) == output


def test_output_of_version_1_0_is_read_without_return_schemas():
    output = msgspec.convert({"entries": {"lib.tasks._load.load": OLD_ENTRY}, "version": "1.0"}, type=RegistryOutput)

    entry = output.entries["lib.tasks._load.load"]
    assert entry.return_schema is None
    assert entry.is_async is False
    assert output.problems == []


def test_vendor_keys_of_a_schema_are_kept():
    entry = msgspec.convert(OLD_ENTRY, type=RegistryEntry)

    assert entry.json_schema["properties"]["path"]["vendor:advanced"] is True


def test_keys_of_a_later_minor_version_are_no_obstacle():
    output = msgspec.convert({"entries": {"x": OLD_ENTRY | {"later": 1}}, "version": "1.9"}, type=RegistryOutput)

    assert output.entries["x"].function_name == "load"


@pytest.mark.parametrize(("version", "side"), [("2.0.0", "reads it"), ("0.3", "wrote it")])
def test_an_unknown_major_version_says_which_side_to_upgrade(version, side):
    with pytest.raises(ValidationError, match=f"upgrade wt-contracts on the side that {side}"):
        msgspec.convert({"entries": {}, "version": version}, type=RegistryOutput)


def test_metadata_is_empty_unless_the_author_says_something():
    assert RegistryMetadata() == RegistryMetadata(title=None, description=None, tags=[], deprecated=False)
