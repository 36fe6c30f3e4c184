"""Which edits of a library change what a task depends on, and which do not."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_task.source_closure import SourceClosures

_NUMBERS = itertools.count()

FILES = {
    "__init__.py": "from .tasks import mean, total\n",
    "tasks.py": """
        '''Tasks.'''
        import functools
        import math

        from . import units
        from .numbers import FACTOR, add, Base
        from .spare import never

        LIMIT = 3
        OTHER = 4


        @functools.cache
        def mean(values):
            '''The mean.'''
            # a comment
            return add(values) / len(values) * LIMIT


        def total(values):
            return units.shown(math.fsum(values))


        def alone(value):
            return value + OTHER


        def made(kind):
            return Base().name(kind)
        """,
    "numbers.py": """
        FACTOR = 2


        def add(values):
            return sum(values) * FACTOR


        def unused():
            return 1


        class Base:
            def name(self, kind):
                return kind


        class Sub(Base):
            def name(self, kind):
                return kind * 2
        """,
    "units.py": """
        UNIT = "m"


        def shown(value):
            return f"{value} {UNIT}"
        """,
    "spare.py": """
        def never():
            return 0
        """,
}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Writes the library, with one text replaced, and gives the hashes of its tasks."""
    import textwrap

    name = f"closed{next(_NUMBERS)}"
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / name).mkdir()

    def write(file: str = "tasks.py", before: str = "", after: str = "") -> dict[str, str]:
        for each, content in FILES.items():
            text = textwrap.dedent(content).lstrip()
            if each == file:
                assert before in text
                text = text.replace(before, after, 1) if before else text + after
            (tmp_path / name / each).write_text(text)
        closures = SourceClosures([name])
        return {task: closures.digest(f"{name}.tasks", task) for task in ("mean", "total", "alone", "made")}

    return write


@pytest.mark.parametrize(
    ("file", "before", "after", "changed"),
    [
        ("tasks.py", "# a comment", "# another one", set()),
        ("tasks.py", "'''Tasks.'''", "'''The tasks.'''", set()),
        ("tasks.py", "* LIMIT", "+ LIMIT", {"mean"}),
        ("tasks.py", "LIMIT = 3", "LIMIT = 4", {"mean"}),
        ("tasks.py", "@functools.cache", "@functools.lru_cache", {"mean"}),
        ("tasks.py", "math.fsum", "sum", {"total"}),
        ("tasks.py", "import FACTOR, add, Base", "import add, Base", set()),
        ("tasks.py", "import math", "import cmath as math", {"total"}),
        ("tasks.py", "OTHER = 4", "OTHER = 5", {"alone"}),
        ("numbers.py", "sum(values) *", "sum(values) +", {"mean"}),
        ("numbers.py", "FACTOR = 2", "FACTOR = 3", {"mean"}),
        ("numbers.py", "return 1", "return 2", set()),
        ("numbers.py", "kind * 2", "kind * 3", {"made"}),
        ("numbers.py", "return kind\n", "return str(kind)\n", {"made"}),
        ("units.py", 'UNIT = "m"', 'UNIT = "km"', {"total"}),
        ("spare.py", "return 0", "return 1", set()),
        ("spare.py", "", "\nprint('hello')\n", {"mean", "total", "alone", "made"}),
        ("numbers.py", "", "\nadd.limit = 3\n", {"mean", "total", "alone", "made"}),
        ("__init__.py", "", "import warnings\nwarnings.simplefilter('ignore')\n", {"mean", "total", "alone", "made"}),
    ],
)
def test_an_edit_changes_what_depends_on_it(library, file, before, after, changed) -> None:
    first = library()

    second = library(file, before, after)

    assert {task for task in first if first[task] != second[task]} == changed


@pytest.mark.parametrize("word", ["importlib.import_module('x')", "eval('1')", "open(__file__)", "globals()['LIMIT']"])
def test_where_names_cannot_be_read_every_edit_counts(library, word) -> None:
    first = library("tasks.py", "math.fsum(values)", word)
    second = library("tasks.py", "math.fsum(values)", f"{word} or 0")

    assert first["total"] != second["total"]
    assert first["mean"] == second["mean"]


def test_a_function_that_a_decorator_of_the_library_takes_counts_for_all(library) -> None:
    register = (
        "\nHANDLERS = []\n\ndef handler(f):\n    HANDLERS.append(f)\n    return f\n\n@handler\ndef one():\n    return "
    )

    first, second = library("tasks.py", "", f"{register}1\n"), library("tasks.py", "", f"{register}2\n")

    assert first["alone"] != second["alone"]


def test_a_task_is_followed_into_another_library_that_is_written_beside(tmp_path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "above_one.py").write_text("from below_one import f\n\ndef g():\n    return f()\n")
    found: dict[int, list[str]] = {}
    for value in (1, 2):
        (tmp_path / "below_one.py").write_text(f"def f():\n    return {value}\n")
        libraries = (["above_one", "below_one"], ["above_one"])
        found[value] = [SourceClosures(each).digest("above_one", "g") for each in libraries]

    assert found[1][0] != found[2][0]
    assert found[1][1] == found[2][1]


def test_the_methods_of_an_argument_belong_to_the_key(tmp_path, monkeypatch) -> None:
    from wt_task.call_key import call_key

    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "shapes_one.py"
    file.write_text(
        "class Shape:\n    def area(self):\n        return 1\n\ndef area(shape):\n    return shape.area()\n"
    )
    import shapes_one  # type: ignore[import-not-found]

    def key() -> str:
        closures = SourceClosures(["shapes_one"])
        made = call_key(shapes_one.area, (), {"shape": shapes_one.Shape()}, environment="", salt=b"", closures=closures)
        return made.text

    first = key()
    file.write_text(file.read_text().replace("return 1", "return 2"))

    assert key() != first
