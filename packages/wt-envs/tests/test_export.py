from __future__ import annotations

import re

from wt_envs.export import export


def test_a_lock_of_uv_is_pins(six_lock):
    assert "six==1.17.0\n" in export(six_lock)


def test_a_lock_with_conda_packages_is_an_explicit_list(mixed_lock, conda_channel):
    first, *lines = export(mixed_lock).splitlines()

    assert first == "@EXPLICIT"
    jinja2 = next(line for line in lines if "/jinja2-" in line)
    assert re.fullmatch(rf"{re.escape(conda_channel)}/noarch/jinja2-\S+\.conda#[0-9a-f]{{32}}", jinja2)
    assert any(line.startswith("# pip: ./wheels/wt_task-") for line in lines)
