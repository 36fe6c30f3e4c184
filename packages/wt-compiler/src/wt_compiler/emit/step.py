"""A step of the workflow as the templates of the run modules see it: pieces of Python source."""

from __future__ import annotations

from msgspec import Struct


class LoopSource(Struct, frozen=True):
    """The loop of a step.

    Attributes:
        start: What the variable of the step holds before the first round.
        rounds: What the rounds are counted by.
        until: What ends it after a round, or empty.
        skips: Whether a round may be skipped, which ends it too.
    """

    start: str
    rounds: str
    until: str
    skips: bool


class Guard(Struct, frozen=True):
    """What keeps a step from running.

    Attributes:
        unless: The condition.
        reason: Why the step is skipped if it holds, as a literal.
        skip: What a sequential run says then: the step, why, and how it would have been called.
    """

    unless: str
    reason: str
    skip: str


class Choice(Struct, frozen=True):
    """Which branch of a switch is taken.

    Attributes:
        comment: The title of the switch, or empty.
        name: The variable, or the function, that stands for the label of the branch.
        parameters: The parameters of that function.
        branches: Pairs of a condition and the label of the branch that is taken if it holds.
        otherwise: The label of the branch that is taken else; an empty text for none.
    """

    comment: str
    name: str
    parameters: tuple[str, ...]
    branches: tuple[tuple[str, str], ...]
    otherwise: str
    kind: str = "choice"


class Join(Struct, frozen=True):
    """What a switch gives.

    Attributes:
        name: The variable, or the function, that stands for it.
        case: The variable that holds the label of the branch that is taken.
        parameters: The parameters of that function.
        branches: Pairs of the label of a branch and what it gives.
        otherwise: What the switch gives else.
        comment: Nothing; the title stands above the choice.
    """

    name: str
    case: str
    parameters: tuple[str, ...]
    branches: tuple[tuple[str, str], ...]
    otherwise: str
    comment: str = ""
    kind: str = "join"

    @property
    def expressions(self) -> tuple[str, ...]:
        """Its parts that expressions stand in."""
        return (*(result for _, result in self.branches), self.otherwise)


class Asking(Struct, frozen=True):
    """What a person is asked before a step.

    Attributes:
        name: The function that asks, and the variable that holds what is filled in.
        target: The variable, or empty if nothing needs it.
        step: The task instance, as a literal.
        path: The same with the sub-workflows that it is inside of.
        reason: The expression that says what to look at.
        form: What can be filled in.
        parameters: The parameters of the function, with their types.
    """

    name: str
    target: str
    step: str
    path: str
    reason: str
    form: str
    parameters: tuple[str, ...]


class Keeping(Struct, frozen=True):
    """A checkpoint behind a step.

    Attributes:
        function: The function that says whether it is kept.
        name: What it is called, as a literal.
        path: The same with the sub-workflows that it is inside of.
        after: The step, as a literal.
        reached: The expression that says whether it is kept; empty for always.
        parameters: The parameters of the function, with their types.
    """

    function: str
    name: str
    path: str
    after: str
    reached: str
    parameters: tuple[str, ...]


class Handling(Struct, frozen=True):
    """What stands in for a call of a step that fails.

    Attributes:
        name: Its function.
        task: The name of the task.
        partial: The method that binds its arguments, or nothing.
        is_async: Whether the call has to be awaited.
        call: Whether the call that has failed is one of several.
        parameters: The parameters of the function behind those, with their types.
    """

    name: str
    task: str
    partial: tuple[str, ...]
    is_async: bool
    call: bool
    parameters: tuple[str, ...]


class Step(Struct, frozen=True):
    """One task instance as it stands in the template.

    Attributes:
        comment: The title, or empty.
        id: What the step is called, as a literal.
        name: The variable, or the function, that stands for the step.
        target: The variable, or empty if nothing needs the value.
        task: The name of the function.
        chain: What stands behind `task(…)`, each as `.method(…)`, up to the method that starts it.
        method: The method that starts it: `call`, `map` or `mapvalues`.
        arguments: The arguments of that method.
        is_async: Whether the call has to be awaited.
        parameters: The parameters of the function that stands for the step, with their types.
        decorator: The arguments of its decorator, in parentheses.
        endurance: What a sequential run puts into the chain, where the decorator says it in a concurrent one.
        loop: How it is repeated; None for a single call or a map.
        guards: What keeps it from running, one after the other.
        approval: What a person is asked before it, if one is.
        handler: What stands in for a call that fails, if something does.
        checkpoint: The checkpoint behind it, if there is one.
        sub: The module of the sub-workflow whose steps stand for it, or empty; then the arguments are an expression for
            the parameters of those steps.
    """

    comment: str
    id: str
    name: str
    target: str
    task: str
    chain: tuple[str, ...]
    method: str
    arguments: str
    is_async: bool
    parameters: tuple[str, ...]
    decorator: str
    endurance: tuple[str, ...]
    loop: LoopSource | None
    guards: tuple[Guard, ...]
    sub: str = ""
    kind: str = "step"
    approval: Asking | None = None
    handler: Handling | None = None
    checkpoint: Keeping | None = None

    @property
    def expressions(self) -> tuple[str, ...]:
        """Its parts that expressions stand in."""
        loop = (self.loop.start, self.loop.rounds, self.loop.until) if self.loop else ()
        asked = (self.approval.reason,) if self.approval else ()
        guards = (guard.unless for guard in self.guards)
        handled = self.handler.partial if self.handler else ()
        kept = (self.checkpoint.reached,) if self.checkpoint else ()
        return (*self.chain, self.arguments, self.task, *guards, *loop, *asked, *handled, *kept)


class Outputs(Struct, frozen=True):
    """The function that gathers the outputs of the workflow.

    Attributes:
        parameters: Its parameters, with their types.
        result: What it returns.
    """

    parameters: tuple[str, ...]
    result: str
