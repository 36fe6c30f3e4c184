"""The command line of a compiled workflow."""

from __future__ import annotations

import argparse
from typing import NoReturn

from wt_task.cli.answers import answers
from wt_task.cli.workflow import Workflow


class UsageError(Exception):
    """The command line makes no sense; `args[0]` says why and how it is used."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().rstrip()}")


def parse(workflow: Workflow, arguments: list[str]) -> tuple[argparse.Namespace, UsageError | None]:
    """Read the command line.

    Args:
        workflow: Which workflow is run.
        arguments: What follows the program's name.

    Returns:
        The options, and what is wrong with the command line. The options are empty if anything is.

    Raises:
        SystemExit: With 0, after `--help`.
    """
    try:
        if arguments[:1] == ["run"]:  # starts cold each time, and a parser takes longer to make than to use
            parser = _run_parser(workflow)
            options = parser.parse_args(arguments[1:])
            if answers(options) and options.resume is None:
                parser.error("--approve, --reject and --data go with --resume")
            _check_beginning(parser, options)
            return options, None
        return _parser(workflow).parse_args(arguments), None
    except UsageError as error:
        return argparse.Namespace(), error


def _check_beginning(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.from_checkpoint is None:
        if options.from_run is not None or options.from_results is not None:
            parser.error("--from-run and --from-results go with --from-checkpoint")
    elif options.from_run is None:
        parser.error("--from-checkpoint needs --from-run")
    elif options.resume is not None:
        parser.error("a run that goes on has begun already: leave out --resume or --from-checkpoint")


def _program(workflow: Workflow) -> str:
    return f"python -m {workflow.package}.cli"


def _parser(workflow: Workflow) -> argparse.ArgumentParser:
    description = f"The workflow {workflow.release}."
    parser = _Parser(prog=_program(workflow), description=description, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run the workflow")
    get = commands.add_parser("get", help="print a schema", description="Print a schema of the workflow as JSON.")
    get.add_argument(
        "document", choices=["params", "rjsf", "layout"], help="of the parameters, of the form, or the form's groups"
    )
    convert = commands.add_parser(
        "convert",
        help="form data to parameters and back",
        description="Convert between parameters and form data; prints the JSON document {'result': ...}.",
    )
    kinds = ["params", "formdata"]
    convert.add_argument("--from", dest="source", choices=kinds, required=True, help="what is given")
    convert.add_argument("--to", dest="target", choices=kinds, required=True, help="what is wanted")
    convert.add_argument("--json", metavar="FILE", required=True, help="the file to read; - is standard input")
    return parser


def _run_parser(workflow: Workflow) -> argparse.ArgumentParser:
    description = (
        f"Run the workflow. Its results go to the directory that the environment variable {workflow.results_env_var} "
        "names: a path, or a URL such as file://, s3://, gs:// or az://."
    )
    run = _Parser(prog=f"{_program(workflow)} run", description=description)
    config = run.add_mutually_exclusive_group(required=True)
    config.add_argument("--config-file", metavar="FILE", help="the parameters as YAML or JSON")
    config.add_argument("--resume", metavar="RUN", help="go on with a run recorded in the results, named by its id")
    config.add_argument("--config-json", metavar="JSON", help="the parameters as JSON (visible in the process list)")
    run.add_argument("--from-checkpoint", metavar="NAME", help="begin at this checkpoint of another run")
    run.add_argument("--from-run", metavar="RUN", help="with --from-checkpoint: that run, named by its id")
    run.add_argument(
        "--from-results",
        metavar="DIR",
        help="with --from-checkpoint: the results directory of that run, if it is another one",
    )
    answer = run.add_mutually_exclusive_group()
    answer.add_argument("--approve", action="store_true", help="with --resume: approve the step that the run waits for")
    answer.add_argument("--reject", action="store_true", help="with --resume: reject it, which ends the run")
    answer.add_argument("--data", metavar="FILE|JSON", help="with --resume: approve it, and fill in its form")
    _add_choices(run)
    return run


def _add_choices(run: argparse.ArgumentParser) -> None:
    """How it is run."""
    run.add_argument(
        "--execution-mode",
        choices=["concurrent", "sequential"],
        default="concurrent",
        help="independent steps side by side (the default), or one step after the other",
    )
    run.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="record a concurrent run in its results, so that it can be resumed (the default)",
    )
    for name, what in (("cpus", "processors"), ("gpus", "graphics cards")):
        run.add_argument(
            f"--{name}",
            type=_amount,
            metavar="N",
            help=f"how many {what} steps share that ask for some (those that there are)",
        )
    run.add_argument(
        "--cache",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="take what cached steps returned before from the cache (the default)",
    )
    run.add_argument(
        "--mock-io",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="replace tasks that read or write by their recorded example results",
    )
    run.add_argument("--otel-exporter", choices=["console", "gcp"], help="export traces (OpenTelemetry)")
    run.add_argument(
        "--otel-console-exporter-dst",
        choices=["stdout", "file"],
        default="stdout",
        help="where the console exporter writes: standard output, or otel_traces.jsonl in the results",
    )


def _amount(text: str) -> float:
    amount = float(text)
    if not 0 <= amount < float("inf"):
        raise ValueError(text)
    return amount
