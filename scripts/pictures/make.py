"""Make the pictures in the README from a compiled workspace and a finished run.

Run it after `wt run examples/weather/spec.yaml`:

    python scripts/pictures/make.py examples/weather/wt-weather-workflow RESULTS/weather.html

It needs Node (for React JSON Schema Form, which draws the form) and Chromium (which takes the screenshots).
"""

from __future__ import annotations

import argparse
import html
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "docs" / "images"


def bundle(build: Path) -> str:
    """Install React JSON Schema Form and bundle the page's script; returns the script."""
    for name in ("package.json", "form.jsx"):
        shutil.copy(HERE / name, build)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=build, check=True)
    production = '--define:process.env.NODE_ENV="production"'
    command = ["node_modules/.bin/esbuild", "form.jsx", "--bundle", "--minify", production, "--outfile=form.js"]
    subprocess.run(command, cwd=build, check=True)
    return (build / "form.js").read_text(encoding="utf-8")


def form_page(rjsf: dict[str, object], script: str) -> str:
    """The page that shows the form of `rjsf.json`."""
    style = (HERE / "form.css").read_text(encoding="utf-8")
    data = html.escape(json.dumps(rjsf), quote=False)
    return (
        f'<!doctype html><meta charset="utf-8"><style>{style}</style><div id="form"></div>'
        f'<script type="application/json" id="schema">{data}</script>'
        '<script>const text = document.createElement("textarea");'
        'text.innerHTML = document.getElementById("schema").textContent; window.RJSF = JSON.parse(text.value);</script>'
        f"<script>{script}</script>"
    )


def screenshot(page: Path, picture: Path, size: str, profile: Path) -> None:
    """Take a picture of a page with headless Chromium."""
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars"]
    command = ["chromium", "--headless", "--no-sandbox", *quiet, f"--user-data-dir={profile}"]
    command += [f"--window-size={size}", "--virtual-time-budget=8000", f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Make all three pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path, help="the compiled workspace")
    parser.add_argument("report", type=Path, help="the page that the run made")
    parser.add_argument("--form-size", default="760,1500", help="width,height of the form's picture")
    parser.add_argument("--report-size", default="1100,1400", help="width,height of the report's picture")
    arguments = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    shutil.copy(arguments.workspace / "graph.png", IMAGES / "weather-graph.png")
    (rjsf,) = arguments.workspace.glob("*/rjsf.json")
    with tempfile.TemporaryDirectory() as name:
        build = Path(name)
        page = build / "form.html"
        page.write_text(form_page(json.loads(rjsf.read_text(encoding="utf-8")), bundle(build)), encoding="utf-8")
        screenshot(page, IMAGES / "weather-form.png", arguments.form_size, build / "profile")
        screenshot(arguments.report.resolve(), IMAGES / "weather-report.png", arguments.report_size, build / "profile")


if __name__ == "__main__":
    main()
