"""Make the pictures of a workflow in the README: its graph, its form, and the page that a run of it has made.

    wt run examples/weather/spec.yaml --results /tmp/weather
    python scripts/pictures/make.py weather examples/weather/wt-weather-workflow /tmp/weather/weather-report.html

It needs Chromium or Chrome, which takes the screenshots.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parents[2] / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def screenshot(page: Path, picture: Path, size: str, profile: Path) -> None:
    """Take a picture of a page; `size` is its width and height, with a comma between them."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit(f"none of {', '.join(BROWSERS)} is installed")
    quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000"]
    about = [f"--user-data-dir={profile}", f"--window-size={size}", f"--screenshot={picture}", page.resolve().as_uri()]
    subprocess.run([browser, *quiet, *about], check=True, stderr=subprocess.DEVNULL)


def main() -> None:
    """Make the three pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="what the pictures' names begin with")
    parser.add_argument("workspace", type=Path, help="the compiled workspace")
    parser.add_argument("page", type=Path, help="the page that the run made")
    parser.add_argument("--form-size", default="760,1500", help="width,height of the form's picture")
    parser.add_argument("--page-size", default="1100,1400", help="width,height of the page's picture")
    arguments = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    shutil.copy(arguments.workspace / "graph.png", IMAGES / f"{arguments.name}-graph.png")
    with tempfile.TemporaryDirectory() as name:
        form, profile = Path(name) / "form.html", Path(name) / "profile"
        command = [
            str(Path(sys.executable).parent / "wt"),
            "form",
            str(arguments.workspace),
            "--no-open",
            "-o",
            str(form),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        screenshot(form, IMAGES / f"{arguments.name}-form.png", arguments.form_size, profile)
        screenshot(arguments.page, IMAGES / f"{arguments.name}-page.png", arguments.page_size, profile)


if __name__ == "__main__":
    main()
