from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError
from wt_contracts.forms import FormLayout, formdata_to_params, params_to_formdata, runnable_schema

LAYOUT = FormLayout(groups={"Where": ["load", "clean"], "What": ["chart"]})

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
identifiers = st.from_regex(r"[a-z_][a-z0-9_]{0,6}", fullmatch=True)
titles = st.text(min_size=1)


@st.composite
def layouts_and_params(draw: st.DrawFn) -> tuple[FormLayout, dict[str, Any]]:
    """A layout as the compiler writes it (a title may be the id of a member only), and parameters for it."""
    ids = draw(st.lists(identifiers, unique=True, max_size=8))
    names = draw(st.lists(titles | st.sampled_from(ids) if ids else titles, unique=True, max_size=3))
    homes = [draw(st.sampled_from(names if id_ in names else [None, *names])) for id_ in ids]
    groups = {name: [id_ for id_, home in zip(ids, homes, strict=True) if home == name] for name in names}
    given_ids = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    params = {id_: draw(st.dictionaries(identifiers, values, max_size=3)) for id_ in given_ids}
    return FormLayout(groups={name: members for name, members in groups.items() if members}), params


@given(layouts_and_params())
def test_params_survive_the_way_to_form_data_and_back(case):
    layout, params = case

    assert formdata_to_params(params_to_formdata(params, layout), layout) == params


@given(layouts_and_params())
def test_form_data_survives_the_way_to_params_and_back(case):
    layout, params = case
    formdata = params_to_formdata(params, layout)

    assert params_to_formdata(formdata_to_params(formdata, layout), layout) == formdata


@given(layouts_and_params())
def test_neither_direction_changes_its_input(case):
    layout, params = case
    before = copy.deepcopy(params)
    formdata = params_to_formdata(params, layout)
    formdata_before = copy.deepcopy(formdata)
    formdata_to_params(formdata, layout)

    assert params == before
    assert formdata == formdata_before


def test_members_stand_under_their_group():
    params = {"load": {"path": "a"}, "title": {"text": "x"}, "chart": {"kind": "bar"}}

    assert params_to_formdata(params, LAYOUT) == {
        "Where": {"load": {"path": "a"}},
        "title": {"text": "x"},
        "What": {"chart": {"kind": "bar"}},
    }


def test_groups_without_a_given_member_do_not_appear():
    assert params_to_formdata({"load": {}}, LAYOUT) == {"Where": {"load": {}}}
    assert params_to_formdata({}, LAYOUT) == {}


def test_an_empty_group_of_a_form_gives_no_parameters():
    assert formdata_to_params({"Where": {}, "What": {"chart": {}}}, LAYOUT) == {"chart": {}}


def test_a_layout_that_lost_an_instance_is_no_key_error():
    assert params_to_formdata({"removed": {"a": 1}}, LAYOUT) == {"removed": {"a": 1}}
    assert formdata_to_params({"removed": {"a": 1}}, LAYOUT) == {"removed": {"a": 1}}


def test_what_the_layout_does_not_know_stays_for_validation_to_refuse():
    assert formdata_to_params({"Where": {"nobody": 1}, "Elsewhere": {"x": 2}}, LAYOUT) == {
        "nobody": 1,
        "Elsewhere": {"x": 2},
    }
    assert formdata_to_params({"Where": 3}, LAYOUT) == {"Where": 3}


def test_an_instance_that_is_given_twice_is_refused():
    with pytest.raises(ValueError, match="'load' is given twice"):
        formdata_to_params({"load": {"a": 1}, "Where": {"load": {"a": 2}}}, LAYOUT)


def test_a_layout_survives_json_and_an_unknown_major_version_is_refused():
    assert msgspec.json.decode(msgspec.json.encode(LAYOUT).decode(), type=FormLayout) == LAYOUT
    with pytest.raises(ValidationError, match="upgrade wt-contracts on the side that reads it"):
        msgspec.convert({"groups": {}, "version": "2.0"}, type=FormLayout)


def test_a_run_needs_every_instance_that_has_a_required_parameter():
    published = {
        "properties": {
            "load": {"type": "object", "properties": {"path": {}}, "required": ["path"]},
            "clean": {"type": "object", "properties": {"deep": {}}, "required": []},
            "chart": {"type": "object", "properties": {"kind": {}}},
        },
        "additionalProperties": False,
    }
    before = copy.deepcopy(published)

    schema = runnable_schema(published)

    assert schema["required"] == ["load"]
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert published == before
