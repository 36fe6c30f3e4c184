"""The colours and the direction of a Mermaid flowchart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MermaidTheme:
    """How a flowchart looks; styles are those of Mermaid's `classDef`.

    Attributes:
        direction: Where it grows: down, right, up or left.
        step: The style of steps.
        streaming: The style of steps that stream.
        map: The style of maps and their workers.
        switch: The style of switches.
        sub: The style of sub-pipelines.
        start: The style of the start.
        end: The style of the end.
        hook: The style of hooks.
    """

    direction: Literal["TD", "LR", "BT", "RL"] = "TD"
    step: str = "fill:#e8f1fb,stroke:#3b7dd8,color:#1b2a3a"
    streaming: str = "fill:#fff4e0,stroke:#d98e04,color:#3a2a06"
    map: str = "fill:#e9f7ec,stroke:#2f9e4f,color:#10331b"
    switch: str = "fill:#f6ebfa,stroke:#8e44ad,color:#2e1239"
    sub: str = "fill:#e6f6f6,stroke:#16898a,color:#0a3334"
    start: str = "fill:#2f9e4f,stroke:#1f7038,color:#ffffff"
    end: str = "fill:#5b6673,stroke:#3d4650,color:#ffffff"
    hook: str = "fill:#f3f3f3,stroke:#999999,color:#333333"
