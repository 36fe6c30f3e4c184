"""Import statements."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from ruff.__main__ import find_ruff_bin
from wt_compiler.emit.imports import Import, statements
from wt_compiler.formatting import Formatting

MODULES = [
    "pkg",
    "pkg.a",
    "pkg.b",
    "pkg.B",
    "Pkg",
    "pkg2",
    "pkg10",
    "pkg_x",
    "_pkg",
    "wt_task",
    "pkg.a_b",
    "a.b.c",
    "ab",
]
NAMES = ["load", "Load", "LOAD", "load_1", "load2", "load10", "_priv", "X", "x", "aB", "A_B", "é", "task"]

imports = st.builds(
    lambda module, name, number: Import(module, name, f"{name}_{number}" if number else name),
    st.sampled_from(MODULES),
    st.sampled_from(NAMES),
    st.sampled_from([0, 0, 1, 2]),
)


def test_names_of_one_module_share_a_statement_unless_they_are_renamed() -> None:
    wanted = [Import("b", "y", "y"), Import("b", "x", "x"), Import("a", "x", "x_1"), Import("b", "x", "x")]
    assert statements(wanted) == ["from a import x as x_1", "from b import x, y"]


def test_no_imports_are_no_statements() -> None:
    assert statements([]) == []


def test_the_order_is_the_one_that_ruff_wants(tmp_path: Path) -> None:
    count = 0

    @settings(max_examples=60)
    @given(st.sets(imports, min_size=1, max_size=10))
    def write(wanted: set[Import]) -> None:
        nonlocal count
        count += 1
        (tmp_path / f"module_{count}.py").write_text("\n".join(statements(wanted)) + "\n", encoding="utf-8")

    write()
    formatting = Formatting(tmp_path)
    formatting.finish()
    formatting.close()
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--select=I", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
