"""Telling a server of runs: a real one, one that is away, one that comes back, one that refuses."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from wt_engine import Pipe
from wt_engine.api_client import APIClient
from wt_engine.observability.run_reporter import RunReporter

Asked = tuple[str, str, str | None, Any]


@contextmanager
def server(port: int = 0, refuse: str = "") -> Iterator[tuple[str, list[Asked]]]:
    """A server that takes everything but one path; and what it was asked."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            data = json.loads(body) if body else None
            asked.append((self.command, self.path, self.headers.get("Authorization"), data))
            self.send_response(422 if self.path == refuse else 200)
            reply = json.dumps({"path": self.path}).encode()
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        do_GET = do_POST = answer  # noqa: N815 - the names that the server looks for

        def log_message(self, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    running = Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}", asked
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(reporter: RunReporter, items: int = 1) -> None:
    pipe: Pipe[Any, Any] = Pipe(name="mine")
    pipe.add_observer(reporter)

    async def numbers() -> range:
        return range(items)

    async def fails(number: int) -> None:
        if not number:
            raise ValueError("no")

    pipe.map("numbers", each="fails")(numbers)
    pipe.step(fails)

    async def consume() -> None:
        async for _ in pipe.run():
            pass

    asyncio.run(consume())


def test_every_call_has_its_path_and_the_token() -> None:
    with server() as (url, asked):
        client = APIClient(url, "secret", timeout=5)
        assert client.register_worker({"a": 1}) == {"path": "/matricula"}
        client.healthcheck_worker({})
        client.register_process({})
        client.end_process({})
        client.update_task({})
        assert client.get_dashboard_workers() == {"path": "/dashboard_workers"}
        client.close()
    paths = ["/matricula", "/healthchecker", "/newprocess", "/endprocess", "/actualizar_task", "/dashboard_workers"]
    assert [path for _, path, _, _ in asked] == paths
    assert {token for _, _, token, _ in asked} == {"Bearer secret"}
    assert asked[0] == ("POST", "/matricula", "Bearer secret", {"a": 1})


def test_a_run_is_reported_from_its_beginning_to_its_end() -> None:
    with server() as (url, asked):
        reporter = RunReporter(APIClient(url), worker_id="w1")
        run(reporter)
        assert reporter.close(20)
    first, *tasks, last = [(path, data) for _, path, _, data in asked]
    assert first[0] == "/newprocess"
    assert (first[1]["name"], first[1]["worker_id"]) == ("mine", "w1")
    assert [(path, data["task"], data["status"]) for path, data in tasks] == [
        ("/actualizar_task", "numbers", "start"),
        ("/actualizar_task", "fails", "start"),
        ("/actualizar_task", "fails", "error"),
        ("/actualizar_task", "numbers", "error"),
    ]
    assert tasks[2][1]["details"] == "no"
    assert last[0] == "/endprocess"
    assert (last[1]["id"], last[1]["status"], last[1]["failed_task"]) == (first[1]["id"], "failed", "fails")


def test_a_server_that_is_away_costs_one_warning_and_no_more_than_the_queue(
    free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    reporter = RunReporter(APIClient(f"http://127.0.0.1:{free_port}", timeout=1), queue_size=10, wait=0.001)
    with caplog.at_level(logging.WARNING):
        run(reporter, items=50)
        assert not reporter.close(5)
    assert reporter.lost == 1 + 2 + 100 + 1 - 10
    warnings = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "further failures of this server are not reported" in warnings[0]


def test_a_server_that_comes_back_gets_what_waited(free_port: int) -> None:
    reporter = RunReporter(APIClient(f"http://127.0.0.1:{free_port}", timeout=1), wait=0.001)
    run(reporter)
    with server(free_port) as (_, asked):
        assert reporter.close(20)
    assert [path for _, path, _, _ in asked] == ["/newprocess", *["/actualizar_task"] * 4, "/endprocess"]


def test_a_report_that_is_refused_is_dropped_and_the_next_one_sent() -> None:
    with server(refuse="/newprocess") as (url, asked):
        reporter = RunReporter(APIClient(url))
        run(reporter)
        assert not reporter.close(20)
    assert reporter.lost == 1
    assert [path for _, path, _, _ in asked][-1] == "/endprocess"


def test_what_goes_wrong_is_kept_and_no_server_is_needed_to_say_so() -> None:
    client = APIClient()
    assert client.get_dashboard_workers() is None
    assert client.last_error is not None
    assert client.last_error.error_code == 501
