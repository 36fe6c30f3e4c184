"""`retry`, `timeout`, `resources`, `cache` and `on-error`: what they may say, and what is said of mistakes."""

from __future__ import annotations

import pytest
from wt_compiler.composer import compose
from wt_compiler.execution import AS_USUAL, Execution, Resources, Retry
from wt_compiler.findings import Findings
from wt_compiler.parse_execution import read_execution


def read(text: str) -> tuple[Execution, list[str]]:
    findings = Findings("spec.yaml", text.splitlines())
    node = compose(text, findings)
    found = read_execution(node, findings)
    return found, [f"{each.line}:{each.column} {each.message}; {each.hint}" for each in findings.sorted]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{id: a}", AS_USUAL),
        ("retry: 5", Execution(retry=Retry(5))),
        ("retry: {}", Execution(retry=Retry(3))),
        (
            "retry: {attempts: 2, wait: 0, backoff: 1.5, jitter: false, longest: 2 m, on: OSError}",
            Execution(retry=Retry(2, 0, 1.5, False, 120.0, ("OSError",))),
        ),
        ("retry: {wait: 5 m}", Execution(retry=Retry(3, wait=300.0, longest=300.0))),
        ("retry: {on: [OSError, requests.Timeout]}", Execution(retry=Retry(3, on=("OSError", "requests.Timeout")))),
        ("timeout: 2.5", Execution(timeout=2.5)),
        ("timeout: 1.5 h", Execution(timeout=5400.0)),
        ("resources: {executor: process, memory: 2 GiB}", Execution(resources=Resources("process", 2 * 1024**3))),
        ("resources: {executor: process, memory: 1.5GB}", Execution(resources=Resources("process", 1_500_000_000))),
        ("on-error: skip", Execution(skips_errors=True)),
        ("cache: true", Execution(caches=True)),
        ("resources: {cpu: 0.5, gpu: 2}", Execution(resources=Resources(cpu=0.5, gpu=2))),
        ("cache: false", AS_USUAL),
        ("{retry: null, timeout: null, resources: null, on-error: null}", AS_USUAL),
    ],
)
def test_what_is_written_is_read(text: str, expected: Execution) -> None:
    assert read(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("retry: often", "1:8 'retry' must be a mapping"),
        ("retry: 0", "a whole number from 1 to 1000"),
        ("retry: {attempts: true}", "a whole number from 1 to 1000"),
        ("retry: {attemps: 2}", "did you mean 'attempts'?"),
        ("retry: {backoff: 0.5}", "'backoff' must be a number from 1"),
        ("retry: {jitter: 1}", "'jitter' must be true or false"),
        ("retry: {wait: -1}", "'wait' must be seconds above 0"),
        ("retry: {on: ConectionError}", "did you mean 'ConnectionError'?"),
        ("retry: {on: Exeption-}", "there is no built-in exception"),
        ("retry: {on: json.JSONDecodeErorr}", "did you mean 'JSONDecodeError'?"),
        ("retry: {on: json.NoSuchError}", "1:13 the module 'json' has no exception 'NoSuchError'"),
        ("retry: {on: json.dumps}", "the module 'json' has no exception 'dumps'"),
        ("retry: {on: urllib.eror.URLError}", "Python has no module 'urllib.eror'"),
        ("retry: {on: KeyboardInterrupt}", "KeyboardInterrupt ends a run, and is no failure of a task"),
        ("retry: {on: int}", "there is no built-in exception 'int'"),
        ("retry: {on: []}", "1:13 'on' names no exception"),
        ("retry: {longest: 1, wait: 5}", "1:18 'longest' is shorter than 'wait'"),
        ("on-error: 3", "1:11 'on-error' must be 'skip' or a task that stands in"),
        ("cache: often", "1:8 'cache' must be true or false"),
        ("resources: {cpu: 0}", "1:18 'cpu' must be a number above 0"),
        ("resources: {cpu: all}", "'cpu' must be a number above 0"),
        ("resources: {gpu: 0.5}", "'gpu' must be a whole number from 1"),
        ("resources: {gpu: true}", "'gpu' must be a number above 0"),
        ("resources: {cpus: 2}", "did you mean 'cpu'?"),
        ("timeout: 0", "'timeout' must be seconds above 0"),
        ("timeout: 5 parsecs", "'timeout' must be seconds above 0"),
        ("timeout: .nan", "'timeout' must be seconds above 0"),
        ("resources: {executor: proces}", "did you mean 'process'?"),
        ("resources: {memory: 2 GiB}", "only a process can be held to its memory; add 'executor: process'"),
        ("resources: {executor: process, memory: lots}", "'memory' must be bytes, or an amount such as '2 GiB'"),
        ("on-error: ignore", "'on-error' can be 'skip' or a task, not 'ignore'"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, words: str) -> None:
    _, said = read(text)

    assert len(said) == 1
    assert words in said[0]
