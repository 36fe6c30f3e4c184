"""A step of the workflow as the templates of the run modules see it: pieces of Python source."""

from __future__ import annotations

from typing import NamedTuple


class LoopSource(NamedTuple):
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


class Step(NamedTuple):
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
        when: What has to hold for it to run, or empty.
        unless: The opposite, which keeps it from running.
        skip: What a sequential run says of it otherwise: its id, why, and how it would have been called.
        reason: Why it does not run otherwise.
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
    when: str
    unless: str
    skip: str
    reason: str
    sub: str = ""

    @property
    def expressions(self) -> tuple[str, ...]:
        """Its parts that expressions stand in."""
        loop = (self.loop.start, self.loop.rounds, self.loop.until) if self.loop else ()
        return (*self.chain, self.arguments, self.task, self.when, *loop)
