from __future__ import annotations

import json
import subprocess
import sys

ALLOWED = {"wt_task", "wt_contracts", "pydantic", "pydantic_core", "annotated_types", "typing_inspection"}
ALLOWED |= {"typing_extensions"}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys, json; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def foreign(modules: set[str]) -> set[str]:
    before = loaded_by("pass")
    known = sys.stdlib_module_names | ALLOWED
    new = {name.partition(".")[0] for name in modules - before}
    return {name for name in new - known if not name.startswith("_sysconfigdata")}  # its name has the platform in it


def test_importing_brings_the_standard_library_alone():
    modules = loaded_by("import wt_task")
    assert not foreign(modules)
    assert not {name for name in modules if name.startswith("pydantic")}
    assert not modules & {"asyncio", "concurrent.futures", "inspect", "unittest", "multiprocessing", "pathlib"}


def test_every_public_module_brings_nothing_but_pydantic_and_the_standard_library():
    names = ("events", "skip", "env", "errors", "executors", "tracing", "testing", "task", "validation", "fan_out")
    assert not foreign(loaded_by("; ".join(f"import wt_task.{name}" for name in names)))


def test_a_whole_chain_brings_nothing_but_pydantic_and_the_standard_library():
    chain = ".validate().set_task_instance_id('x').handle_errors().with_tracing().skipif([]).partial().call(0)"
    modules = loaded_by(f"from wt_task import task; task(abs){chain}")
    assert "pydantic" in modules
    assert not foreign(modules)


def test_the_public_names_are_there():
    import wt_task

    for name in wt_task.__all__:
        assert getattr(wt_task, name) is not None
