"""What a run imports: it starts cold each time, and pays for every module."""

from __future__ import annotations

import json

HEAVY = ("obstore", "yaml", "jsonschema_rs", "opentelemetry", "asyncio", "multiprocessing", "unittest", "inspect")
LIST = "import sys\n\ndef main(params):\n    return sorted(sys.modules)\n"


def modules(demo) -> set[str]:
    return {name.split(".")[0] for name in demo.result["result"]}


def test_a_run_without_parameters_imports_no_validator_no_yaml_no_store(demo):
    schema = demo.directory / "wt_demo_workflow" / "params.json"
    schema.write_text(json.dumps({"properties": {}, "additionalProperties": False}))
    demo.write_run(LIST)

    demo("run", "--config-json", "{}")

    assert modules(demo) & {*HEAVY} <= {"inspect"}


def test_parameters_as_json_in_a_file_need_no_yaml(demo, tmp_path):
    demo.write_run(LIST)
    (tmp_path / "params").write_text('{"load": {"path": "x"}}')

    demo("run", "--config-file", str(tmp_path / "params"))

    assert "yaml" not in modules(demo)
    assert "jsonschema_rs" in modules(demo)
