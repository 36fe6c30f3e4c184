"""Node and a browser, for the tests of the form; what npm installs is kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WEB = Path(__file__).parent.parent / "web"
_PATIENCE = 60
_TAG = re.compile(r"(?=<(?!/|option|span|em|code|strong|b>))")


def tool(*names: str) -> str:
    """The path of the first of these programs that is installed."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found is not None, f"{names[0]} is not installed"
    return found


def node_modules() -> Path:
    """A directory with what `web/package-lock.json` names, installed once and kept."""
    npm = tool("npm")
    files = ("package.json", "package-lock.json")
    digest = hashlib.sha256(b"\0".join((WEB / name).read_bytes() for name in files)).hexdigest()[:16]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wt-tests"
    directory = root / f"web-{digest}"
    if not directory.exists():
        root.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=root))
        for name in files:
            shutil.copy(WEB / name, aside)
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=aside, check=True, timeout=300)
        try:
            aside.rename(directory)
        except OSError:  # another run was faster
            shutil.rmtree(aside)
    return directory


def render(forms: list[dict[str, Any]]) -> list[str]:
    """What React JSON Schema Form makes of forms, one tag a line."""
    directory = node_modules()
    shutil.copy(WEB / "render.mjs", directory)
    command = [tool("node"), str(directory / "render.mjs")]
    done = subprocess.run(command, input=json.dumps(forms), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return [_TAG.sub("\n", page).strip() + "\n" for page in json.loads(done.stdout)]


class Browser:
    """A page in a headless Chromium, driven through the two pipes of its debugging protocol."""

    def __init__(self, commands: int, events: int) -> None:
        self._commands = commands
        self._events = events
        self._buffer = b""
        self._last = 0
        self._session: str | None = None
        self._seen: list[dict[str, Any]] = []

    def open(self, page: Path, downloads: Path) -> None:
        """Show a file; what it saves goes to a directory."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads), eventsEnabled=True)
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Page.navigate", url=page.as_uri())
        self.wait_for_event("Page.loadEventFired")

    def call(self, method: str, **params: Any) -> Any:
        """Call a method of the protocol."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session is not None and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer
                return answer["result"]
            self._seen.append(answer)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait_until(self, condition: str) -> None:
        """Wait until a JavaScript expression about the page comes true."""
        self.evaluate(
            f"""new Promise((done, fail) => {{
                const holds = () => ({condition}) ? (watch.disconnect(), done(true)) : false;
                const watch = new MutationObserver(holds);
                watch.observe(document, {{subtree: true, childList: true, attributes: true, characterData: true}});
                setTimeout(() => fail(new Error(document.body.innerText)), 20000);
                holds();
            }})"""
        )

    def fill(self, name: str, value: str) -> None:
        """Put a value into the field of that id, as a person does."""
        self.evaluate(
            f"""(() => {{
                const field = document.getElementById({json.dumps(name)});
                const kind = field instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
                Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, {json.dumps(value)});
                field.dispatchEvent(new Event("input", {{bubbles: true}}));
                field.dispatchEvent(new Event("change", {{bubbles: true}}));
            }})()"""
        )

    def click(self, selector: str) -> None:
        """Click on an element."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def wait_for_event(self, method: str, **params: Any) -> dict[str, Any]:
        """The parameters of the next event of that name, with these parameters."""
        while True:
            event = self._seen.pop(0) if self._seen else self._read()
            found = event.get("params", {})
            if event.get("method") == method and all(found.get(key) == value for key, value in params.items()):
                return dict(found)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._events], [], [], _PATIENCE)
            assert ready, f"the browser has said nothing for {_PATIENCE} s"
            chunk = os.read(self._events, 1 << 16)
            assert chunk, "the browser has ended"
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def browser(directory: Path) -> Iterator[Browser]:
    """Start a browser that keeps everything in a directory, and end it."""
    program = tool("chromium", "chromium-browser", "google-chrome")
    commands_read, commands = os.pipe()
    events, events_write = os.pipe()
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"]
    script = f'exec "$0" "$@" 3<&{commands_read} 4>&{events_write}'
    with subprocess.Popen(
        ["bash", "-c", script, program, *options, f"--user-data-dir={directory}"],
        pass_fds=(commands_read, events_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(commands_read)
        os.close(events_write)
        try:
            yield Browser(commands, events)
        finally:
            process.kill()
            os.close(commands)
            os.close(events)
