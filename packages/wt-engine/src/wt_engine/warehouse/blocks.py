"""What a pipeline's list may hold beside functions: branches, loops, parallel steps, and steps beside the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wt_engine.errors import DefinitionError, suggestion
from wt_engine.expressions import Expression, expression
from wt_engine.keywords import known_keywords
from wt_engine.warehouse.merging import MergePolicy

Test = str | Callable[[Any], Any]
"""A condition: an expression over the keys of the warehouse, or a function of the warehouse."""

_POLICIES = ("accumulate", "last_wins")


@known_keywords
class Condition:
    """A branch: what follows it goes on after whichever side was taken.

    Args:
        expression: Which side: an expression over the keys of the warehouse, or a function of it.
        branch_true: The steps to run if it holds.
        branch_false: The steps to run if it does not; None for none.

    Raises:
        DefinitionError: It is no expression.
    """

    def __init__(
        self, expression: Test, branch_true: Sequence[Any] | Any, branch_false: Sequence[Any] | Any | None = None
    ) -> None:
        self.expression = expression
        self.test = read_test("Condition", expression)
        self.branch_true = as_list(branch_true)
        self.branch_false = as_list(branch_false)

    def __repr__(self) -> str:
        return f"Condition({self.expression!r})"


@known_keywords
class For:
    """A loop. Its steps get the number of the round, from 0, in a parameter named `iteration`.

    Args:
        iterations: How many rounds at most; None if only the expression ends the loop.
        validation_expression: Goes on as long as it holds, asked before each round; None if only the number counts.
        steps: What each round runs.
        merge_policy: What becomes of a value that a step returns without having looked at what is there:
            `"last_wins"` puts it in its place, `"accumulate"` adds it (numbers add up; lists, dictionaries and sets
            grow), a function gets the warehouse and a list with what the step returned, and returns what to merge.

    Raises:
        DefinitionError: Neither of the first two is given, or one of them is wrong.
    """

    def __init__(
        self,
        iterations: int | None = None,
        validation_expression: Test | None = None,
        steps: Sequence[Any] | Any = (),
        merge_policy: MergePolicy = "last_wins",
    ) -> None:
        if iterations is None and validation_expression is None:
            raise DefinitionError("For needs a number of iterations, a validation_expression, or both")
        if iterations is not None and (
            isinstance(iterations, bool) or not isinstance(iterations, int) or iterations < 0
        ):
            hint = "; the order is For(iterations, validation_expression, steps)"
            raise DefinitionError(f"For: iterations must be a whole number from 0, not {iterations!r}{hint}")
        self.iterations = iterations
        self.validation_expression = validation_expression
        self.test = None if validation_expression is None else read_test("For", validation_expression)
        self.steps = as_list(steps)
        self.merge_policy = read_policy("For", merge_policy)
        if not self.steps:
            raise DefinitionError("For has no steps")

    def __repr__(self) -> str:
        return f"For({self.iterations!r}, {self.validation_expression!r})"


@known_keywords
class Parallel:
    """Steps that run at the same time, each on a copy of its own; what they changed is merged when all are done.

    Args:
        steps: The steps.
        max_workers: How many run at once; None for all.
        use_processes: Whether they run in processes of their own rather than in threads and on the loop.
        merge_policy: `"accumulate"` merges deltas and refuses contradictions; with `"last_wins"` the later step of
            the list wins; a function gets the warehouse before and a list with what each step changed, and returns
            what to merge.

    Raises:
        DefinitionError: Something about it is wrong.
    """

    def __init__(
        self,
        steps: Sequence[Any],
        max_workers: int | None = None,
        use_processes: bool = False,
        merge_policy: MergePolicy = "accumulate",
    ) -> None:
        if max_workers is not None and (
            isinstance(max_workers, bool) or not isinstance(max_workers, int) or max_workers < 1
        ):
            raise DefinitionError(f"Parallel: max_workers must be a whole number from 1, not {max_workers!r}")
        self.steps = as_list(steps)
        self.max_workers = max_workers
        self.use_processes = use_processes
        self.merge_policy = read_policy("Parallel", merge_policy)

    def __repr__(self) -> str:
        return f"Parallel(<{len(self.steps)} steps>)"


@known_keywords
class Background:
    """A step that runs beside those after it, on a copy of its own; what it returns is dropped.

    The run does not end before it does; a run that is cancelled cancels it.

    Args:
        step: The step.
        capture_error: Whether its failure is only noted in the run's record; else the run is FAILED.
    """

    def __init__(self, step: Any, capture_error: bool = False) -> None:
        self.step = step
        self.capture_error = capture_error

    def __repr__(self) -> str:
        return f"Background({self.step!r})"


def as_list(steps: Any) -> list[Any]:
    """Steps as a list: a single one may stand alone."""
    if steps is None:
        return []
    return list(steps) if isinstance(steps, list) or _is_sequence_of_steps(steps) else [steps]


def _is_sequence_of_steps(steps: Any) -> bool:
    # (function, name, version) is one step; (function, function) are two.
    return isinstance(steps, tuple) and not (len(steps) > 1 and isinstance(steps[1], str))


def read_test(owner: str, test: Any) -> Expression | Callable[[Any], Any]:
    """A condition, compiled.

    Raises:
        DefinitionError: It is neither an expression nor a function.
    """
    if isinstance(test, str):
        try:
            return expression(test)
        except ValueError as error:
            raise DefinitionError(f"{owner}: {error}") from error
    if callable(test):
        function: Callable[[Any], Any] = test
        return function
    raise DefinitionError(f"{owner}: a condition is an expression or a function, not {test!r}")


def holds(test: Expression | Callable[[Any], Any], values: Mapping[str, Any]) -> bool:
    """Whether a condition holds.

    Raises:
        ExpressionError: An expression cannot be evaluated.
        Exception: Whatever a function raises.
    """
    return test.holds(values) if isinstance(test, Expression) else bool(test(values))


def read_policy(owner: str, policy: Any) -> MergePolicy:
    """A merge policy.

    Raises:
        DefinitionError: It is none.
    """
    if callable(policy) or policy in _POLICIES:
        checked: MergePolicy = policy
        return checked
    near = suggestion(str(policy), _POLICIES)
    raise DefinitionError(
        f"{owner}: merge_policy must be 'accumulate', 'last_wins' or a function, not {policy!r}.{near}"
    )
