"""A client of the server that is told of runs: by whom, how far, and how they end."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from wt_engine.error_codes import ApiError

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger("wt_engine")


class APIClient:
    """Calls the server. What goes wrong gives None and one warning, until the server answers again.

    Args:
        base_url: Where the server is.
        token: The bearer token.
        timeout: Seconds that a call may take.

    Attributes:
        last_error: What went wrong with the last call, if something did.
        unreachable: Whether that may go right another time: there was no answer, or the server had trouble of its own.
    """

    def __init__(self, base_url: str | None = None, token: str | None = None, timeout: float = 10) -> None:
        self.base_url = base_url
        self.token = token
        self.timeout = timeout
        self.last_error: ApiError | None = None
        self.unreachable = False
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def send_post(self, endpoint: str, data: dict[str, Any]) -> Any:
        """POST data as JSON; returns the answer, or None."""
        return self._answer("POST", endpoint, data)

    def send_get(self, endpoint: str) -> Any:
        """GET; returns the answer, or None."""
        return self._answer("GET", endpoint, None)

    def register_worker(self, data: dict[str, Any]) -> Any:
        """Introduce a worker."""
        return self.send_post("/matricula", data)

    def healthcheck_worker(self, data: dict[str, Any]) -> Any:
        """Say that a worker lives."""
        return self.send_post("/healthchecker", data)

    def register_process(self, data: dict[str, Any]) -> Any:
        """Say that a run begins."""
        return self.send_post("/newprocess", data)

    def end_process(self, data: dict[str, Any]) -> Any:
        """Say how a run has ended."""
        return self.send_post("/endprocess", data)

    def update_task(self, data: dict[str, Any]) -> Any:
        """Say how a step stands."""
        return self.send_post("/actualizar_task", data)

    def get_dashboard_workers(self) -> Any:
        """What the server knows of workers."""
        return self.send_get("/dashboard_workers")

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _answer(self, method: str, endpoint: str, data: dict[str, Any] | None) -> Any:
        try:
            answer = self._asked(method, endpoint, data)
        except ApiError as error:
            if self.last_error is None:
                _log.warning("%s; further failures of this server are not reported", error)
            self.last_error = error
            return None
        self.last_error = None
        self.unreachable = False
        return answer

    def _asked(self, method: str, endpoint: str, data: dict[str, Any] | None) -> Any:
        import httpx

        try:
            response = self._connected().request(method, endpoint, json=data)
            response.raise_for_status()
            return response.json() if response.content else {}
        except (httpx.HTTPError, httpx.InvalidURL, TypeError, ValueError) as error:
            answer = getattr(error, "response", None)
            trouble = answer is None or answer.status_code >= 500 or answer.status_code == 429
            self.unreachable = isinstance(error, httpx.HTTPError) and trouble
            text = f"{method} {endpoint} of {self.base_url} failed: {error or type(error).__name__}"
            raise ApiError(text) from error

    def _connected(self) -> httpx.Client:
        import httpx

        with self._lock:
            if self._client is None:
                headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
                self._client = httpx.Client(base_url=self.base_url or "", headers=headers, timeout=self.timeout)
            return self._client
