"""The same made-up graph for each tool: tasks that do nothing, independent or each fed by the one before it."""

from __future__ import annotations

from pathlib import Path

_HEAD = """id: {name}
requirements:
  - name: bench-hello
    path: {library}
workflow:
"""


def spec(name: str, library: Path, count: int, *, chained: bool) -> str:
    """A spec.yaml of `count` no-op instances; the first of a chain takes a parameter."""
    lines = [_HEAD.format(name=name, library=library)]
    for number in range(count):
        value = f"${{{{ workflow.s{number - 1}.return }}}}" if chained else str(number)
        lines.append(f"  - id: s{number}\n    name: Step {number}\n    task: noop\n")
        if number or not chained:
            lines.append(f"    partial:\n      value: {value}\n")
    return "".join(lines)


def hello_spec(library: Path) -> str:
    """Three tasks: greet, shout, count."""
    return _HEAD.format(name="threesome", library=library) + (
        "  - id: greeting\n    task: greet\n"
        "  - id: loud\n    task: shout\n    partial:\n      text: ${{ workflow.greeting.return }}\n"
        "  - id: length\n    task: count\n    partial:\n      text: ${{ workflow.loud.return }}\n"
    )


def cwl(directory: Path, count: int) -> Path:
    """A CWL workflow and the tool that its steps run."""
    (directory / "noop.cwl").write_text(
        "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: [printf, '%s']\n"
        "inputs:\n  value:\n    type: string\n    inputBinding: {position: 1}\n"
        "outputs:\n  result:\n    type: string\n    outputBinding: {glob: out.txt, loadContents: true, "
        "outputEval: '$(self[0].contents)'}\nstdout: out.txt\n"
    )
    lines = ["cwlVersion: v1.2\nclass: Workflow\ninputs:\n  first: string\noutputs:\n  last:\n    type: string\n"]
    lines.append(f"    outputSource: s{count - 1}/result\nsteps:\n")
    for number in range(count):
        source = f"s{number - 1}/result" if number else "first"
        lines.append(f"  s{number}:\n    run: noop.cwl\n    in:\n      value: {source}\n    out: [result]\n")
    path = directory / "chain.cwl"
    path.write_text("".join(lines))
    return path


def hamilton(directory: Path, count: int) -> Path:
    """A module of functions, and a script that builds their graph."""
    functions = ["def s0(first: int) -> int:\n    return first\n"]
    functions += [f"\n\ndef s{n}(s{n - 1}: int) -> int:\n    return s{n - 1}\n" for n in range(1, count)]
    (directory / "chain.py").write_text("".join(functions))
    script = directory / "build.py"
    script.write_text(
        "import chain\nfrom hamilton import driver\n\ngraph = driver.Builder().with_modules(chain).build()\n"
        "print('nodes', len(graph.list_available_variables()))\n"
    )
    return script


def dag_factory(directory: Path, count: int) -> Path:
    """A YAML file for dag-factory, and a script that builds its DAG."""
    lines = ["chain:\n  default_args:\n    start_date: 2025-01-01\n  schedule: null\n  tasks:\n"]
    for number in range(count):
        lines.append(
            f"    - task_id: s{number}\n      operator: airflow.providers.standard.operators.empty.EmptyOperator\n"
        )
        if number:
            lines.append(f"      dependencies: [s{number - 1}]\n")
    config = directory / "chain.yaml"
    config.write_text("".join(lines))
    script = directory / "build.py"
    script.write_text(
        "from dagfactory import load_yaml_dags\n\n"
        f"load_yaml_dags(globals_dict=globals(), config_filepath={str(config)!r})\n"
        "print('nodes', len(globals()['chain'].tasks))\n"
    )
    return script
