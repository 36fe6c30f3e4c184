"""A spec from its file to a checked workflow, with the tasks of its own environment or of another source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wt_compiler.dag import Dag
    from wt_compiler.environment import TaskSource
    from wt_compiler.spec import Spec


class Checked(NamedTuple):
    """A spec without mistakes, and its workflow."""

    spec: Spec
    dag: Dag


def read_checked(path: Path, source: TaskSource, progress: Callable[[str], None] | None = None) -> Checked:
    """Read a spec and check it.

    Args:
        path: The spec.yaml.
        source: Where to learn what the task libraries offer.
        progress: Is told what is being done.

    Returns:
        The spec, whose findings hold what the check warned of, and the workflow.

    Raises:
        DiagnosticError: If the spec has mistakes.
    """
    from wt_compiler.document import read_document
    from wt_compiler.environment import find_tasks
    from wt_compiler.parse import parse_spec
    from wt_compiler.resolve import check_spec

    spec = parse_spec(read_document(path))
    dag, _ = check_spec(spec, find_tasks(spec, path.absolute().parent, source, progress))
    return Checked(spec, dag)
