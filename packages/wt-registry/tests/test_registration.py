from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
import wt_registry
from wt_registry import DuplicateRegistrationError, get_registry, register


def test_registering_leaves_the_function_unchanged():
    def double(x: int) -> int:
        return 2 * x

    assert register(title="Twice")(double) is double


def test_register_works_without_parentheses():
    @register
    def double(x: int) -> int:
        return 2 * x

    (registration,) = get_registry().values()
    assert registration.function is double
    assert registration.metadata.title == "Double"


def test_what_the_author_says_is_kept():
    @register(title="T", description="D", tags=["io", "x"], deprecated=True, deprecation_message="use y")
    def old() -> None:
        """Something else."""

    (registration,) = get_registry().values()
    assert registration.metadata == wt_registry.Metadata("T", "D", ("io", "x"), True, "use y")


def test_the_title_defaults_to_the_name_in_title_case():
    @register()
    def load_daily_weather() -> None: ...

    (registration,) = get_registry().values()
    assert registration.metadata.title == "Load Daily Weather"


@pytest.mark.parametrize(
    ("docstring", "description"),
    [
        (None, None),
        ("", None),
        ("Load it.", "Load it."),
        ("\n    Load it\n\n    And more.\n", "Load it"),
        ("Load it.\nAnd more.", "Load it."),
        ("Load a sentence\n    that goes on.\n    And more.", "Load a sentence that goes on."),
    ],
)
def test_the_description_defaults_to_the_first_sentence_of_the_docstring(docstring, description):
    def task() -> None: ...

    task.__doc__ = docstring
    register()(task)
    (registration,) = get_registry().values()
    assert registration.metadata.description == description


def test_an_empty_description_of_the_authors_stays_empty():
    @register(description="")
    def task() -> None:
        """Documented."""

    (registration,) = get_registry().values()
    assert registration.metadata.description == ""


def test_two_functions_of_one_name_in_one_module_are_refused():
    def define_one():
        def task() -> None: ...

        return task

    def define_other():
        def task() -> None: ...

        task.__qualname__ = define_one().__qualname__
        return task

    register()(define_one())
    with pytest.raises(DuplicateRegistrationError, match="registered twice"):
        register()(define_other())


def test_one_function_registered_twice_is_refused():
    def task() -> None: ...

    register()(task)
    with pytest.raises(DuplicateRegistrationError):
        register()(task)


def test_a_reloaded_module_replaces_its_tasks(write, load):
    write("reloaded.py", "from wt_registry import register\n@register()\ndef task() -> int:\n    return 1\n")
    module = load("reloaded")
    first = module.task
    importlib.reload(module)
    assert get_registry()["reloaded.task"].function is module.task is not first


def test_what_is_no_function_is_refused_at_once():
    with pytest.raises(TypeError, match="takes a function, and its own arguments by keyword"):
        register("My title")


def test_the_registry_cannot_be_changed_from_outside():
    with pytest.raises(TypeError):
        get_registry()["x"] = None  # type: ignore[index]  # that is the point


def test_importing_wt_registry_brings_only_the_standard_library():
    code = "import sys; before = set(sys.modules); import wt_registry; print(*sorted(set(sys.modules) - before))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    packages = {name.split(".")[0] for name in output.split()}
    assert packages - set(sys.stdlib_module_names) == {"wt_registry"}


def test_describing_brings_nothing_but_pydantic():
    code = (
        "import sys; before = set(sys.modules); import wt_registry; wt_registry.to_json();"
        " print(*sorted(set(sys.modules) - before))"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    packages = {name.split(".")[0] for name in output.split()} - set(sys.stdlib_module_names)
    packages = {name for name in packages if not name.startswith("_sysconfigdata")}
    pydantic = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
    assert packages <= pydantic | {"wt_registry"}


def test_unknown_attributes_of_the_package_are_errors():
    with pytest.raises(AttributeError, match="nothing"):
        _ = wt_registry.nothing
