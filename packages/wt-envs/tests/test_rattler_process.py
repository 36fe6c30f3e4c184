from __future__ import annotations

import subprocess
import sys

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.rattler_process import Rattler, RattlerError


def test_requests_are_answered_one_after_the_other(conda_channel):
    with Rattler() as rattler:
        urls = rattler.ask("channel_urls", channels=["conda-forge", conda_channel])
        names = rattler.ask("names", channels=[conda_channel], platform="linux-64")

    assert urls[conda_channel] == f"{conda_channel}/"
    assert urls["conda-forge"].endswith("/conda-forge/")
    assert {"python", "jinja2"} <= set(names)


def test_a_request_that_fails_leaves_the_process_ready(conda_channel):
    with Rattler() as rattler:
        with pytest.raises(RattlerError) as caught:
            rattler.ask("names", channels=["file:///nowhere"], platform="linux-64")
        assert caught.value.kind == "GatewayError"
        assert rattler.ask("versions", channels=[conda_channel], name="python", platform="win-64")


@pytest.mark.parametrize("has_ended", [True, False])
def test_a_process_that_ends_is_an_error_and_no_hang(has_ended):
    with Rattler() as rattler:
        rattler._process.kill()
        if has_ended:
            rattler._process.wait()
        with pytest.raises(RattlerError) as caught:
            rattler.ask("channel_urls", channels=[])

    assert caught.value.kind == "Ended"


def test_without_py_rattler_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("wt_envs.rattler_process.find_spec", lambda _: None)

    with pytest.raises(DiagnosticError) as caught:
        Rattler()

    (found,) = caught.value.diagnostics
    assert found.code == Code.CONDA_UNAVAILABLE
    assert "wt-envs[conda]" in found.hint


def test_solving_from_pypi_alone_imports_no_rattler():
    program = "import sys, wt_envs.solve, wt_envs.realise, wt_envs.uv_solve; print('rattler' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
