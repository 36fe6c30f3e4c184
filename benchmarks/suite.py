"""All benchmarks, one after the other: `python benchmarks/suite.py --out DIR`; takes the arguments of each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHMARKS = (
    "registry_dump",
    "compile_seven",
    "compile_events",
    "run_seven",
    "compiled_modes",
    "check_chain",
    "check_edges",
    "check_watch",
    "compile_scaling",
    "hello_cold",
    "noop_tasks",
    "cached_run",
    "cli_help",
    "env_realise",
    "env_disk",
    "discovery",
    "engine_steps",
    "engine_maps",
    "engine_scaling",
    "engine_processes",
    "engine_import",
)


def main() -> int:
    """Run them all; the exit code is 0 if every target was met."""
    failed = []
    for name in BENCHMARKS:
        print(f"== {name}", file=sys.stderr, flush=True)
        command = [sys.executable, str(HERE / f"{name}.py"), *sys.argv[1:]]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"a target was missed or nothing was measured in: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
