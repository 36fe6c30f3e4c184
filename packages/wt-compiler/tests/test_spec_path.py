"""What a command takes for a spec."""

from __future__ import annotations

from pathlib import Path

import pytest
from wt_cli.main import main

SPEC = "id: demo\nrequirements: []\nworkflow: []\n"


@pytest.mark.parametrize("command", ["check", "fmt", "graph", "form", "schema", "diff"])
def test_a_directory_stands_for_the_spec_in_it(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "here/spec.yaml").write_text(SPEC)
    options = {"form": ["--no-open"], "fmt": ["--check"]}.get(command, [])
    environment = [] if command == "fmt" else ["--env", "current"]
    twice = 2 if command == "diff" else 1
    main([command, *["here"] * twice, *options, *environment])
    first = capfd.readouterr()
    main([command, *["here/spec.yaml"] * twice, *options, *environment])
    second = capfd.readouterr()
    assert (first.out, first.err) == (second.out, second.err)
    assert "Is a directory" not in first.err
