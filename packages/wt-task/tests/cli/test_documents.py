from __future__ import annotations

import json

import pytest

PARAMS = {"load": {"path": "x"}, "plot": {"colour": "red"}}
FORMDATA = {"Input": {"load": {"path": "x"}}, "plot": {"colour": "red"}}


@pytest.mark.parametrize("name", ["params", "rjsf", "layout"])
def test_get_prints_the_document(demo, name):
    done = demo("get", name)

    expected = json.loads((demo.directory / "wt_demo_workflow" / f"{name}.json").read_text())
    assert (done.returncode, json.loads(done.stdout)) == (0, expected)


def test_get_of_something_else_is_wrong_usage(demo):
    done = demo("get", "spec")

    assert (done.returncode, done.stdout) == (2, "")
    assert "rjsf" in done.stderr


@pytest.mark.parametrize(
    ("source", "target", "given", "expected"),
    [
        ("params", "formdata", PARAMS, FORMDATA),
        ("formdata", "params", FORMDATA, PARAMS),
        ("params", "params", PARAMS, PARAMS),
        ("formdata", "formdata", FORMDATA, FORMDATA),
        ("params", "formdata", {}, {}),
    ],
)
def test_convert_prints_the_converted_document(demo, source, target, given, expected):
    done = demo("convert", "--from", source, "--to", target, "--json", "-", stdin=json.dumps(given))

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"result": expected}


def test_convert_reads_a_file(demo, tmp_path):
    file = tmp_path / "form.json"
    file.write_text(json.dumps(FORMDATA))

    done = demo("convert", "--from", "formdata", "--to", "params", "--json", str(file))

    assert json.loads(done.stdout) == {"result": PARAMS}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Input": {"load": {}}}, "load.path is missing"),
        ({"plot": {"color": "red"}}, "plot.color"),
        ({"load": {"path": "x"}, "Input": {"load": {"path": "y"}}}, "twice"),
        ([], "must be a mapping"),
    ],
)
def test_convert_refuses_wrong_data_with_exit_2_and_without_an_answer(demo, given, words):
    done = demo("convert", "--from", "formdata", "--to", "params", "--json", "-", stdin=json.dumps(given))

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_convert_refuses_what_is_no_json(demo):
    done = demo("convert", "--from", "params", "--to", "formdata", "--json", "-", stdin="{")

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
