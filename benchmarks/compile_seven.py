"""Compiling a spec of seven instances, the tasks being known, whole process.

Both read the spec and a stored registry, check, and write the package: code, schemas, tests, Dockerfile, picture. The
released compiler is started through its public Python API, because its command always builds an environment first; its
picture needs Graphviz's `dot`. Ours is `wt compile --registry`, into a directory that does not exist yet, so that
nothing is skipped; it writes the lock as well (solved before and cached) and draws SVG, PNG and Mermaid.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import harness
from harness import FIXTURES, Bench, Contender, Group, Target
from workspaces import seven_spec, stored_registry


def ours(bench: Bench, text: str, registry: Path, *arguments: str) -> Contender:
    """`wt compile` of a spec's text."""
    wt = bench.peers.ours().tool("wt")

    def command(directory: Path) -> list[str | Path]:
        source = directory / "spec.yaml"
        source.write_text(text)
        return [wt, "compile", source, "--registry", registry, "-o", directory / "out", *arguments]

    return Contender("wt", command, _written_by_ours, bench.peers.wt_environ(), "svg, png, mmd; uv.lock")


def released(bench: Bench, text: str, registry: Path) -> Contender:
    """The released compiler on the same text."""
    python = bench.peers.released().python

    def command(directory: Path) -> list[str | Path]:
        source = directory / "spec.yaml"
        source.write_text(text)
        return [python, FIXTURES / "released_compile.py", source, registry]

    with_picture = shutil.which("dot") is not None
    note = "png by dot; no lock" if with_picture else "WITHOUT picture: there is no dot here; no lock"
    return Contender("released", command, _written_by_released, note=note)


def _written_by_ours(directory: Path, _: str) -> None:
    _has(directory / "out", "run_sequential.py", "params.json", "rjsf.json", "graph.svg", "graph.png")


def _written_by_released(directory: Path, _: str) -> None:
    drawn = ["graph.png"] if shutil.which("dot") else []
    _has(directory, "run_sequential.py", "params.json", "rjsf.json", *drawn)


def _has(directory: Path, *names: str) -> None:
    for name in names:
        assert list(directory.rglob(name)), f"{name} was not written"


def groups(bench: Bench) -> Iterator[Group]:
    """One group: both compilers."""
    text, registry = seven_spec(bench), stored_registry(bench, "nine")
    contenders = [harness.start_up(bench.peers), released(bench, text, registry), ours(bench, text, registry)]
    yield Group("Compile, seven instances, with the picture", contenders, [Target("wt", 0.25, "released")])


if __name__ == "__main__":
    raise SystemExit(harness.main("Compile of seven instances", groups))
