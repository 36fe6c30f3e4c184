"""What an environment must hold, as a spec writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeAlias

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_SOURCES = ("path", "git", "url")
_REFERENCES = ("rev", "branch", "tag")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class PyPIRequirement(_Strict):
    """A Python distribution: from the index by version, or from a path, a git repository or an archive.

    Attributes:
        name: The distribution's name.
        version: A version specifier such as `>=2,<3`; a bare version means exactly that one; None for any.
        extras: The extras to install with it.
        path: A directory or wheel; relative to the spec.
        git: The URL of a git repository.
        url: The URL of an archive.
        rev: A commit (git only).
        branch: A branch (git only).
        tag: A tag (git only).
        subdirectory: Where in the repository or archive the project lies.
        editable: Whether changes of the directory take effect without another compile (path only).
    """

    name: str
    version: str | None = None
    extras: tuple[str, ...] = ()
    path: str | None = None
    git: str | None = None
    url: str | None = None
    rev: str | None = None
    branch: str | None = None
    tag: str | None = None
    subdirectory: str | None = None
    editable: bool = False

    @field_validator("name")
    @classmethod
    def _distribution_name(cls, name: str) -> str:
        try:
            canonicalize_name(name, validate=True)
        except InvalidName:
            raise ValueError(f"{name!r} is not the name of a distribution") from None
        return name

    @field_validator("version")
    @classmethod
    def _specifier(cls, version: str | None) -> str | None:
        if version is None or version == "*":
            return None
        text = f"=={version}" if version[:1].isdigit() else version
        try:
            return str(SpecifierSet(text))
        except InvalidSpecifier:
            raise ValueError(f"{version!r} is not a version specifier such as '>=2,<3'") from None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = [key for key in _SOURCES if getattr(self, key) is not None]
        if len(sources) > 1:
            raise ValueError(f"a requirement has one source, not {' and '.join(sources)}")
        references = [key for key in _REFERENCES if getattr(self, key) is not None]
        if len(references) > 1:
            raise ValueError(f"a git requirement has one of rev, branch and tag, not {' and '.join(references)}")
        if references and self.git is None:
            raise ValueError(f"{references[0]!r} belongs to a git requirement")
        if self.editable and self.path is None:
            raise ValueError("'editable' belongs to a path requirement")
        if self.subdirectory is not None and self.git is None and self.url is None:
            raise ValueError("'subdirectory' belongs to a git or url requirement")
        return self

    @property
    def pep508(self) -> str:
        """The requirement as packaging tools write it, without its source."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}{self.version or ''}"


class CondaRequirement(_Strict):
    """A conda package.

    Attributes:
        name: The package's name.
        version: A conda version specification.
        channel: A channel's name or URL.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]*$")
    version: str = "*"
    channel: str = "conda-forge"


Requirement: TypeAlias = PyPIRequirement | CondaRequirement


def parse_requirement(item: Mapping[str, Any]) -> Requirement:
    """Read an entry of a spec's `requirements`.

    Args:
        item: The entry: `{name, version, source: pypi}`, `{name, path|git|url, …}`, `{name, version, channel}` or
            `{requirement: "channel::name version"}`.

    Raises:
        ValueError: If it is no requirement; says what is wrong (pydantic's `ValidationError` is one).
    """
    fields = dict(item)
    source = fields.pop("source", None)
    if source not in (None, "pypi", "conda"):
        raise ValueError(f"'source' must be 'pypi' or 'conda', not {source!r}")
    if "requirement" in fields:
        return _parse_text(fields, source)
    if source == "pypi" or (source is None and any(key in fields for key in (*_SOURCES, "extras", "editable"))):
        return PyPIRequirement.model_validate(fields)
    return CondaRequirement.model_validate(fields)


def _parse_text(fields: dict[str, Any], source: str | None) -> Requirement:
    text = fields.pop("requirement")
    if fields:
        raise ValueError(f"'requirement' says it all; {', '.join(map(repr, fields))} cannot stand beside it")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("'requirement' must be a text such as 'pandas>=2'")
    if source == "pypi":
        try:
            parsed = Pep508(text)
        except InvalidRequirement as error:
            raise ValueError(f"{text!r} is not a requirement: {error}") from None
        return PyPIRequirement(
            name=parsed.name, version=str(parsed.specifier) or None, extras=tuple(sorted(parsed.extras)), url=parsed.url
        )
    channel, separator, rest = text.strip().rpartition("::")
    name_end = next((i for i, character in enumerate(rest) if character in " <>=!~"), len(rest))
    fields = {"name": rest[:name_end], "version": rest[name_end:].strip() or "*"}
    if separator:
        fields["channel"] = channel
    return CondaRequirement.model_validate(fields)
