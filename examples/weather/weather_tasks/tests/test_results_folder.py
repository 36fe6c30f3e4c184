from __future__ import annotations

import pytest
from weather_tasks.results_folder import results_folder


def test_a_path_and_a_file_url_name_the_same_folder(tmp_path):
    folder = tmp_path / "with space" / "ä"
    assert results_folder(folder.as_uri()) == results_folder(str(folder)) == folder
    assert folder.is_dir()


def test_other_stores_are_refused_by_name():
    with pytest.raises(ValueError, match="not to gs://"):
        results_folder("gs://bucket/results")
