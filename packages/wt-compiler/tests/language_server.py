"""A YAML language server, as an editor talks to it: the Language Server Protocol over its standard streams."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import web


class LanguageServer:
    """A server that knows one schema, for every file that is called `spec.yaml`."""

    def __init__(self, process: subprocess.Popen[bytes], directory: Path, schema: Path) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._output = process.stdin, process.stdout
        self._last = 0
        self._directory = directory
        self._settings = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}
        self._settings["schemas"] = {schema.as_uri(): "spec.yaml"}
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._ask("initialize", processId=None, rootUri=directory.as_uri(), capabilities={})
        self._tell("initialized")
        self._tell("workspace/didChangeConfiguration", settings={"yaml": self._settings})

    def open(self, text: str) -> list[dict[str, Any]]:
        """Show a spec to the server; what it finds wrong with it."""
        document = {"uri": self._uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)
        while self._uri not in self._diagnostics:
            self._take(self._read())
        return self._diagnostics.pop(self._uri)

    def complete(self, line: int, column: int) -> list[str]:
        """What the server offers at a place, counted from 0."""
        position = {"line": line, "character": column}
        found = self._ask("textDocument/completion", textDocument={"uri": self._uri}, position=position)
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found)]

    def hover(self, line: int, column: int) -> str:
        """What the server says of what stands at a place."""
        position = {"line": line, "character": column}
        return json.dumps(self._ask("textDocument/hover", textDocument={"uri": self._uri}, position=position))

    @property
    def _uri(self) -> str:
        return (self._directory / "spec.yaml").as_uri()

    def _ask(self, method: str, **params: Any) -> Any:
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._last and "method" not in message:
                return message["result"]
            self._take(message)

    def _tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            items = message.get("params", {}).get("items", ())
            result = [self._settings if item.get("section") == "yaml" else {} for item in items]
            self._send({"id": message["id"], "result": result if items else None})

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self._input.flush()

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._output.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        message: dict[str, Any] = json.loads(self._output.read(length))
        return message


@contextmanager
def language_server(directory: Path, schema: Path) -> Iterator[LanguageServer]:
    """A server that runs as long as the block does."""
    program = web.node_modules() / "node_modules/yaml-language-server/bin/yaml-language-server"
    command = [web.tool("node"), str(program), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=directory) as process:
        try:
            yield LanguageServer(process, directory, schema)
        finally:
            process.kill()
