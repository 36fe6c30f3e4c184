"""What ran when: the calls of a run as bars, in text, as a page or as a Mermaid gantt chart."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import Any

from wt_engine.events import Event, NodeKind
from wt_engine.observability.calls import Calls, CallSpan, Told, calls_of
from wt_engine.observers import Observer, ObserverMeta

_BOTTLENECK = "slowest"
_CONTAINERS = (NodeKind.MAP, NodeKind.SUB)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 14px system-ui, sans-serif; margin: 2rem; color: #222 }}
table {{ border-collapse: collapse; width: 100% }} td {{ padding: 2px 8px; white-space: nowrap }}
td.bars {{ width: 70%; position: relative; background: #f4f4f4 }}
td.bars div {{ position: absolute; top: 3px; bottom: 3px; min-width: 2px; border-radius: 2px; background: #3b7dd8 }}
td.bars div.error {{ background: #c0392b }} td.bars div.open {{ background: #999 }}
td.bars div.slowest {{ outline: 2px solid #e08e0b }} .note {{ color: #a15f00 }}
</style></head><body><h1>{title}</h1><p>{summary}</p><table>
{rows}
</table></body></html>
"""


class TimelineVisualizer(Observer):
    """Remembers when each call of the latest run started and ended, and draws it.

    The call that took longest among those that wait for no others is marked: making it faster is what pays first.

    Args:
        most: How many calls are drawn; the longest of a larger number.
    """

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._name = "run"
        self._calls = Calls()

    @classmethod
    def of(
        cls, events: Iterable[Told], name: str = "run", most: int = 200, *, over: bool = False
    ) -> TimelineVisualizer:
        """The timeline of events that are there already.

        Args:
            events: The events of one run.
            name: What to call it.
            most: How many calls are drawn.
            over: Whether nobody runs it any more.
        """
        timeline = cls(most)
        timeline._name, timeline._calls = name, calls_of(events, over=over)
        return timeline

    async def on_pipeline_start(self, state: Any, ctx: Any, meta: ObserverMeta) -> None:
        """Forget the run before."""
        self._name, self._calls = meta.pipe_name, Calls()

    async def on_event(self, state: Any, ctx: Any, meta: ObserverMeta, event: Event) -> None:
        """Remember an event."""
        self._calls.add(event)

    @property
    def bottleneck(self) -> CallSpan | None:
        """The call that took longest; maps and sub-pipelines, which wait for others, do not count."""
        return max(self._leaves(), key=lambda span: self._seconds(span), default=None)

    def render_ascii(self, width: int = 100) -> str:
        """The timeline as lines of text.

        Args:
            width: How many characters a line has.
        """
        spans = self._drawn()
        if not spans:
            return f"{self._name}: nothing ran\n"
        label = min(max(len(self._label(span)) for span in spans), width // 3)
        room = max(width - label - 24, 10)
        lines = [self._summary()]
        for span in spans:
            began, ended = self._place(span)
            left = min(round(began * room), room - 1)
            right = min(max(round(ended * room), left + 1), room)
            bar = " " * left + ("x" if span.error else "." if span.end is None else "#") * (right - left)
            name = self._label(span)
            name = name if len(name) <= label else name[: label - 1] + "~"
            mark = f" <- {_BOTTLENECK}" if span is self.bottleneck else ""
            lines.append(f"{name:<{label}} |{bar[:room]:<{room}}| {_duration(self._seconds(span)):>9}{mark}".rstrip())
        return "\n".join(lines) + "\n"

    def render_html(self) -> str:
        """The timeline as one page that needs nothing else."""
        rows = []
        for span in self._drawn():
            left, right = self._place(span)
            classes = ["error"] if span.error else ["open"] if span.end is None else []
            slowest = span is self.bottleneck
            classes += [_BOTTLENECK] if slowest else []
            title = html.escape(span.error or self._label(span), quote=True)
            bar = f'<div class="{" ".join(classes)}" title="{title}" style="left:{left:.2%};width:{right - left:.2%}">'
            note = f' <span class="note">{_BOTTLENECK}</span>' if slowest else ""
            name = "&nbsp;" * 2 * span.depth + html.escape(self._label(span))
            took = _duration(self._seconds(span))
            rows.append(f'<tr><td>{name}</td><td class="bars">{bar}</div></td><td>{took}{note}</td></tr>')
        title = html.escape(self._name)
        return _PAGE.format(title=title, summary=html.escape(self._summary()), rows="\n".join(rows))

    def render_mermaid(self) -> str:
        """The timeline as a Mermaid gantt chart, in milliseconds since the start."""
        began = self._calls.began or 0.0
        lines = ["gantt", f"    title {_plain(self._name)}", "    dateFormat x", "    axisFormat %S.%L s"]
        for number, span in enumerate(self._drawn()):
            tags = "crit, " if span.error or span is self.bottleneck else "active, " if span.end is None else ""
            start = round(1000 * (span.start - began))
            end = max(round(1000 * (self._end(span) - began)), start + 1)
            lines.append(f"    {_plain(self._label(span))} :{tags}c{number}, {start}, {end}")
        return "\n".join(lines) + "\n"

    def render_json(self) -> str:
        """The calls as JSON, in seconds since the epoch."""
        fields = ("stage", "start", "end", "error", "attempt", "depth")
        return json.dumps([{name: getattr(span, name) for name in fields} for span in self._calls.spans])

    def _drawn(self) -> list[CallSpan]:
        spans = self._calls.spans
        if len(spans) > self._most:
            longest = sorted(spans, key=self._seconds, reverse=True)[: self._most]
            spans = sorted(longest, key=lambda span: span.start)
        return spans

    def _leaves(self) -> list[CallSpan]:
        return [span for span in self._calls.spans if span.kind not in _CONTAINERS]

    def _end(self, span: CallSpan) -> float:
        known = (span.end, span.seen_until, self._calls.ended, span.start)
        return next(moment for moment in known if moment is not None)

    def _seconds(self, span: CallSpan) -> float:
        return self._end(span) - span.start

    def _place(self, span: CallSpan) -> tuple[float, float]:
        began, ended = self._calls.began or 0.0, self._calls.ended or 0.0
        whole = max(ended - began, 1e-9)
        return (span.start - began) / whole, (self._end(span) - began) / whole

    def _label(self, span: CallSpan) -> str:
        return span.stage + (f" ({span.attempt})" if span.attempt > 1 else "")

    def _summary(self) -> str:
        failed = sum(span.error is not None for span in self._calls.spans)
        whole = (self._calls.ended or 0.0) - (self._calls.began or 0.0)
        count = len(self._calls.spans)
        shown = f", the longest {self._most} shown" if count > self._most else ""
        return f"{self._name}: {count} calls in {_duration(whole)}{f', {failed} failed' if failed else ''}{shown}"


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def _plain(text: str) -> str:
    """A label that cannot end its line or its field in Mermaid's gantt syntax, which knows no quoting."""
    return "".join(char if char.isalnum() or char in " _-.()" else "_" for char in text) or "_"
