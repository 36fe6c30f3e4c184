"""What a run that goes on had said at its end: it is lost only once there is something newer."""

from __future__ import annotations

from typing import NamedTuple

from wt_contracts.run_record import RUN_FILE

from wt_task.cli.results import RESULT_FILE, ResultsDirectory


class EarlierEnd(NamedTuple):
    """The files of a run that has ended once.

    Attributes:
        result: What `result.json` held.
        account: What `run.json` held; None if there was none.
    """

    result: bytes
    account: bytes | None

    @classmethod
    def take(cls, results: ResultsDirectory) -> EarlierEnd | None:
        """Take `result.json` away, so that nobody reads it as the end of what runs now.

        Args:
            results: The results directory.

        Returns:
            What to put back if the run is refused; None if it had not come to an end.

        Raises:
            ResultsError: It cannot be removed.
        """
        if results.path is None:
            return None
        result, account = (_read(f"{results.path}/{name}") for name in (RESULT_FILE, RUN_FILE))
        results.remove(RESULT_FILE)
        return None if result is None else cls(result, account)

    def put_back(self, results: ResultsDirectory) -> None:
        """Write the files as they were.

        Raises:
            ResultsError: They cannot be written.
        """
        results.write(RESULT_FILE, self.result)
        if self.account is not None:
            results.write(RUN_FILE, self.account)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs more than a run may take
            return file.read()
    except OSError:
        return None
