"""How a task instance is run: `retry`, `timeout`, `resources`, `cache`, `on-error`."""

from __future__ import annotations

import re
from typing import Final

from wt_contracts.codes import Code
from wt_contracts.diagnostics import near_miss

from wt_compiler.document import ListNode, MapNode, Node, ScalarNode
from wt_compiler.exception_names import is_foreign, why_no_exception
from wt_compiler.execution import EXECUTORS, Execution, Resources, Retry
from wt_compiler.findings import Findings
from wt_compiler.shape import check_keys, is_null, read_map, read_string, refuse

EXECUTION_KEYS: Final = ("retry", "timeout", "resources", "cache", "on-error")
USE_EXECUTION_KEYS: Final = ("retry", "timeout", "on-error")
"""Those that a sub-workflow can have: they are about all of it, as one step."""

_OF_TASKS: Final = {
    "cache": "each of its tasks is cached by itself, or not",
    "resources": "its tasks run where they say themselves",
    "approval": "a person is asked about a task instance",
}
_INSTEAD: Final = {
    "task": "an entry has 'task' or 'uses': write two",
    "partial": "what its parameters are bound to stands in 'with'",
}
_RETRY_KEYS: Final = ("attempts", "wait", "backoff", "jitter", "longest", "on")
_RESOURCE_KEYS: Final = ("executor", "cpu", "memory", "gpu")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)")
_UNITS: Final = {"B": 1} | {
    f"{prefix}{kind}": base**power
    for kind, base in (("B", 1000), ("iB", 1024))
    for power, prefix in enumerate(("K", "M", "G", "T"), 1)
}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST: Final = 1e9
"""More seconds than anything waits: thirty years."""


def read_execution(item: MapNode, findings: Findings, keys: tuple[str, ...] = EXECUTION_KEYS) -> Execution:
    """Read how an instance is run.

    Args:
        item: The instance.
        findings: Gets what is wrong.
        keys: The keys that it can have; others are passed over.
    """
    nodes = {key: item.get(key) for key in keys}
    return Execution(
        retry=_read_retry(nodes.get("retry"), findings),
        timeout=_read_seconds(nodes.get("timeout"), "'timeout'", findings),
        resources=_read_resources(nodes.get("resources"), findings),
        skips_errors=_read_on_error(nodes.get("on-error"), findings),
        caches=_read_flag(nodes.get("cache"), "'cache'", False, findings),
    )


def refuse_of_tasks(item: MapNode, findings: Findings) -> tuple[str, ...]:
    """Refuse what only a task instance has, of a sub-workflow; gives the keys that are dealt with so."""
    inside = "the task instances in the sub-workflow's own spec"
    for key in (found := tuple(key for key in _OF_TASKS if key in item.entries)):
        why = _OF_TASKS[key]
        hint = f"give {key!r} to {inside}"
        findings.error(Code.WRONG_VALUE, f"a sub-workflow has no {key!r}: {why}", item.entries[key].key.position, hint)
    for key in (other := tuple(key for key in _INSTEAD if key in item.entries)):
        message = f"a sub-workflow has no {key!r}"
        findings.error(Code.UNKNOWN_KEY, message, item.entries[key].key.position, _INSTEAD[key])
    return (*found, *other)


def _read_retry(node: Node | None, findings: Findings) -> Retry | None:
    if node is None or is_null(node):
        return None
    if isinstance(node, ScalarNode) and isinstance(node.value, int) and not isinstance(node.value, bool):
        attempts = _read_count(node, "'retry'", findings)
        return None if attempts is None else Retry(attempts)
    retry = read_map(node, "'retry'", findings, "write how often it is tried, or 'attempts', 'wait', 'backoff', 'on'")
    if retry is None:
        return None
    check_keys(retry, _RETRY_KEYS, "'retry'", findings)
    usual = Retry(3)
    attempts_node = retry.get("attempts")
    wait = _read_seconds(retry.get("wait"), "'wait'", findings, none_too=True)
    longest = _read_seconds(retry.get("longest"), "'longest'", findings, none_too=True)
    backoff = _read_number(retry.get("backoff"), "'backoff'", 1.0, findings)
    attempts = _read_count(attempts_node, "'attempts'", findings) if attempts_node is not None else None
    if longest is not None and wait is not None and longest < wait:
        message = f"'longest' is shorter than 'wait': no wait exceeds {longest:g} s, and the first one takes {wait:g} s"
        findings.error(Code.WRONG_VALUE, message, retry.entries["longest"].value.position, "let it be at least as long")
    return Retry(
        attempts=attempts or usual.attempts,
        wait=usual.wait if wait is None else wait,
        backoff=usual.backoff if backoff is None else backoff,
        jitter=_read_flag(retry.get("jitter"), "'jitter'", usual.jitter, findings),
        longest=max(usual.longest, wait or 0.0) if longest is None else longest,
        on=_read_exceptions(retry.get("on"), findings),
    )


def _read_exceptions(node: Node | None, findings: Findings) -> tuple[str, ...]:
    if node is None or is_null(node):
        return ()
    names = []
    for item in node.items if isinstance(node, ListNode) else [node]:
        name = read_string(item, "an exception", findings)
        if name is None:
            continue
        names.append(name)
        wrong = why_no_exception(name)
        if wrong is not None:
            findings.error(Code.WRONG_VALUE, wrong.message, item.position, wrong.hint)
        elif is_foreign(name):
            findings.name_exception(name, item.position)
    if isinstance(node, ListNode) and not node.items:
        findings.error(Code.WRONG_VALUE, "'on' names no exception", node.position, "name some, or remove the key")
    return tuple(names)


def _read_resources(node: Node | None, findings: Findings) -> Resources:
    if node is None or is_null(node):
        return Resources()
    resources = read_map(node, "'resources'", findings)
    if resources is None:
        return Resources()
    check_keys(resources, _RESOURCE_KEYS, "'resources'", findings)
    node, memory_node = resources.get("executor"), resources.get("memory")
    executor = read_string(node, "'executor'", findings) if node is not None else None
    if executor is not None and node is not None and executor not in EXECUTORS:
        meant = near_miss(executor, EXECUTORS)
        hint = f"did you mean {meant!r}?" if meant else f"it is one of {', '.join(EXECUTORS)}"
        findings.error(Code.WRONG_VALUE, f"there is no executor {executor!r}", node.position, hint)
        executor = None
    memory = _read_memory(memory_node, findings) if memory_node is not None else None
    if memory is not None and memory_node is not None and executor != "process":
        hint = "add 'executor: process'"
        findings.error(Code.WRONG_VALUE, "only a process can be held to its memory", memory_node.position, hint)
    cpu, gpu = (_read_amount(resources.get(key), f"{key!r}", findings) for key in ("cpu", "gpu"))
    if gpu is not None and gpu != int(gpu):
        refuse(resources.entries["gpu"].value, "'gpu'", "a whole number from 1", findings)
    return Resources(executor, memory, cpu, gpu)


def _read_amount(node: Node | None, what: str, findings: Findings) -> float | None:
    if node is None or is_null(node):
        return None
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        refuse(node, what, "a number above 0", findings)
        return None
    return value


def _read_memory(node: Node, findings: Findings) -> int | None:
    value = node.value if isinstance(node, ScalarNode) else None
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    amount = int(float(found[1]) * _UNITS[found[2]]) if found else value
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        refuse(node, "'memory'", "bytes, or an amount such as '2 GiB'", findings)
        return None
    return amount


def _read_on_error(node: Node | None, findings: Findings) -> bool:
    if node is None or is_null(node) or isinstance(node, MapNode):  # which is a handler
        return False
    text = node.value if isinstance(node, ScalarNode) else None
    if not isinstance(text, str):
        refuse(node, "'on-error'", "'skip' or a task that stands in", findings, "write 'skip', or 'task: …' below it")
    elif text != "skip":
        hint = f"for a task that stands in, write 'on-error: {{task: {text}}}'"
        findings.error(Code.WRONG_VALUE, f"'on-error' can be 'skip' or a task, not {text!r}", node.position, hint)
    return text == "skip"


def _read_flag(node: Node | None, what: str, usual: bool, findings: Findings) -> bool:
    if node is None or is_null(node):
        return usual
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        return node.value
    refuse(node, what, "true or false", findings)
    return usual


def _read_seconds(node: Node | None, what: str, findings: Findings, *, none_too: bool = False) -> float | None:
    if node is None or is_null(node):
        return None
    value = node.value if isinstance(node, ScalarNode) else None
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    seconds = float(found[1]) * _SECONDS[found[2]] if found else value
    allowed = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if allowed and isinstance(seconds, int | float) and (0 < seconds < LONGEST or (none_too and seconds == 0)):
        return seconds
    refuse(node, what, "seconds above 0, or a duration such as '90 s', '5 m' or '2 h'", findings)
    return None


def _read_count(node: Node, what: str, findings: Findings) -> int | None:
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        refuse(node, what, "a whole number from 1 to 1000", findings)
        return None
    return value


def _read_number(node: Node | None, what: str, least: float, findings: Findings) -> float | None:
    if node is None or is_null(node):
        return None
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1e6:
        refuse(node, what, f"a number from {least:g}", findings)
        return None
    return value
