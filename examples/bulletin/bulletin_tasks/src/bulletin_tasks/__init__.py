"""Tasks that put the statistics of a weather record into words, and publish them."""

from bulletin_tasks.publication import publish
from bulletin_tasks.wording import describe_trends, write_bulletin

__all__ = ["describe_trends", "publish", "write_bulletin"]
