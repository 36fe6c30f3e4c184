"""Asking a person for the parameters that are missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from wt_invokers.params import Params, parse_value
from wt_invokers.schema import member, missing, reasons, resolve

Ask: TypeAlias = Callable[[str], str]
Say: TypeAlias = Callable[[str], None]

_TYPES = {
    "array": "a list, as JSON",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping, as JSON",
    "string": "text",
}


def ask_missing(params: Params, schema: dict[str, Any], ask: Ask, say: Say) -> None:
    """Ask for every required parameter that has no value, until each answer fits.

    Args:
        params: What is known; gets the answers.
        schema: The schema of all parameters.
        ask: Shows a prompt and returns what was typed.
        say: Shows a line.
    """
    asked: set[tuple[str, ...]] = set()
    while path := next((each for each in missing(params.values, schema) if each not in asked), None):
        asked.add(path)
        node = member(schema, path) or {}
        if node.get("type") == "object" and node.get("required"):
            params.put(path, {})  # asked for piece by piece
            continue
        params.put(path, _ask_one(path, node, schema, ask, say))


def describe(path: tuple[str, ...], node: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """What a person should know of a parameter before typing its value.

    Args:
        path: The step, the parameter, and what is inside it.
        node: The schema of the parameter.
        schema: The schema of all parameters.

    Returns:
        Lines: what it is called, what it means, which values it takes, an example.
    """
    step = (member(schema, path[:1]) or {}).get("title") or path[0]
    lines = [f"{step}: {node.get('title') or path[-1]}  ({'.'.join(path)})"]
    if node.get("description"):
        lines.append(f"  {node['description']}")
    lines.append(f"  {wanted(node, schema)}")
    if node.get("examples"):
        lines.append(f"  for example {json.dumps(node['examples'][0], ensure_ascii=False)}")
    return lines


def wanted(node: dict[str, Any], schema: dict[str, Any]) -> str:
    """Which values a parameter takes, in a few words."""
    node = resolve(node, schema)
    if "enum" in node:
        return f"one of {', '.join(_shown(option) for option in node['enum'])}"
    if "const" in node:
        return _shown(node["const"])
    alternatives = node.get("anyOf") or node.get("oneOf")
    if alternatives:
        return " or ".join(dict.fromkeys(wanted(each, schema) for each in alternatives))
    names = node.get("type", [])
    words = " or ".join(_TYPES.get(name, name) for name in ([names] if isinstance(names, str) else names))
    return f"{words or 'any value, as JSON'}{_format(node)}"


def _format(node: dict[str, Any]) -> str:
    examples = {"date-time": "such as 2024-05-31T12:00:00Z", "date": "such as 2024-05-31", "time": "such as 12:00:00"}
    parts = [examples.get(node.get("format", ""), node.get("format", ""))]
    parts += [f"{words} {node[key]}" for key, words in (("minimum", "at least"), ("maximum", "at most")) if key in node]
    text = ", ".join(part for part in parts if part)
    return f" ({text})" if text else ""


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _ask_one(path: tuple[str, ...], node: dict[str, Any], schema: dict[str, Any], ask: Ask, say: Say) -> Any:
    for line in describe(path, node, schema):
        say(line)
    default = node.get("default")
    while True:
        text = ask(f"{path[-1]}{f' [{_shown(default)}]' if 'default' in node else ''}: ").strip()
        if not text and "default" in node:
            return default
        if not text:
            say('  type a value; "" is the empty text')
            continue
        value = parse_value(text, node, schema)
        wrong = reasons(value, path, node, schema)
        if not wrong:
            return value
        for reason in wrong:
            say(f"  {reason}")
