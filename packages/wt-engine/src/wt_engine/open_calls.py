"""The calls of a resumed run that have not ended yet, found by what a record says of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from wt_engine.call import Call
from wt_engine.errors import ResumeError
from wt_engine.maps import MapFrame

if TYPE_CHECKING:
    from wt_engine.run import Run
    from wt_engine.storage.models import StepRecord

Key = tuple[str, int, int, int]


class Reopened:
    """A call that goes on after its function has returned: a sub-pipeline that had begun, or one that was answered.

    Attributes:
        call: The call, with the number that it had.
        content: What its function has returned, or the answer that stands for that.
    """

    __slots__ = ("call", "content")

    def __init__(self, call: Call, content: Any) -> None:
        self.call = call
        self.content = content

    @property
    def frame(self) -> MapFrame | None:
        """The map that the call works for, if any."""
        return self.call.frame


class OpenCalls:
    """Holds what would run next while the record of a run is gone through.

    Args:
        run: The run; what is queued there is taken from there.

    Attributes:
        begun: The sub-pipelines that are in progress, by their call's number.
        answered: The calls that have an answer for their value, by their number.
        suspended: The calls that wait for one, by their number.
        taken: The places of the items that have gone out, by the number of their map.
        failed: The failures after which a call is tried again when the run goes on.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._queued: dict[Key, list[Call]] = defaultdict(list)
        self.begun: dict[int, Call] = {}
        self.answered: dict[int, Reopened] = {}
        self.suspended: dict[int, Call] = {}
        self.taken: dict[int, set[int]] = defaultdict(set)
        self.failed: dict[tuple[Key, int], StepRecord] = {}

    def take(self, record: StepRecord) -> tuple[Call, MapFrame | None]:
        """The call that a record is of, which is open no longer.

        Returns:
            The call, and the map that it had opened, if it had; whatever was still open in that is open no longer.

        Raises:
            ResumeError: There is no such call.
        """
        number = record.number
        self.failed.pop((_key(record), record.parent), None)
        frame = self._run.frames.pop(number, None)
        if frame is not None:
            self.drop_within(frame)
            return frame.owner, frame
        if number in self.begun:
            return self.begun.pop(number), None
        if number in self.answered:
            return self.answered.pop(number).call, None
        call = self._queued_for(record) or self._suspended_for(record) or self._item_for(record)
        if call is None:
            raise ResumeError(
                f"The record of run '{self._run.publisher.origin.run_id}' does not fit its pipeline: call {number} of "
                f"step '{record.node}' follows from nothing"
            )
        call.number = number
        return call, None

    def queue(self, call: Call) -> None:
        """Hold a call that is to run."""
        self._queued[_key_of(call)].append(call)

    def collect(self) -> None:
        """Take over what the router has queued."""
        ready = self._run.crew.ready
        while ready:
            unit = ready.popleft()
            if isinstance(unit, MapFrame):
                unit.queued = False
            else:
                self.queue(unit)

    def has(self, record: StepRecord) -> bool:
        """Whether the call of a record is still to be run."""
        frame = self._run.frames.get(record.owner)
        if record.number in self.begun or record.number in self._run.frames or self._queued.get(_key(record)):
            return True
        return frame is not None and record.position in frame.places

    def left(self) -> list[Call]:
        """The calls that are to run, in the order in which they were queued."""
        return [call for calls in self._queued.values() for call in calls]

    def drop(self, call: Call) -> None:
        """Forget a call that is not to run after all."""
        self._queued[_key_of(call)].remove(call)
        if call.frame is not None:
            call.frame.pending -= 1

    def drop_within(self, frame: MapFrame) -> None:
        """Forget whatever works for a map."""
        self.collect()
        for calls in self._queued.values():
            calls[:] = [call for call in calls if not _within(call, frame)]
        for some in (self.begun, self.suspended):
            for number in [number for number, call in some.items() if _within(call, frame)]:
                del some[number]
        for number in [number for number, each in self.answered.items() if _within(each.call, frame)]:
            del self.answered[number]
        for number in [number for number, inner in self._run.frames.items() if _within(inner.owner, frame)]:
            del self._run.frames[number]

    def _queued_for(self, record: StepRecord) -> Call | None:
        self.collect()
        calls = self._queued.get(_key(record))
        if not calls:
            return None
        # Of several calls that a join, a loop or a jump has queued, the one with the same parent; which parent of a
        # join came last may differ, if they came at the same moment.
        found = next((call for call in calls if call.parent == record.parent), calls[0])
        calls.remove(found)
        return found

    def _suspended_for(self, record: StepRecord) -> Call | None:
        """The call that was asked again, because there was no answer."""
        for number, call in self.suspended.items():
            if _key_of(call) == _key(record) and call.parent == record.parent:
                return self.suspended.pop(number)
        return None

    def _item_for(self, record: StepRecord) -> Call | None:
        frame = self._run.frames.get(record.owner)
        if frame is None or not 0 <= record.position < len(frame.items) or record.attempt != 1:
            return None
        self.taken[record.owner].add(record.position)
        frame.running += 1
        worker = frame.team[record.position] if frame.team else frame.worker
        return Call(worker, record.owner, frame, frame.items[record.position], record.position)


def _key(record: StepRecord) -> Key:
    return (record.node, record.owner, record.position, record.attempt)


def _key_of(call: Call) -> Key:
    return (call.node.name, call.owner, call.position, call.attempt)


def _within(call: Call, frame: MapFrame) -> bool:
    above = call.frame
    while above is not None:
        if above is frame:
            return True
        above = above.owner.frame
    return False
