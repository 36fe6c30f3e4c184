"""Secrets: where they come from, and that nothing shows them."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.diagnostics import DiagnosticError
from wt_contracts.masking import Mask
from wt_task import secret
from wt_task.secrets import MaskedStream, masked_streams


def mask_of(*values: str) -> Mask:
    mask = Mask()
    mask.add(*values)
    return mask


def test_the_environment_comes_first_then_a_named_file_then_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "TOKEN").write_text("from the directory\n")
    (tmp_path / "named").write_text("from the file\r\n", newline="")
    monkeypatch.setenv("WT_SECRETS_DIR", str(tmp_path))
    assert secret("TOKEN") == "from the directory"
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "named"))
    assert secret("TOKEN") == "from the file"
    monkeypatch.setenv("TOKEN", "from the environment")
    assert secret("TOKEN") == "from the environment"


def test_a_secret_that_is_nowhere_or_unreadable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DiagnosticError, match=r"WT514.*the secret TOKEN is given nowhere"):
        secret("TOKEN")
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(DiagnosticError, match=r"cannot be read from .*missing: No such file"):
        secret("TOKEN")
    (tmp_path / "missing").write_bytes(b"\xff\xfe")
    with pytest.raises(DiagnosticError, match="no text in UTF-8"):
        secret("TOKEN")


values = st.text(min_size=1).filter(lambda text: text.strip("*") == text and text.strip())


@given(values, st.text(alphabet="abc *"))
def test_no_form_of_a_secret_is_left(value: str, around: str) -> None:
    mask = mask_of(value)
    escaped = json.dumps(value)[1:-1]
    for form in (value, escaped, repr(value)[1:-1]):
        assert value not in mask.text(f"{around}{form}{around}").replace("***", "") or value in around * 2
    document: Any = json.loads(mask.json(json.dumps({"a": {"b": [value, f"x{value}y"], value: None}}).encode()))
    assert list(document) == ["a"]
    texts = [text for key, item in document["a"].items() for text in (key, *(item or []))]
    assert not any(value in text.replace("***", "") for text in texts) or value in "bxy"


def test_urls_base64_lines_and_numbers_are_masked() -> None:
    value = "pass word/1\nsecond line"
    mask = mask_of(value, "12345")
    encoded = base64.b64encode(value.encode()).decode()
    assert mask.text(f"{quote(value, safe='')} {encoded} second line") == "*** *** ***"
    assert json.loads(mask.json(b'{"n": 12345, "m": 1234, "t": true}')) == {"n": "***", "m": 1234, "t": True}


def test_nothing_is_replaced_without_secrets() -> None:
    mask = mask_of("")
    assert not mask
    assert mask.text("a") == "a"


def test_a_secret_that_is_printed_in_pieces_is_masked() -> None:
    written = io.StringIO()
    stream = MaskedStream(written, mask_of("hidden"))
    for piece in ("a hid", "den b\nhi", "dden", " c"):
        assert stream.write(piece) == len(piece)
    stream.finish()
    assert written.getvalue() == "a *** b\n*** c"


def test_what_is_flushed_is_seen_at_once_but_for_what_may_be_a_secret() -> None:
    written = io.StringIO()
    stream = MaskedStream(written, mask_of("hidden"))
    stream.write("go on? [y/N] ")
    stream.flush()
    assert written.getvalue() == "go on? [y/N] "
    stream.write("hidden hid")
    stream.flush()
    assert written.getvalue() == "go on? [y/N] *** "
    stream.write("den")
    stream.finish()
    assert written.getvalue() == "go on? [y/N] *** ***"


def test_output_is_the_processes_own_again_afterwards() -> None:
    before = sys.stdout
    with masked_streams(mask_of("hidden")):
        assert sys.stdout is not before
    assert sys.stdout is before


def test_spans_are_exported_without_secrets() -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from wt_task.masked_spans import MaskingExporter

    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(MaskingExporter(kept, mask_of("hidden"))))
    with (
        pytest.raises(ValueError, match="hidden"),
        provider.get_tracer("test").start_as_current_span("a hidden", attributes={"x": "hidden", "y": ["hidden", "b"]}),
    ):
        raise ValueError("hidden")
    provider.shutdown()
    (span,) = kept.get_finished_spans()
    assert "hidden" not in span.to_json().replace("test_spans", "").replace('raise ValueError("hidden")', "")
    assert span.name == "a ***"
