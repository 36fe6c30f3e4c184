"""What every compiled workflow does on the command line; its own `cli.py` only names the workflow.

    python -m <package>.cli run --config-file params.yaml
    python -m <package>.cli get params
    python -m <package>.cli convert --from params --to formdata --json -

A run starts cold each time, so nothing is imported that this very run does not need.
"""

from __future__ import annotations

from wt_task.cli.workflow import Workflow

__all__ = ["Workflow", "main"]


def main(workflow: Workflow, argv: list[str] | None = None) -> int:
    """Do what the command line asks of a compiled workflow.

    Args:
        workflow: Which workflow it is.
        argv: The arguments after the program's name; by default those of this process.

    Returns:
        The exit code (`wt_contracts.cli.ExitCode`): 0 if all went well, 1 if the workflow failed, 2 if the command,
        its parameters or its environment are wrong.
    """
    import sys

    from wt_task.cli.arguments import parse

    arguments = sys.argv[1:] if argv is None else argv
    options, misuse = parse(workflow, arguments)
    if arguments[:1] == ["run"]:
        from wt_task.cli.run import run

        return run(workflow, options, misuse)

    from wt_task.cli.documents import answer

    return answer(workflow, options, misuse)
