from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from wt_contracts.result import WorkflowResult


@pytest.mark.parametrize("result", [None, 3, "text", [1, {"a": None}], {"nested": {"x": [1.5]}}])
def test_a_result_of_any_shape_has_exactly_three_keys(result):
    document = json.loads(json.dumps(asdict(WorkflowResult(result=result))))

    assert document == {"result": result, "error": None, "trace": None}
    assert WorkflowResult(**document).result == result


def test_a_fourth_key_is_refused():
    with pytest.raises(TypeError):
        WorkflowResult(result=1, error=None, trace=None, status="ok")
