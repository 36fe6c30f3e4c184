"""How a contract is versioned: an unknown major version is refused, a newer minor one is read."""

from __future__ import annotations


def check_major(what: str, version: str, known: int, package: str) -> None:
    """Refuse a document whose major version this side does not know.

    Args:
        what: What the document is, for the message.
        version: The version written in the document, such as `1.1.0`.
        known: The major version that this side reads.
        package: The package that has to be upgraded on the side that is behind.

    Raises:
        ValueError: If the major version differs or is not a number; says which side to upgrade.
    """
    head = version.split(".", 1)[0]
    if not head.isdecimal():
        raise ValueError(f"{what} has version {version!r}, which is not a version number")
    if int(head) == known:
        return
    side = "that reads it" if int(head) > known else "that wrote it"
    raise ValueError(f"{what} has version {version}, this side reads {known}.x: upgrade {package} on the side {side}")
