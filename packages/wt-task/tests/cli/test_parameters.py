from __future__ import annotations

import pytest


def from_file(demo, content: bytes, name: str = "params.yaml"):
    file = demo.directory / name
    file.write_bytes(content)
    return demo("run", "--config-file", str(file))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"load: [1", "is missing here"),
        (b"load:\n\tpath: x\n", "a tab"),
        (b"load: {path: x}\nload: {path: y}\n", "second time"),
        (b"load: {path: \xff}\n", "not UTF-8"),
        (b"- load\n", "must be a mapping"),
        (b"\x00" * 1_000_000, "U+0000"),
        (b"x" * 1_000_000, "must be a mapping"),
        (b"load: {path: x, limit: .nan}\n", "not a number"),
        (b"[" * 100_000, "nested"),
        (b"{" * 100_000, "not text"),
    ],
    ids=["open", "tab", "twice", "bytes", "list", "zeros", "text", "nan", "lists", "mappings"],
)
def test_a_file_that_holds_no_parameters_is_one_clear_message(demo, content, words):
    done = from_file(demo, content)

    assert done.returncode == 2
    assert words in done.stderr
    assert words in demo.result["error"]
    assert "Traceback" not in done.stderr


def test_a_yaml_bomb_is_refused(demo):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    done = from_file(demo, "\n".join(lines).encode())

    assert done.returncode == 2
    assert "grows to more than" in done.stderr


@pytest.mark.parametrize("name", ["missing.yaml", ""])
def test_a_file_that_cannot_be_read_is_one_clear_message(demo, name):
    done = demo("run", "--config-file", str(demo.directory / name))

    assert done.returncode == 2
    assert "cannot be read" in demo.result["error"]
    assert "Traceback" not in done.stderr


def test_parameters_may_come_from_standard_input(demo):
    done = demo("run", "--config-file", "-", stdin="load:\n  path: x\n")

    assert (done.returncode, demo.result["result"]) == (0, {"load": {"path": "x"}})


def test_a_file_named_json_has_to_be_json(demo):
    done = from_file(demo, b"load:\n  path: x\n", "params.json")

    assert done.returncode == 2
    assert "params.json:1:1" in done.stderr


def test_text_that_is_not_unicode_is_refused(demo):
    done = demo("run", "--config-json", '{"load": {"path": "\\ud800"}}')

    assert done.returncode == 2
    assert "not Unicode" in demo.result["error"]
