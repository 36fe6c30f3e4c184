from __future__ import annotations

import json
from importlib import resources

import pytest
import weather_tasks
from weather_tasks import ChartFiles, clean_record, load_record
from weather_tasks.recorded import load_csv

FOLDER = resources.files("weather_tasks")


def test_the_recorded_table_has_the_shape_of_the_real_one():
    with resources.as_file(FOLDER / "load-record.example-return.csv") as path:
        recorded = load_csv(path)
    assert list(recorded.dtypes) == list(load_record().dtypes)
    assert len(clean_record(recorded)) == 731


def test_the_recorded_chart_is_one():
    assert ChartFiles.model_validate_json((FOLDER / "save-chart.example-return.json").read_text()).title


@pytest.mark.parametrize("function", ["load_record", "save_chart", "write_report"])
def test_every_task_that_touches_the_outside_has_a_recorded_return(function):
    names = [file.name for file in FOLDER.iterdir()]
    stem = function.replace("_", "-") + ".example-return."
    assert hasattr(weather_tasks, function)
    assert len([name for name in names if name.startswith(stem)]) == 1


def test_the_recorded_page_is_a_path():
    assert json.loads((FOLDER / "write-report.example-return.json").read_text()) == "weather-report.html"
