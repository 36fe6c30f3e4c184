"""Calls that are handed out to be made side by side."""

from __future__ import annotations


class Calls:
    """A fan-out as task libraries hand it out."""

    def __init__(self, calls, gather=list):
        self.calls = calls
        self.gather = gather
