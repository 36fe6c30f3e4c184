from __future__ import annotations

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_task import env


def test_a_set_variable_gives_its_value(monkeypatch):
    monkeypatch.setenv("SITE", "north")
    assert env("SITE") == "north"


def test_an_empty_variable_is_set(monkeypatch):
    monkeypatch.setenv("SITE", "")
    assert env("SITE") == ""


def test_an_unset_variable_is_one_clear_error_that_names_it(monkeypatch):
    monkeypatch.delenv("SITE", raising=False)
    with pytest.raises(DiagnosticError, match="SITE, which is not set") as caught:
        env("SITE")
    assert not isinstance(caught.value, KeyError)
    assert caught.value.exit_code == 2
    assert caught.value.diagnostics[0].code == Code.ENVIRONMENT_VARIABLE_UNSET
