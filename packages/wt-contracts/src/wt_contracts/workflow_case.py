"""The test cases of a workflow, as the compiler writes them and whoever runs them reads them: `tests/cases.json`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from wt_contracts.json_difference import differences
from wt_contracts.result import WorkflowResult
from wt_contracts.versions import check_major

CASES_VERSION = "1.2"
CASES_FILE = "cases.json"
"""Where they are, in the directory `tests` of a workspace."""


@dataclass(frozen=True, kw_only=True)
class WorkflowCase:
    """One run of a workflow, and how it has to end.

    Attributes:
        params: The parameters, one key a task instance.
        mock_io: Whether tasks that read or write return recorded examples.
        match: What is asked of the result: nothing, that it is `expected`, that it holds at least `expected`, or that
            it is the snapshot `expected`.
        expected: The value that goes with `match`.
        recorded: Whether there is a snapshot; without one, a case that asks for it fails.
        fails: Whether the run has to fail.
        error: What the error of a failed run has to hold.
        skips: The task instances that have to be skipped, exactly these; None if nobody asks.
        approvals: What a person says of the task instances that wait for that: whether they may run, or what is filled
            in (since 1.1).
        tolerance: By how much, or by what part of the larger one, numbers in the result may differ from what is
            expected (since 1.2).
        files: Files below the results directory, and whether each is there, or what text it has to hold (since 1.2).
    """

    params: dict[str, Any] = field(default_factory=dict)
    mock_io: bool = True
    match: Literal["any", "exact", "subset", "snapshot"] = "any"
    expected: Any = None
    recorded: bool = True
    fails: bool = False
    error: str | None = None
    skips: list[str] | None = None
    approvals: dict[str, bool | dict[str, Any]] = field(default_factory=dict)
    tolerance: float = 0.0
    files: dict[str, bool | str] = field(default_factory=dict)

    def answer(self, step: str | None) -> dict[str, Any] | None:
        """What is said to the approval that a run waits for, as in `wt_contracts.cli.WorkflowChoices`.

        Args:
            step: The task instance that it waits for.

        Returns:
            One of the choices `approve`, `reject` and `data`; None if nothing is said, so that the run goes on waiting.
        """
        said = self.approvals.get(step or "")
        if isinstance(said, dict):
            return {"data": json.dumps(said)}
        return None if said is None else {"approve" if said else "reject": True}

    def failures(
        self, result: WorkflowResult, skipped: Collection[str], contents: Mapping[str, bytes | None] | None = None
    ) -> list[str]:
        """Compare a run with what the case asks for.

        Args:
            result: What the run left, without the places of this machine in it (see `without_places`).
            skipped: The task instances that were skipped.
            contents: What is in each of `files`, None for one that is not there; without it, they are not compared.

        Returns:
            What differs, a line each; nothing if the case passes.
        """
        skips = self._of_the_skips(skipped) if self.fails or result.error is None else ()
        files = () if contents is None else self._of_the_files(contents)
        return [*self._of_the_end(result), *skips, *files]

    def _of_the_end(self, result: WorkflowResult) -> Iterator[str]:
        if result.error is not None and not self.fails:
            yield f"the run failed: {result.error}"
        elif result.error is None and self.fails:
            yield "the run succeeded, and was expected to fail"
        elif result.error is not None and self.error is not None and self.error not in result.error:
            yield f"error: expected one with {self.error!r} in it, got {result.error!r}"
        elif result.error is None and self.match == "snapshot" and not self.recorded:
            yield "there is no snapshot yet: `wt test SPEC --update-snapshots` takes one"
        elif result.error is None and self.match != "any":
            subset = self.match == "subset"
            yield from differences(self.expected, result.result, subset=subset, tolerance=self.tolerance)

    def _of_the_skips(self, skipped: Collection[str]) -> Iterator[str]:
        if self.skips is None:
            return
        yield from (f"{step}: expected to be skipped, and was not" for step in self.skips if step not in skipped)
        yield from (f"{step}: was skipped, which is not expected" for step in skipped if step not in self.skips)

    def _of_the_files(self, contents: Mapping[str, bytes | None]) -> Iterator[str]:
        for name, wanted in self.files.items():
            content = contents.get(name)
            if content is None and wanted is not False:
                yield f"<results>/{name}: expected to be there, and is not"
            elif content is not None and wanted is False:
                yield f"<results>/{name}: is there, which is not expected"
            elif isinstance(wanted, str) and wanted.encode(errors="surrogatepass") not in (content or b""):
                yield f"<results>/{name}: expected to hold {wanted!r}, and does not"


@dataclass(frozen=True, kw_only=True)
class WorkflowCases:
    """All test cases of a workflow.

    Attributes:
        cases: The cases by name.
        env_vars: The environment variables that the workflow cannot do without: whoever runs a case sets those that
            are not set to the URL of its results.
        version: The version of this document; another major version is refused.
    """

    cases: dict[str, WorkflowCase] = field(default_factory=dict)
    env_vars: list[str] = field(default_factory=list)
    version: str = CASES_VERSION

    def __post_init__(self) -> None:
        check_major("the test cases", self.version, 1, "wt-contracts")


def without_places(result: WorkflowResult, places: Collection[str]) -> WorkflowResult:
    """A result in which nothing says where it was made, so that two runs can be compared.

    Args:
        result: What a run left.
        places: Paths and URLs of its results directory; each becomes `<results>`.
    """

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {moved(key): moved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [moved(item) for item in value]
        if isinstance(value, str):
            for place in sorted(places, key=len, reverse=True):
                value = value.replace(place, "<results>")
        return value

    return replace(result, result=moved(result.result), error=moved(result.error))
