"""`@step`, its registry, and how decorated steps find their way into a pipeline."""

from __future__ import annotations

import asyncio
import importlib
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wt_engine import (
    AutoRegister,
    DefinitionError,
    Pipeline,
    PipelineAsync,
    StepRegistry,
    clear_registry,
    get_step_registry,
    step,
)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    clear_registry()
    yield
    clear_registry()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of steps in three modules, one of them deeper."""
    files = {
        "__init__.py": "",
        "report.py": """
            from wt_engine import step
            from sales_steps.clean import clean
            @step(depends_on=["clean"], tags=["out"])
            def report(data):
                return {"report": clean.__name__ + str(data["rows"])}
        """,
        "clean.py": """
            from wt_engine import step
            @step(depends_on=["extract"], retry_count=2, retry_delay=0, tags=["etl"])
            async def clean(data):
                return {"rows": [row for row in data["rows"] if row]}
        """,
        "sources/__init__.py": "",
        "sources/database.py": """
            from wt_engine import step
            tries = []
            @step(name="extract", retry_count=3, retry_delay=0, tags=["etl", "in"])
            def read(data):
                tries.append(1)
                if len(tries) < 3:
                    raise OSError("not yet")
                return {"rows": [1, None, 2], "tries": len(tries)}
        """,
        "__main__.py": "raise SystemExit('imported')",
    }
    root = tmp_path / "sales_steps"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        lines = text.strip("\n").split("\n")
        path.write_text("\n".join(line.removeprefix(" " * 12) for line in lines) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield root
    for name in [name for name in sys.modules if name.split(".")[0] == "sales_steps"]:
        del sys.modules[name]


def test_a_decorated_function_stays_what_it_was():
    @step(version="v3", description="Adds one.")
    def add(data):
        return {"n": data["n"] + 1}

    assert add({"n": 1}) == {"n": 2}
    assert Pipeline("one").set_steps([add]).describe()["steps"][0]["version"] == "v3"
    assert get_step_registry().get("add") is add


def test_it_may_be_bare():
    @step
    def add(data):
        """Add one.

        More words.
        """

    assert get_step_registry().names() == ["add"]
    assert next(iter(get_step_registry())).settings.description == "Add one."


def test_a_decorated_coroutine_works_in_an_async_pipeline():
    @step(name="fetch", retry_count=3, timeout=5)
    async def fetch(data):
        return {"got": True}

    assert asyncio.run(PipelineAsync("async").set_steps([fetch]).run()) == {"got": True}
    assert Pipeline("sync").set_steps([fetch]).run() == {"got": True}


def test_a_decorated_class_works_as_a_class_and_as_an_instance():
    @step(name="double", version="v2")
    class Double:
        def __init__(self, by: int = 2) -> None:
            self.by = by

        def __call__(self, data):
            return {"n": data["n"] * self.by}

    assert Pipeline("class").set_steps([Double, Double(5)]).run({"n": 1}) == {"n": 10}
    assert [one["name"] for one in Pipeline("class").set_steps([Double, Double(5)]).describe()["steps"]] == [
        "double"
    ] * 2


def test_its_retries_and_timeout_hold_however_it_is_added():
    for add in ("set_steps", "add_state", "register_all"):
        clear_registry()
        tries: list[int] = []

        @step(retry_count=2, retry_delay=0, retry_on_exceptions=(OSError,))
        def flaky(data, tries=tries):
            tries.append(1)
            if len(tries) < 3:
                raise OSError("again")
            return {"tries": len(tries)}

        @step(timeout=0.01, retry_count=0)
        async def slow(data):
            await asyncio.Event().wait()

        pipeline = Pipeline(add, max_retries=5, retry_delay=0)
        if add == "set_steps":
            pipeline.set_steps([flaky, slow])
        elif add == "add_state":
            pipeline.add_state("flaky", flaky).add_state("slow", slow)
        else:
            AutoRegister.register_all(pipeline)
        with pytest.raises(TimeoutError, match="Step 'slow' timed out"):
            pipeline.run()
        assert len(tries) == 3


def test_what_is_said_where_a_step_is_added_counts_above_its_decorator():
    @step(version="v1", timeout=5, retry_count=2)
    def load(data): ...

    about = Pipeline("two").add_state("other", load, version="v9", timeout=1).describe()["steps"][0]
    assert (about["name"], about["version"], about["timeout"], about["retry_count"]) == ("other", "v9", 1, 2)
    assert Pipeline("two").set_steps([(load, "x")]).describe()["steps"][0]["version"] == "v1"


def test_neighbours_that_say_parallel_run_at_the_same_time():
    import threading

    met = threading.Barrier(2, timeout=30)

    def meet(data):
        met.wait()
        return {"n": data["n"] + 1}

    one, two = (step(name=name, parallel=True)(lambda data: meet(data)) for name in "ab")
    assert Pipeline("side").set_steps([one, two, lambda data: {"n": data["n"] * 10}]).run({"n": 1}) == {"n": 30}


def test_two_steps_of_one_name_are_an_error_with_both_places():
    @step(name="load")
    def one(data): ...

    with pytest.raises(DefinitionError, match=r"two steps named 'load': one at .*\.py:\d+, one at .*\.py:\d+"):

        @step(name="load")
        def two(data): ...

    step(name="load", registry=StepRegistry())(lambda data: None)


def test_a_module_that_is_reloaded_takes_its_own_place(package):
    module = importlib.import_module("sales_steps.clean")
    importlib.reload(module)
    assert get_step_registry().get("clean") is module.clean


@pytest.mark.parametrize("options", [{"timeout": -1}, {"retry_count": 1.5}, {"retry_on_exceptions": ["OSError"]}])
def test_wrong_settings_are_refused_at_the_decorator(options):
    with pytest.raises(DefinitionError):
        step(name="wrong", **options)(lambda data: None)
    with pytest.raises(DefinitionError, match="decorates a function or a class"):
        step(name="wrong")(3)


def test_decorated_things_can_be_pickled(package):
    module = importlib.import_module("sales_steps.clean")
    assert pickle.loads(pickle.dumps(module.clean)) is module.clean


@pytest.mark.parametrize("by_name", [True, False])
def test_a_package_is_discovered_with_its_settings_and_in_order(package, by_name):
    source: Any = "sales_steps" if by_name else importlib.import_module("sales_steps")
    pipeline = Pipeline("sales")
    assert sorted(AutoRegister.register_all(pipeline, source)) == ["clean", "extract", "report"]
    assert pipeline.run() == {"rows": [1, 2], "tries": 3, "report": "clean[1, 2]"}


def test_a_module_is_discovered_without_what_it_imports(package):
    pipeline = Pipeline("clean")
    assert AutoRegister.register_all(pipeline, "sales_steps.sources.database") == ["extract"]
    assert AutoRegister.register_all(Pipeline("deep"), "sales_steps.sources") == ["extract"]


def test_steps_are_added_by_tag(package):
    importlib.import_module("sales_steps.report")
    pipeline = Pipeline("etl")
    assert sorted(AutoRegister.register_by_tag(pipeline, "etl", "sales_steps")) == ["clean", "extract"]
    assert AutoRegister.register_by_tag(Pipeline("out"), ["out"]) == ["report"]


def test_steps_are_discovered_in_the_order_of_their_lines():
    registry = StepRegistry()
    for name in "cab":
        step(name=name, registry=registry)(lambda data, name=name: {"seen": data.get("seen", "") + name})
    pipeline = Pipeline("order")
    assert AutoRegister.register_all(pipeline, registry) == ["c", "a", "b"]
    assert AutoRegister.register_all(Pipeline("keyword"), registry=registry) == ["c", "a", "b"]
    assert pipeline.run() == {"seen": "cab"}


def test_nothing_to_register_is_an_error():
    with pytest.raises(DefinitionError, match="no such steps in json"):
        AutoRegister.register_all(Pipeline("none"), "json")
    with pytest.raises(DefinitionError, match="no such steps in registry"):
        AutoRegister.register_by_tag(Pipeline("none"), "etl")
    with pytest.raises(DefinitionError, match="in a module, a package or a registry"):
        AutoRegister.register_all(Pipeline("none"), 3)  # type: ignore[arg-type]


def test_a_registry_knows_its_steps():
    registry = StepRegistry()
    step(name="load", tags="in", registry=registry)(lambda data: None)
    assert "load" in registry
    assert len(registry) == 1
    assert [one.name for one in registry.by_tag("in", "out")] == ["load"]
    with pytest.raises(LookupError, match="Did you mean 'load'"):
        registry.get("laod")
    with pytest.raises(DefinitionError, match="not decorated"):
        registry.register(lambda data: None)
