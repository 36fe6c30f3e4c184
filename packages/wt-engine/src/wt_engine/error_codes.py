"""Errors that carry a number, for programs that tell each other of them by it."""

from __future__ import annotations

from enum import IntEnum


class Codes(IntEnum):
    """The numbers."""

    PROCESS_FAILED = 500
    API_ERROR = 501
    TASK_FAILED = 502
    UPDATE_PROCESS_OK = 503
    UPDATE_PROCESS_ERROR = 504
    UPDATE_TASK = 505


class _CodedError(Exception):
    """An error with a number; it survives being pickled.

    Args:
        message: What happened.
        error_code: Its number.
    """

    def __init__(self, message: str, error_code: int) -> None:
        super().__init__(message, error_code)
        self.message = message
        self.error_code = error_code

    def __str__(self) -> str:
        return self.message


class TaskError(_CodedError):
    """A step failed."""

    def __init__(self, message: str, error_code: int = Codes.TASK_FAILED) -> None:
        super().__init__(message, error_code)


class ProcessError(_CodedError):
    """A pipeline failed."""

    def __init__(self, message: str, error_code: int = Codes.PROCESS_FAILED) -> None:
        super().__init__(message, error_code)


class ApiError(_CodedError):
    """A server could not be told, or refused."""

    def __init__(self, message: str, error_code: int = Codes.API_ERROR) -> None:
        super().__init__(message, error_code)
