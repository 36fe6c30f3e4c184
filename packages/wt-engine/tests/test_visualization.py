"""Pictures of pipelines: what is in them, and that no name can break them."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_engine import BarrierType, DefinitionError, Next, Pipe, Stop, Suspend
from wt_engine.storage import InMemoryBackend, SQLiteBackend
from wt_engine.visualization import MermaidRenderer, MermaidTheme, VisualAST, generate_mermaid_graph, picture_of
from wt_engine.visualization.jumps import jumps_of


async def nothing() -> None: ...


def everything() -> Pipe[Any, Any]:
    inner: Pipe[Any, Any] = Pipe(name="inner pipe")
    inner.step("deep")(nothing)
    pipe: Pipe[Any, Any] = Pipe(name="everything", allow_multi_root=True)

    @pipe.on_startup
    async def open_files(): ...

    @pipe.on_shutdown
    async def close_files(): ...

    @pipe.step(to=["left_side", "right"])
    async def begin(): ...

    pipe.step("left_side", to="join")(nothing)

    @pipe.step("right", to="join")
    async def stream():
        yield 1

    pipe.step("join", to="numbers", barrier_type=BarrierType.ANY)(nothing)

    @pipe.map(each="work", to="choose")
    async def numbers():
        return []

    @pipe.step
    async def work(number): ...

    @pipe.switch(to={"a": "below", 2: Stop}, default="again")
    async def choose(): ...

    @pipe.sub(pipeline=inner)
    async def below():
        return {}

    @pipe.step
    async def again(state):
        return "begin" if state else None

    pipe.step("alone")(nothing)
    return pipe


def test_a_flowchart_shows_all_that_there_is():
    lines = [line.strip() for line in everything().graph().splitlines()]
    for expected in (
        'n0["Begin"]',
        'n1["Left Side"]',
        'n2(["⚡ Right"])',
        'n3["Join (Any)"]',
        'n4[["Numbers"]]',
        'n5@{ shape: procs, label: "Work" }',
        'n6{"Choose"}',
        'n7[/"Below"/]',
        'subgraph n0_parallel["Parallel"]',
        'subgraph nutilities["Utilities"]',
        'subgraph n7_sub["inner pipe"]',
        'n7_0["Deep"]',
        "n7 -.-> n7_sub",
        'subgraph nstartup["Startup hooks"]',
        'nstartup0>"Open Files"]:::hookStyle',
        'nshutdown0>"Close Files"]:::hookStyle',
        "nstart --> n0",
        "n0 --> n1",
        "n4 -. each .-> n5",
        "n4 --> n6",
        'n6 -- "a" --> n7',
        'n6 -- "2" --> n6_stop',
        'n6_stop(["Stop"])',
        'n6 -- "default" --> n8',
        "n8 -. dynamic .-> n0",
        "n7 --> nend",
    ):
        assert expected in lines, expected
    assert lines[0] == "graph TD"
    assert "nstart --> n9" not in lines
    assert lines.count('n9["Alone"]') == 1


def test_a_flowchart_is_balanced():
    lines = [line.strip() for line in everything().graph().splitlines()]
    assert sum(line.startswith("subgraph ") for line in lines) == lines.count("end")


def test_a_theme_colours_and_turns_it():
    text = generate_mermaid_graph(everything(), MermaidTheme(direction="LR", step="fill:#fff"))
    assert text.startswith("graph LR\n")
    assert "classDef stepStyle fill:#fff;" in text


def test_anybody_may_draw():
    class Names:
        def render(self, picture: VisualAST) -> str:
            return " ".join(node.name for node in picture.walk())

    assert everything().graph(Names()) == "begin left_side right join numbers work choose Stop below deep again alone"


def test_a_pipe_describes_its_picture_its_hooks_and_its_parameters():
    pipe = everything()

    @pipe.on_error
    async def report(error, step_name, token): ...

    described = pipe.describe()
    json.dumps(described)
    assert described["hooks"] == {"startup": ["open_files"], "shutdown": ["close_files"], "on_error": ["report"]}
    assert described["visual_ast"]["groups"][0]["members"] == ["n1", "n2"]
    assert described["nodes"]["below"]["pipeline"]["name"] == "inner pipe"
    infos = {info.name: info for info in pipe.steps()}
    assert infos["work"].parameters == {"number": "unknown"}
    assert infos["again"].parameters == {"state": "state"}
    assert pipe.hooks()[-1].parameters == {"error": "error", "step_name": "step_name", "token": "cancel"}


def test_the_hash_of_a_pipeline_is_that_of_its_recorded_runs(collect):
    def flow(target: str, store: SQLiteBackend | None = None) -> Pipe[Any, Any]:
        pipe: Pipe[Any, Any] = Pipe(name="p", store=store)
        pipe.switch("s", to={1: target}, default="b")(nothing)
        pipe.step("a")(nothing)
        pipe.step("b", to="a")(nothing)
        return pipe

    store = InMemoryBackend()
    pipe = flow("a", store)
    described = pipe.describe()["pipeline_hash"]
    pipe.add_event_hook(lambda event: event)
    run_id = collect(pipe, {}).events[0].run_id
    assert store.get_run(run_id).plan_hash == described == pipe.describe()["pipeline_hash"]
    assert flow("b").describe()["pipeline_hash"] != described


def test_a_picture_of_a_pipe_with_an_unknown_target_is_an_error():
    pipe: Pipe[Any, Any] = Pipe()
    pipe.step("a", to="b")(nothing)
    with pytest.raises(DefinitionError, match="unknown step 'b'"):
        pipe.graph()


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4, unique=True), st.text())
def test_no_name_breaks_the_syntax(names, value):
    pipe: Pipe[Any, Any] = Pipe(name=value, allow_multi_root=True)
    for name in names:
        pipe.step(name, to=names[-1] if name != names[-1] else None)(nothing)
    pipe.switch("the switch", to={value: names[-1]})(nothing)
    lines = [line.strip() for line in MermaidRenderer().render(picture_of(pipe)).splitlines()]
    label = r"(?:[\w .,#;⚡()-])*"
    shapes = rf'n\w*(?:\["{label}"\]|\{{"{label}"\}}|\(\["{label}"\]\)(?::::\w+)?)'
    edges = rf'n\w* (?:-->|-- "{label}" -->|-\. \w+ \.->) n\w*'
    others = rf'graph TD|subgraph n\w+\["{label}"\]|end|class n\w+ \w+;|classDef \w+ [\w:#,]+;'
    assert [line for line in lines if not re.fullmatch(f"{shapes}|{edges}|{others}", line, re.ASCII)] == []


# Jumps


def test_jumps_are_found_in_the_source():
    async def several(state):
        if state:
            return "one"

        def inner():
            return "not this one"

        inner()
        if state is None:
            return Next("two")
        return "three" if state == 3 else Suspend("no step")

    async def streams():
        yield "a token"
        yield Next("four")

    def none(state):
        return state

    assert jumps_of(several) == ("one", "two", "three")
    assert jumps_of(streams) == ("four",)
    assert jumps_of(none) == ()
    assert jumps_of(functools.partial(several)) == ("one", "two", "three")
    assert jumps_of(print) == ()
    assert jumps_of(eval("lambda: 'five'")) == ()
