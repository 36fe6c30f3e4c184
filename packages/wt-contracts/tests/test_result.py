from __future__ import annotations

import json

import pytest
from pydantic import ValidationError
from wt_contracts.result import WorkflowResult


@pytest.mark.parametrize("result", [None, 3, "text", [1, {"a": None}], {"nested": {"x": [1.5]}}])
def test_a_result_of_any_shape_has_exactly_three_keys(result):
    document = json.loads(WorkflowResult(result=result).model_dump_json())

    assert document == {"result": result, "error": None, "trace": None}
    assert WorkflowResult.model_validate(document).result == result


def test_a_fourth_key_is_refused():
    with pytest.raises(ValidationError):
        WorkflowResult.model_validate({"result": 1, "error": None, "trace": None, "status": "ok"})
