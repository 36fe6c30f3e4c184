"""Rows as files that other programs open: CSV for spreadsheets, Parquet for data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Kind = Literal["text", "number", "count", "time"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the same columns.

    Attributes:
        columns: The names of the columns, with what they hold; times are in seconds since the epoch.
        rows: The rows, by column; a missing value is None.
    """

    columns: Mapping[str, Kind]
    rows: Sequence[Mapping[str, Any]]

    def csv(self) -> str:
        """The table as CSV (RFC 4180), times as ISO 8601 in UTC.

        A text that a spreadsheet would take for a formula is preceded by an apostrophe
        (https://owasp.org/www-community/attacks/CSV_Injection).
        """
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([_cell(row.get(name), kind) for name, kind in self.columns.items()])
        return stream.getvalue()

    def parquet(self) -> bytes:
        """The table as a Parquet file.

        Raises:
            ModuleNotFoundError: pyarrow, of the extra `export`, is not installed.
        """
        try:
            import pyarrow  # type: ignore[import-untyped] # it comes without types
            import pyarrow.parquet  # type: ignore[import-untyped] # as above
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("Parquet needs pyarrow: install wt-engine[export]", name="pyarrow") from error
        types = {
            "text": pyarrow.string(),
            "number": pyarrow.float64(),
            "count": pyarrow.int64(),
            "time": pyarrow.timestamp("us", "UTC"),
        }
        schema = pyarrow.schema([(name, types[kind]) for name, kind in self.columns.items()])
        columns = [
            pyarrow.array([_value(row.get(name), kind) for row in self.rows], types[kind])
            for name, kind in self.columns.items()
        ]
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.table(columns, schema=schema), buffer)
        return buffer.getvalue()


def iso(seconds: float | None) -> str | None:
    """Seconds since the epoch as ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _cell(value: Any, kind: Kind) -> Any:
    if value is None:
        return ""
    if kind == "time":
        return iso(value)
    if kind == "text":
        text = str(value).replace("\0", "\ufffd")
        return f"'{text}" if text.startswith(_FORMULA) else text
    return value


def _value(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind == "time":
        return datetime.fromtimestamp(value, UTC)
    return str(value) if kind == "text" else value
