"""How steps are tried again, limited and placed, as Python source: in a decorator, or in the chain of a task."""

from __future__ import annotations

from collections import Counter
from typing import Final

from wt_compiler.dag import Dag, Instance
from wt_compiler.emit.imports import Import
from wt_compiler.emit.literals import quoted, scalar
from wt_compiler.execution import Execution, Retry

POLICY: Final = "RetryPolicy"
SKIPPED: Final = "skipped"


class ExecutionSource:
    """Writes how the steps of a workflow are run.

    Args:
        dag: The workflow.

    Attributes:
        names: What the generated code calls by name for it.
    """

    def __init__(self, dag: Dag) -> None:
        executions = [instance.execution for instance in dag.instances]
        retries = [execution.retry for execution in executions if execution.retry]
        dotted = sorted({name for retry in retries for name in retry.on if "." in name})
        last = Counter(name.rpartition(".")[2] for name in dotted)
        self._exceptions = {
            name: name.rpartition(".")[2] if last[name.rpartition(".")[2]] == 1 else name.replace(".", "_")
            for name in dotted
        }
        self._retries = bool(retries)
        used = {POLICY} if retries else set()
        used |= {SKIPPED} if any(execution.skips_errors for execution in executions) else set()
        self.names = frozenset({*used, *self._exceptions.values(), *(name for retry in retries for name in retry.on)})

    def imports(self) -> list[Import]:
        """What has to be imported for it, in either module."""
        found = [Import("wt_contracts.retry", POLICY, POLICY)] if self._retries else []
        for dotted, alias in self._exceptions.items():
            module, _, name = dotted.rpartition(".")
            found.append(Import(module, name, alias))
        return found

    def decorator(self, instance: Instance, name: str, handler: str | None = None) -> str:
        """The arguments of a step's decorator, in parentheses; empty if it has none.

        Args:
            instance: The step.
            name: The name of its function.
            handler: The name of what handles its failures.
        """
        execution = instance.execution
        resources = execution.resources
        arguments = [] if name == instance.id else [f"name={quoted(instance.id)}"]
        arguments += [f"retries={self._policy(execution.retry)}"] if execution.retry else []
        arguments += [] if execution.timeout is None else [f"timeout={scalar(execution.timeout)}"]
        arguments += [f"executor={quoted(resources.executor)}"] if resources.executor else []
        arguments += [] if resources.memory is None else [f"memory={resources.memory}"]
        arguments += [f"{name}={scalar(n)}" for name, n in (("cpu", resources.cpu), ("gpu", resources.gpu)) if n]
        arguments += [f"on_error={SKIPPED}"] if execution.skips_errors else []
        arguments += [f"on_error={handler}"] if handler else []
        arguments += ["awaits=True"] if instance.loop and instance.task.entry.is_async else []
        return f"({', '.join(arguments)})" if arguments else ""

    def chain(self, execution: Execution) -> tuple[str, ...]:
        """The methods of a task that say the same; where it runs is of no matter to a sequential run."""
        calls = [f".retry({self._policy(execution.retry)})"] if execution.retry else []
        calls += [] if execution.timeout is None else [f".timeout({scalar(execution.timeout)})"]
        calls += [".skip_errors()"] if execution.skips_errors else []
        return tuple(calls)

    def _policy(self, retry: Retry) -> str:
        arguments = [str(retry.attempts - 1), f"wait_min={scalar(retry.wait)}", f"wait_max={scalar(retry.longest)}"]
        if retry.on:
            names = ", ".join(self._exceptions.get(name, name) for name in retry.on)
            arguments.append(f"on=({names},)")
        arguments += [] if retry.backoff == Retry(1).backoff else [f"backoff={scalar(retry.backoff)}"]
        arguments += [] if retry.jitter else ["jitter=False"]
        return f"{POLICY}({', '.join(arguments)})"
