"""What can go wrong when a task is registered or described."""

from __future__ import annotations


class RegistryError(Exception):
    """The base of all errors of this package."""


class DuplicateRegistrationError(RegistryError):
    """Two functions of one module were registered under one name."""


class SchemaGenerationError(RegistryError):
    """A registered function cannot be described; the message says why, in one line."""
