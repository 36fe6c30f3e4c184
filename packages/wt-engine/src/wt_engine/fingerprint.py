"""What of a plan matters to a run that goes on under it, as data that can be kept and compared."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import sys
from collections.abc import Iterator
from types import CodeType
from typing import Any

from wt_engine.errors import DefinitionError
from wt_engine.plan import NOWHERE, STOP, Node, Plan
from wt_engine.storage.models import PlanFacts

_ROUTES = "routes"


class PlanChangedError(DefinitionError):
    """A run cannot go on, because its pipeline is another one now.

    Args:
        run_id: The run.
        differences: What has changed.
    """

    def __init__(self, run_id: str, differences: list[str]) -> None:
        self.differences = differences
        super().__init__(
            f"Run '{run_id}' cannot be resumed, because the pipeline has changed: {'; '.join(differences)}. "
            f"Resume it with the pipeline that it began with, or begin a new run"
        )


def facts_of(plan: Plan) -> PlanFacts:
    """A plan as a store keeps it."""
    facts = fingerprint(plan)
    text = json.dumps(facts)
    essence = json.dumps(_essence(facts), sort_keys=True)
    return PlanFacts(_hash(text), _hash(essence), text)


def fingerprint(plan: Plan) -> dict[str, Any]:
    """A plan as data: its steps with everything that says which of them run, when, and on what."""
    return {"name": plan.name, "steps": {node.name: _facts(plan, node) for node in plan.nodes}}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _essence(facts: dict[str, Any]) -> dict[str, Any]:
    """A fingerprint without what may change."""
    steps = {}
    for name, step in facts["steps"].items():
        steps[name] = {key: fact for key, fact in step.items() if key not in _REPORTED}
        if "plan" in step:
            steps[name]["plan"] = _essence(step["plan"])
    return {"name": facts["name"], "steps": steps}


def differences(before: dict[str, Any], now: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What has changed from one fingerprint to another.

    Returns:
        What makes it impossible to go on, and what is only worth telling; both as sentences without a full stop.
    """
    return list(_differences(before, now, "")), list(_reported(before, now, ""))


_REPORTED = {
    "timeout": "timeout",
    "retries": "retries",
    "barrier_timeout": "barrier timeout",
    "max_concurrency": "concurrency",
    "source": "source",
}
"""What may change: it decides how a step runs, and not which."""

_NAMES = {
    "kind": "kind",
    "to": "targets",
    "each": "worker",
    "team": "workers",
    "returns": "loop",
    "default": "default route",
    "barrier": "barrier type",
    "inputs": "parameters",
}


def _facts(plan: Plan, node: Node) -> dict[str, Any]:
    name = plan.nodes.__getitem__
    facts: dict[str, Any] = {
        "kind": node.kind.value,
        "to": [name(place).name for place in node.successors],
        "barrier": node.barrier_type.value,
        "inputs": [each for each, _ in node.callee.recipe.sources],
        "team": [name(place).name for place in node.team],
        "returns": sorted(name(place).name for place in node.returns),
        "each": None if node.each is None else name(node.each).name,
        "default": None if node.default is None else _target(plan, node.default),
        "timeout": node.timeout,
        "retries": node.retries.retries if node.retries else None,
        "barrier_timeout": node.barrier_timeout,
        "max_concurrency": node.max_concurrency,
        "source": _source(node.callee.call),
    }
    if isinstance(node.routes, dict):
        facts[_ROUTES] = {repr(value): _target(plan, place) for value, place in node.routes.items()}
    elif node.routes is not None:
        facts["source"] = f"{facts['source']} {_source(node.routes)}"
    if node.pipeline is not None:
        facts["plan"] = fingerprint(node.pipeline.prepared()[0])
    return {key: fact for key, fact in facts.items() if fact not in (None, [])}


def _target(plan: Plan, place: int) -> str:
    return {STOP: "Stop", NOWHERE: "nowhere"}.get(place) or plan.nodes[place].name


def _source(function: Any) -> str | None:
    """The hash of a function's code, with the version of Python that it is the code of; None if it is not Python."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    if not inspect.isroutine(function) and callable(function):
        function = type(function).__call__
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    return f"{sys.hexversion >> 16:x} {_hash(repr(_of_code(code)))[:16]}"


def _of_code(code: CodeType) -> list[Any]:
    constants = [_of_code(each) if isinstance(each, CodeType) else _shown_constant(each) for each in code.co_consts]
    return [code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants]


def _shown_constant(value: Any) -> Any:
    # The order of a set is another one in every process.
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def _differences(before: dict[str, Any], now: dict[str, Any], prefix: str) -> Iterator[str]:
    old, new = before["steps"], now["steps"]
    for name in [name for name in new if name not in old]:
        yield f"step '{prefix}{name}' is new"
    for name in [name for name in old if name not in new]:
        yield f"step '{prefix}{name}' is gone"
    for name, facts in old.items():
        if name not in new:
            continue
        kind, step = facts["kind"], f"{prefix}{name}"
        for key, title in _NAMES.items():
            was, is_ = facts.get(key), new[name].get(key)
            if was != is_:
                yield f"{kind} '{step}': {title} was {_shown(was)}, now {_shown(is_)}"
        yield from _route_differences(facts.get(_ROUTES, {}), new[name].get(_ROUTES, {}), step)
        if "plan" in facts and "plan" in new[name]:
            yield from _differences(facts["plan"], new[name]["plan"], f"{step}:")


def _route_differences(before: dict[str, str], now: dict[str, str], step: str) -> Iterator[str]:
    for value in [*before, *(value for value in now if value not in before)]:
        was, is_ = before.get(value), now.get(value)
        if was is None:
            yield f"switch '{step}': route {value} is new"
        elif is_ is None:
            yield f"switch '{step}': route {value} is gone"
        elif was != is_:
            yield f"switch '{step}': route {value} went to '{was}', now to '{is_}'"


def _reported(before: dict[str, Any], now: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, facts in before["steps"].items():
        other = now["steps"].get(name)
        if other is None:
            continue
        for key, title in _REPORTED.items():
            if key == "source":
                if _code_differs(facts.get(key), other.get(key)):
                    yield f"the code of step '{prefix}{name}' has changed"
            elif facts.get(key) != other.get(key):
                yield f"step '{prefix}{name}': {title} was {_shown(facts.get(key))}, now {_shown(other.get(key))}"
        if "plan" in facts and "plan" in other:
            yield from _reported(facts["plan"], other["plan"], f"{prefix}{name}:")


def _shown(fact: Any) -> str:
    if fact is None or fact == []:
        return "none"
    return ", ".join(map(str, fact)) if isinstance(fact, list) else f"'{fact}'" if isinstance(fact, str) else str(fact)


def _code_differs(before: str | None, now: str | None) -> bool:
    # Another version of Python makes other code of the same text.
    return before != now and (before or "").split(" ")[0] == (now or "").split(" ")[0]
