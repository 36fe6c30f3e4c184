"""Where a bulletin goes."""

from __future__ import annotations

from weather_tasks.results_folder import results_folder
from wt_registry import register

FILE = "bulletin.txt"


@register(tags=["io"])
def publish(text: str, results: str, remark: str = "") -> str:
    """Publish a bulletin.

    Args:
        text: The bulletin.
        results: The results folder, as a path or a `file://` URL.
        remark: What stands below it; may be empty.

    Returns:
        The path of the file.
    """
    path = results_folder(results) / FILE
    path.write_text("\n\n".join(part for part in (text, remark) if part) + "\n", encoding="utf-8")
    return str(path)
