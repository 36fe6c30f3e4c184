from __future__ import annotations

from wt_registry import get_registry
from wt_registry.public_modules import public_module_paths

TASK = "from wt_registry import register\n@register()\ndef task() -> int:\n    return 1\n"


def public_path(*roots: str) -> str:
    (path,) = public_module_paths(roots, get_registry()).values()
    return path


def test_the_shortest_module_that_exposes_the_task_wins(write, load):
    write("pkg/_impl.py", TASK)
    write("pkg/longer.py", "from pkg._impl import task\n")
    write("pkg/b.py", "from pkg._impl import task\n")
    write("pkg/__init__.py", "from pkg import b, longer\n")
    load("pkg")
    assert public_path("pkg") == "pkg.b"


def test_of_two_equally_short_modules_the_alphabetically_first_wins(write, load):
    write("pkg/_impl.py", TASK)
    write("pkg/b.py", "from pkg._impl import task\n")
    write("pkg/a.py", "from pkg._impl import task\n")
    write("pkg/__init__.py", "from pkg import b, a\n")
    load("pkg")
    assert public_path("pkg") == "pkg.a"


def test_a_task_that_no_public_module_exposes_keeps_its_own_module(write, load):
    write("pkg/_impl.py", TASK)
    write("pkg/__init__.py", "import pkg._impl\n")
    load("pkg")
    assert public_path("pkg") == "pkg._impl"


def test_a_task_exposed_under_another_name_only_keeps_its_own_module(write, load):
    write("pkg/_impl.py", TASK)
    write("pkg/__init__.py", "from pkg._impl import task as other\n")
    load("pkg")
    assert public_path("pkg") == "pkg._impl"


def test_modules_that_refer_to_each_other_in_a_circle_are_walked_once(write, load):
    write("pkg/one.py", "import pkg\nfrom pkg import two\n")
    write("pkg/two.py", "import pkg\nfrom pkg import one\n" + TASK)
    write("pkg/__init__.py", "from pkg import one, two\n")
    load("pkg")
    assert public_path("pkg") == "pkg.two"


def test_modules_of_other_packages_are_not_walked(write, load):
    write("pkg/_impl.py", TASK)
    write("pkg/__init__.py", "import z\nfrom pkg._impl import task\n")
    write("z.py", "import pkg._impl\ntask = pkg._impl.task\n")
    load("pkg")
    assert public_path("pkg") == "pkg"


def test_a_private_module_counts_when_it_was_asked_for(write, load):
    write("pkg/_tasks.py", "from pkg._impl import task\n")
    write("pkg/_impl.py", TASK)
    write("pkg/__init__.py", "")
    load("pkg._tasks")
    assert public_path("pkg._tasks") == "pkg._tasks"


def test_a_name_that_the_module_makes_on_demand_is_found(write, load):
    write("pkg/_impl.py", TASK)
    write(
        "pkg/__init__.py",
        "import pkg._impl\n__all__ = ['task']\ndef __getattr__(name):\n    return getattr(pkg._impl, name)\n",
    )
    load("pkg")
    assert public_path("pkg") == "pkg"


def test_a_wrapped_task_is_found_by_its_name_and_module(write, load):
    write("pkg/_impl.py", TASK)
    write(
        "pkg/__init__.py",
        "import functools\nfrom pkg import _impl\n@functools.wraps(_impl.task)\ndef task(): return _impl.task()\n",
    )
    load("pkg")
    assert public_path("pkg") == "pkg"
