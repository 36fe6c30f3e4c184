from __future__ import annotations

from importlib.metadata import version

import pytest
from wt_compiler.installed import installed_version


@pytest.mark.parametrize("name", ["wt-compiler", "uv", "msgspec", "MiniJinja", "jsonschema.rs"])
def test_the_version_is_the_one_that_the_metadata_says(name):
    assert installed_version(name) == version(name)


def test_a_package_of_the_older_form_is_found_too(tmp_path, monkeypatch):
    (tmp_path / "old_rain.egg-info").mkdir()
    (tmp_path / "old_rain.egg-info/PKG-INFO").write_text("Metadata-Version: 2.1\nName: old-rain\nVersion: 1.4\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert installed_version("old-rain") == "1.4"


def test_what_is_not_installed_has_no_version():
    assert installed_version("no-such-package-anywhere") is None
