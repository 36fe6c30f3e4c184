"""Pictures: laid out, set and drawn in a process of their own."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from wt_compiler.dag import Dag
from wt_compiler.graph import NotDrawnError
from wt_compiler.graph.dot import to_dot
from wt_compiler.graph.drawing import Drawing, Picture
from wt_compiler.graph.raster import MOST_PIXELS, to_png

WORKFLOW = """
- {id: source, name: 'Größe & <b>"more"</b> &amp; ☃', task: load, partial: {path: x}}
- type: task-group
  title: The look
  description: D
  tasks:
    - id: cleaned
      name: A title of many words that goes over several lines
      task: clean
      map: {argnames: [frame, column], argvalues: '${{ workflow.source.return }}'}
"""


def draw(dot: str, timeout: float = 60) -> Picture:
    with Drawing() as drawing:
        drawing.send(dot)
        return drawing.finish(timeout)


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_picture_is_the_same_each_time(compiled: Callable[..., Dag]) -> None:
    dot = to_dot(compiled(WORKFLOW))
    one, other = draw(dot), draw(dot)
    assert one == other
    assert one.png.startswith(b"\x89PNG")


def test_text_in_the_picture_is_the_text_of_the_spec(compiled: Callable[..., Dag]) -> None:
    svg = draw(to_dot(compiled(WORKFLOW))).svg.decode()
    assert "Größe &amp; &lt;b&gt;&quot;more&quot;&lt;" in svg
    assert "&amp;amp;" in svg
    assert "☃" in svg


def test_titles_are_bold_and_details_are_small(compiled: Callable[..., Dag]) -> None:
    svg = draw(to_dot(compiled(WORKFLOW))).svg.decode()
    lines = [line for line in svg.splitlines() if line.startswith("<text")]
    bold = {line.split(">")[1].split("<")[0] for line in lines if 'font-weight="bold"' in line}
    small = {line.split(">")[1].split("<")[0] for line in lines if 'font-size="9.50"' in line}
    assert {"The look", "A title of many words that", "goes over several lines"} <= bold
    assert small == {"load", "clean", "for each frame, column"}
    assert 'font-family="Arimo, Arial, Helvetica, sans-serif"' in svg


def test_a_picture_is_drawn_without_any_font_of_the_machine(
    compiled: Callable[..., Dag], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dot = to_dot(compiled(WORKFLOW))
    usual = draw(dot).png
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "none"))
    assert draw(dot).png == usual


def test_the_text_is_drawn(compiled: Callable[..., Dag]) -> None:
    picture = draw(to_dot(compiled(WORKFLOW)))
    bare = to_png(re.sub(r"<text.*?</text>", "", picture.svg.decode()))
    assert size(bare) == size(picture.png)
    assert len(bare) < len(picture.png) / 2


def test_a_large_graph_is_drawn_smaller() -> None:
    nodes = "\n".join(f'n{i} [label="a rather long label {i}"]; n{i} -> n{i // 2};' for i in range(1, 120))
    width, height = size(draw(f"digraph {{ {nodes} }}").png)
    assert 0.8 * MOST_PIXELS < width * height < 1.1 * MOST_PIXELS


def test_an_empty_graph_can_be_drawn() -> None:
    assert size(draw(to_dot(Dag("demo", ()))).png) >= (1, 1)


def test_what_graphviz_refuses_is_said() -> None:
    with pytest.raises(NotDrawnError, match="Failed to parse"):
        draw("digraph {")


def test_a_drawing_that_takes_too_long_is_given_up() -> None:
    with Drawing() as drawing, pytest.raises(NotDrawnError, match="longer than"):
        drawing.finish(0.01)


def test_a_drawing_that_is_not_wanted_any_more_ends() -> None:
    with Drawing() as drawing:
        process = drawing._process
    assert process.returncode is not None


def test_the_compiled_module_is_kept_and_a_damaged_one_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path))
    picture = draw("digraph { a }")
    (kept,) = (tmp_path / "graphviz").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(b"damaged")
    assert draw("digraph { a }") == picture
    assert kept.read_bytes()[:4] == whole[:4]


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WT_CACHE_DIR", str(tmp_path / "file"))
    assert draw("digraph { a }").svg.startswith(b"<?xml")


def test_a_module_of_the_users_is_not_taken_for_one_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wasmtime.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert draw("digraph { a }").svg.startswith(b"<?xml")
