"""Compiled Jinja2 templates in wt's cache: compiling them takes longer than everything else that emits files."""

from __future__ import annotations

import hashlib
import sys

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from wt_envs.cache import cache_root
from wt_envs.memo import keep

_DIGEST = hashlib.sha256().digest_size


class TemplateCache(BytecodeCache):
    """One file a template and version of Python, beginning with a hash of the rest.

    Jinja2 itself checks that it belongs to the template's text.
    """

    def __init__(self) -> None:
        self._directory = cache_root() / "templates" / str(sys.implementation.cache_tag)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket, if there is something to fill it with."""
        try:
            kept = (self._directory / bucket.key).read_bytes()
        except OSError:
            return
        digest, content = kept[:_DIGEST], kept[_DIGEST:]
        if hashlib.sha256(content).digest() == digest:
            bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in a bucket; a cache that cannot be written only costs time."""
        content = bucket.bytecode_to_string()
        keep(self._directory / bucket.key, hashlib.sha256(content).digest() + content)
