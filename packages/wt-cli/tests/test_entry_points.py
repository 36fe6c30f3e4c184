from __future__ import annotations

import sys
from importlib.metadata import entry_points as reference
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_cli.entry_points import _parse, entry_points


def install(directory: Path, name: str, text: str) -> None:
    (directory / name).mkdir(parents=True)
    (directory / name / "entry_points.txt").write_text(text)


@pytest.mark.parametrize("group", ["wt.commands", "console_scripts", "pytest11", "no.such.group"])
def test_it_finds_what_importlib_metadata_finds(group):
    found = {(entry_point.name, entry_point.value) for entry_point in entry_points(group, sys.path)}
    expected = {entry_point.name for entry_point in reference(group=group)}

    assert {name for name, _ in found} == expected
    assert found <= {(entry_point.name, entry_point.value) for entry_point in reference(group=group)}


def test_a_package_earlier_on_the_path_hides_its_namesake(tmp_path):
    install(tmp_path / "a", "My_Pkg-2.0.dist-info", "[g]\nnew = m:f\n")
    install(tmp_path / "b", "my.pkg-1.0.dist-info", "[g]\nold = m:f\n")

    assert [found.name for found in entry_points("g", [str(tmp_path / "a"), str(tmp_path / "b")])] == ["new"]


def test_of_two_packages_that_offer_one_name_the_first_wins(tmp_path):
    install(tmp_path, "a-1.dist-info", "[g]\nx = a:f\n")
    install(tmp_path, "b-1.dist-info", "[g]\nx = b:f\n")

    assert [(found.value, found.package) for found in entry_points("g", [str(tmp_path)])] == [("a:f", "a")]


def test_comments_other_groups_and_blank_lines_are_passed_over(tmp_path):
    install(tmp_path, "a.egg-info", "\n[other]\ny = m:g\n\n[g]\n# x = no\n; z = no\nx=m.n:f.g\nnothing\n[last]\nw=m:h")

    assert [tuple(found) for found in entry_points("g", [str(tmp_path)])] == [("x", "m.n:f.g", "a")]


def test_what_cannot_be_read_is_passed_over(tmp_path):
    install(tmp_path, "a-1.dist-info", "[g]\nx = a:f\n")
    (tmp_path / "empty-1.dist-info").mkdir()
    install(tmp_path, "binary-1.dist-info", "")
    (tmp_path / "binary-1.dist-info" / "entry_points.txt").write_bytes(b"[g]\n\xff = m:f")
    (tmp_path / "file.zip").write_bytes(b"")

    path = [str(tmp_path / "nowhere"), str(tmp_path / "file.zip"), str(tmp_path)]
    assert [found.name for found in entry_points("g", path)] == ["x"]


def test_load_follows_the_attributes(tmp_path):
    install(tmp_path, "a-1.dist-info", "[g]\nx = pathlib:Path.home [extra]\n")

    assert entry_points("g", [str(tmp_path)])[0].load() == Path.home


@given(st.text(), st.text())
def test_any_text_can_be_parsed(text, group):
    for name, value in _parse(text, group):
        assert name == name.strip()
        assert value == value.strip()
