"""How each peer runs a small workflow on one machine: a script of `fixtures/peers` in an environment of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import harness
from environments import Environment
from harness import FIXTURES, Bench, Contender
from workspaces import run

SCRIPTS = FIXTURES / "peers"
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "USERNAME": "benchmark",
}
Make = Callable[[Bench, str], Iterator[Contender]]


def peers(bench: Bench, work: str, result: str, without: tuple[str, ...] = ()) -> list[Contender]:
    """The contenders that can be had here for `hello` or `noops`; each prints `result <something>`."""
    contenders: list[Contender] = []
    for name, make in PEERS.items():
        if name not in without and (make is not _script or (SCRIPTS / f"{_module(name)}_{work}.py").exists()):
            contenders += bench.optional(name, partial(_checked, make, bench, name, work, result))
    return contenders


def _checked(make: Callable[..., Contender], bench: Bench, name: str, work: str, result: str) -> list[Contender]:
    return [make(bench, name, work, harness.expect(result))]


def _module(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")


def _needs(name: str) -> tuple[str, ...]:
    return REQUIREMENTS.get(name, (name,))


def _environment(bench: Bench, name: str) -> Environment:
    return bench.peers.get(name, *_needs(name), limit=600)


def _script(bench: Bench, name: str, work: str, check: Callable[[Path, str], None]) -> Contender:
    environment = _environment(bench, name)
    script = SCRIPTS / f"{_module(name)}_{work}.py"
    return Contender(
        name, lambda _: [environment.python, script], check, QUIET, environment.versions[_needs(name)[0]], limit=60
    )


def _plain(bench: Bench, name: str, work: str, check: Callable[[Path, str], None]) -> Contender:
    python = bench.peers.plain_python()
    return Contender(name, lambda _: [python, SCRIPTS / f"plain_{work}.py"], check, note="no framework")


def _prefect(bench: Bench, name: str, work: str, check: Callable[[Path, str], None]) -> Contender:
    home = bench.work / "prefect"
    contender = _script(bench, name, work, check)
    note = f"{contender.note}; starts a server of its own"
    return Contender(name, contender.command, check, QUIET | {"PREFECT_HOME": str(home)}, note, rounds=5, limit=60)


def _metaflow(bench: Bench, name: str, work: str, check: Callable[[Path, str], None]) -> Contender:
    environment = _environment(bench, name)
    script = SCRIPTS / f"metaflow_{work}.py"
    env = QUIET | {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(bench.work)}
    arguments = ["run", "--max-num-splits", "600", "--max-workers", "2"]
    note = f"{environment.versions[name]}; a process for each task"
    return Contender(name, lambda _: [environment.python, script, *arguments], check, env, note, rounds=5, limit=60)


def _snakemake(bench: Bench, name: str, work: str, check: Callable[[Path, str], None]) -> Contender:
    environment = _environment(bench, name)
    rules = SCRIPTS / f"snakemake_{work}.smk"
    command: list[str | Path] = [environment.tool("snakemake"), "--quiet", "all", "--cores", "2", "--snakefile", rules]

    def counted(directory: Path, _: str) -> None:
        check(directory, f"result {(directory / 'count.txt').read_text()}")

    note = f"{environment.versions[name]}; shell rules"
    return Contender(name, lambda _: command, counted, QUIET, note, limit=60)


def _airflow(bench: Bench, name: str, work: str, check: Callable[[Path, str], None]) -> Contender:
    environment = _environment(bench, "dag-factory")
    home = bench.work / "airflow-home"
    script = home / "dags" / f"airflow_{work}.py"
    env = QUIET | {"AIRFLOW_HOME": str(home)}
    if not script.exists():
        script.parent.mkdir(parents=True)
        shutil.copy(SCRIPTS / script.name, script)
        run(environment.tool("airflow"), "db", "migrate", env=env)
        run(environment.tool("airflow"), "dags", "reserialize", env=env)
    note = f"{environment.versions['apache-airflow']}; dag.test(); its database made before"
    return Contender(name, lambda _: [environment.python, script], check, env, note, rounds=5, limit=60)


REQUIREMENTS = {
    "prefect": ("prefect", "fastapi<0.140"),
    "dask threads": ("dask",),
}
PEERS: dict[str, Callable[..., Contender]] = {
    "plain Python": _plain,
    "pydantic-graph": _script,
    "flyte": _script,
    "snakemake": _snakemake,
    "dask threads": _script,
    "dagster": _script,
    "metaflow": _metaflow,
    "airflow": _airflow,
    "prefect": _prefect,
}
