"""A Dockerfile, read as far as those of compiled workspaces go."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::\+(?P<text>(?:[^{}]|\$\{\w+\})*))?\}")


@dataclass(frozen=True)
class Instruction:
    """A line of a Dockerfile.

    Attributes:
        keyword: `RUN`, `COPY` and so on.
        text: What follows it, with continued lines joined.
    """

    keyword: str
    text: str


@dataclass(frozen=True)
class Stage:
    """What begins with a `FROM`.

    Attributes:
        name: What it is called; empty for the last.
        base: The image that it stands on.
        instructions: What follows.
    """

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def command(self, keyword: str) -> list[str]:
        """The argument list of its `ENTRYPOINT` or `HEALTHCHECK`.

        Raises:
            StopIteration: If it has none.
        """
        text = next(found.text for found in self.instructions if found.keyword == keyword)
        arguments: list[str] = json.loads(text[text.index("[") :])
        return arguments


def read_dockerfile(text: str, arguments: Mapping[str, str]) -> list[Stage]:
    """Read a Dockerfile.

    Args:
        text: The file.
        arguments: What `--build-arg` would give to the `ARG`s before the first stage.

    Returns:
        Its stages.
    """
    stages: list[Stage] = []
    known: dict[str, str] = {}
    for instruction in _instructions(text):
        if instruction.keyword == "FROM":
            base, _, name = substitute(instruction.text, known).partition(" AS ")
            stages.append(Stage(name, base))
        elif stages:
            stages[-1].instructions.append(instruction)
        elif instruction.keyword == "ARG":
            name, _, default = instruction.text.partition("=")
            known[name] = arguments.get(name, default)
    return stages


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Put the values of `${NAME}` and `${NAME:+text}` into a text."""

    def value(match: re.Match[str]) -> str:
        found = variables.get(match["name"], "")
        if match["text"] is None:
            return found
        return substitute(match["text"], variables) if found else ""

    return _VARIABLE.sub(value, text)


def _instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    pairs = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [Instruction(keyword.upper(), rest.strip()) for keyword, rest in pairs]
