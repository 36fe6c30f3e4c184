"""From samples to figures: medians, minima, ratios, verdicts on targets; as JSON and as Markdown."""

from __future__ import annotations

import json
import os
import platform
import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness import Contender, Sample, Target

OURS = "wt"


def summary(
    title: str,
    contenders: list[Contender],
    targets: list[Target],
    samples: dict[str, list[Sample]],
    unit: str = "s",
) -> dict[str, Any]:
    """The figures of a group as JSON: medians, minima, ratios of ours, verdicts."""
    rows = []
    medians = {name: statistics.median(s.wall for s in runs) for name, runs in samples.items()}
    ours = next((median for name, median in medians.items() if name.split()[0] == OURS), None)
    notes = {contender.name: contender.note for contender in contenders}
    for name, runs in samples.items():
        row = {"name": name, "median": medians[name], "min": min(s.wall for s in runs), "runs": len(runs)}
        row["cpu"] = statistics.median(s.cpu for s in runs)
        row["peak_mb"] = max(s.peak for s in runs)
        row["ratio"] = medians[name] / ours if ours else None
        rows.append(row | {"note": notes[name], "walls": [round(s.wall, 4) for s in runs]})
    verdicts = [_verdict(target, samples) for target in targets]
    return {"title": title, "unit": unit, "rows": rows, "targets": verdicts}


def _verdict(target: Target, samples: dict[str, list[Sample]]) -> dict[str, Any]:
    medians = {
        name: statistics.median(run.cpu if target.floor else run.wall for run in runs) for name, runs in samples.items()
    }
    floor = medians.get(target.floor, 0.0) if target.floor else 0.0
    reached = medians.get(target.name)
    if target.against and reached is not None:
        other = medians.get(target.against)
        reached = (reached - floor) / (other - floor) if other else None
    verdict = {"name": target.name, "limit": target.limit, "against": target.against, "floor": target.floor}
    return verdict | {"reached": reached, "met": None if reached is None else reached <= target.limit}


def markdown(result: dict[str, Any]) -> str:
    """One table a group, and a line for each target."""
    lines = [f"## {result['title']}", ""]
    for group in result["groups"]:
        lines += [f"### {group['title']}", ""]
        unit = group["unit"]
        lines += [f"| contender | median {unit} | min {unit} | CPU s | peak MB | ratio to wt | runs | notes |"]
        lines.append("|---|---:|---:|---:|---:|---:|---:|---|")
        for row in sorted(group["rows"], key=lambda row: row["median"]):
            ratio = f"{row['ratio']:.2f}" if row["ratio"] else "-"
            figures = f"{row['median']:.3f} | {row['min']:.3f} | {row['cpu']:.3f} | {row['peak_mb']:.0f}"
            lines.append(f"| {row['name']} | {figures} | {ratio} | {row['runs']} | {row['note']} |")
        lines += ["", *(_target_line(target, unit) for target in group["targets"]), ""]
    lines += [f"- left out: {name}: {reason.splitlines()[-1][:200]}" for name, reason in result["left_out"].items()]
    return "\n".join(lines)


def _target_line(target: dict[str, Any], measure: str) -> str:
    unit = f" x {target['against']}" if target["against"] else f" {measure}"
    unit += f", CPU, less {target['floor']} on both sides" if target["floor"] else ""
    if target["reached"] is None:
        return f"- {target['name']}: target {target['limit']:.4g}{unit}: not measured"
    word = "met" if target["met"] else "MISSED"
    return f"- {target['name']}: {target['reached']:.3f}{unit}; target {target['limit']:.4g}{unit}: **{word}**"


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": names[0] if names else platform.processor(),
        "cpus": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def write(directory: Path, name: str, result: dict[str, Any]) -> None:
    """Keep the result as `<name>.json` and `<name>.md`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.json").write_text(json.dumps(result, indent=1))
    (directory / f"{name}.md").write_text(markdown(result))
