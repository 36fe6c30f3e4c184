"""Dockerfiles, read as far as those of compiled workspaces go."""

from __future__ import annotations

from wt_dev.dockerfile import Instruction, read_dockerfile, substitute

TEXT = """
# A comment.
ARG IMAGE=debian:12
ARG DIGEST
FROM ${IMAGE}${DIGEST:+@${DIGEST}} AS build
RUN one \\
    two
FROM scratch
HEALTHCHECK --interval=60s CMD ["true", "a b"]
"""


def test_a_stage_has_a_name_a_base_and_instructions():
    build, last = read_dockerfile(TEXT, {})

    assert (build.name, build.base, last.name, last.base) == ("build", "debian:12", "", "scratch")
    assert [(found.keyword, found.text.split()) for found in build.instructions] == [("RUN", ["one", "two"])]
    assert last.command("HEALTHCHECK") == ["true", "a b"]


def test_an_argument_pins_the_base():
    assert read_dockerfile(TEXT, {"DIGEST": "sha256:0"})[0].base == "debian:12@sha256:0"


def test_variables_are_substituted():
    assert substitute("/app:${PATH}${NONE}${NONE:+x}", {"PATH": "/bin"}) == "/app:/bin"
    assert Instruction("RUN", "true").text == "true"
