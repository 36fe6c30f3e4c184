from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wt_contracts.versions import check_major


@pytest.mark.parametrize("version", ["1.0", "1.1.0", "1", "1.99.3rc1"])
def test_every_minor_version_of_the_known_major_is_read(version):
    check_major("the document", version, 1, "wt-contracts")


def test_a_newer_major_version_tells_the_reading_side_to_upgrade():
    with pytest.raises(ValueError, match=r"this side reads 1\.x: upgrade pkg on the side that reads it"):
        check_major("the document", "2.0", 1, "pkg")


def test_an_older_major_version_tells_the_writing_side_to_upgrade():
    with pytest.raises(ValueError, match="upgrade pkg on the side that wrote it"):
        check_major("the document", "0.9", 1, "pkg")


@pytest.mark.parametrize("version", ["", "one", "-1.0", ".1", "v1", "1x"])
def test_what_is_no_version_is_called_so(version):
    with pytest.raises(ValueError, match="which is not a version number"):
        check_major("the document", version, 1, "pkg")


@given(st.text(), st.integers(0, 99))
def test_any_text_is_read_or_refused(version, known):
    try:
        check_major("the document", version, known, "pkg")
    except ValueError as error:
        assert "the document" in str(error)  # noqa: PT017  both outcomes are right
    else:
        assert int(version.split(".")[0]) == known
