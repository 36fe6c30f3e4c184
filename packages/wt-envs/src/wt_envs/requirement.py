"""What an environment must hold: a package from PyPI, a path, git or a URL, or a conda package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, field_validator, model_validator

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_CONDA_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_CONDA_CLAUSE: Final = re.compile(
    r"(?:==|!=|<=|>=|~=|<|>|=)?\s*(?:\d+!)?[A-Za-z0-9*][A-Za-z0-9_.+*-]*(?:\s+[A-Za-z0-9_.*]+)?"
)
_CONDA_TEXT: Final = re.compile(
    r"(?:(?P<channel>[^\s\[\]]+)::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)\s*(?P<version>.*)"
)
_CHANNEL: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*|[A-Za-z][A-Za-z0-9+.-]*://\S+")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_SOURCES: Final = ("path", "git", "url")
_REFERENCES: Final = ("rev", "branch", "tag")
_PYPI_KEYS: Final = ("name", "version", "source", "extras", *_SOURCES, *_REFERENCES, "subdirectory", "editable")
_CONDA_KEYS: Final = ("name", "version", "channel", "source", "requirement")


def _check_text(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"must be text: write it in quotes (YAML reads {value} as a number, and 1.10 as 1.1)")
    if not isinstance(value, str):
        raise ValueError(f"must be text, and is {type(value).__name__}")
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _check_texts(value: object) -> object:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise ValueError("must be a list of names, such as [cli]")
    return value


Text: TypeAlias = Annotated[str, BeforeValidator(_check_text)]


class PyPIRequirement(BaseModel):
    """A Python package that uv installs.

    Attributes:
        name: The distribution's name, as the author wrote it.
        version: A PEP 440 version specifier such as `>=2,<3`; None for any version. Also checked for the other sources.
        extras: The extras to install with it.
        path: A directory, wheel or source archive; relative to the project's base.
        git: The URL of a git repository.
        url: The URL of a wheel or source archive.
        rev: A commit of the git repository.
        branch: A branch of it.
        tag: A tag of it.
        subdirectory: Where in the path, repository or archive the package lies.
        editable: Whether a path is installed so that later edits of its sources take effect.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    version: Text | None = None
    extras: Annotated[tuple[Text, ...], BeforeValidator(_check_texts)] = ()
    path: Text | None = None
    git: Text | None = None
    url: Text | None = None
    rev: Text | None = None
    branch: Text | None = None
    tag: Text | None = None
    subdirectory: Text | None = None
    editable: StrictBool = False

    @property
    def canonical_name(self) -> str:
        """The name as indexes compare it (PEP 503)."""
        return canonical(self.name)

    @property
    def is_sourced(self) -> bool:
        """Whether it says itself where it comes from, instead of leaving that to the index."""
        return self.path is not None or self.git is not None or self.url is not None

    @property
    def specifier(self) -> str:
        """Name, extras and version as a PEP 508 dependency, without its source."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}{self.version or ''}"

    @field_validator("name", "extras")
    @classmethod
    def _named(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for name in (value,) if isinstance(value, str) else value:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not a package name (letters, digits, '-', '_' and '.')")
        return value

    @field_validator("version")
    @classmethod
    def _specified(cls, value: str | None) -> str | None:
        return None if value is None or value == "*" else _version_specifier(value)

    @field_validator("git", "url")
    @classmethod
    def _addressed(cls, value: str | None) -> str | None:
        if value is None:
            return None
        value = value.removeprefix("git+")
        if not _URL.fullmatch(value):
            scp = re.fullmatch(r"(?P<host>[\w.-]+@[\w.-]+):(?P<path>\S+)", value)
            hint = f"ssh://{scp['host']}/{scp['path']}" if scp else "https://… or file:///…"
            raise ValueError(f"{value!r} is not a URL: write {hint}")
        return value

    @field_validator("url")
    @classmethod
    def _fetched(cls, value: str | None) -> str | None:
        if value is not None and value.startswith("file:"):
            raise ValueError(f"{value!r} is on this machine: write its path at 'path'")
        return value

    @field_validator("path")
    @classmethod
    def _is_path(cls, value: str | None) -> str | None:
        if value is not None and _URL.fullmatch(value):
            raise ValueError(f"{value!r} is a URL: write a plain path, or use 'url' or 'git'")
        return value

    @field_validator("subdirectory")
    @classmethod
    def _is_inside(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", value)):
            raise ValueError(f"{value!r} must be a path inside of the package's source")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> PyPIRequirement:
        sources = [key for key in _SOURCES if getattr(self, key) is not None]
        if len(sources) > 1:
            raise ValueError(f"{self.name}: choose one of {_listed(sources)}")
        references = [key for key in _REFERENCES if getattr(self, key) is not None]
        if len(references) > 1:
            raise ValueError(f"{self.name}: choose one of {_listed(references)}")
        if references and self.git is None:
            raise ValueError(f"{self.name}: {_listed(references)} goes with 'git' only")
        if self.editable and self.path is None:
            raise ValueError(f"{self.name}: 'editable' goes with 'path' only")
        if self.subdirectory is not None and not sources:
            raise ValueError(f"{self.name}: 'subdirectory' goes with 'path', 'git' or 'url' only")
        return self


class CondaRequirement(BaseModel):
    """A conda package.

    Attributes:
        name: The package's name.
        version: A conda version spec; `*` for any version.
        channel: The channel's name or URL.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    version: Text
    channel: Text = "conda-forge"

    @field_validator("name")
    @classmethod
    def _named(cls, value: str) -> str:
        if not _CONDA_NAME.fullmatch(value):
            raise ValueError(f"{value!r} is not the name of a conda package")
        return value

    @field_validator("version")
    @classmethod
    def _specified(cls, value: str) -> str:
        for clause in re.split(r"[,|]", value.replace("(", "").replace(")", "")):
            if not _CONDA_CLAUSE.fullmatch(clause.strip()):
                raise ValueError(f"{value!r} is not a conda version spec, such as '>=2,<3'")
        return value

    @field_validator("channel")
    @classmethod
    def _channelled(cls, value: str) -> str:
        if not _CHANNEL.fullmatch(value):
            raise ValueError(f"{value!r} is neither the name nor the URL of a conda channel")
        return value


Requirement: TypeAlias = PyPIRequirement | CondaRequirement


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(mapping: Mapping[str, Any]) -> Requirement:
    """Read an entry of a spec's `requirements`.

    Args:
        mapping: `{name, version, source: pypi}`, `{name, path|git|url, …}`, `{name, version, channel}` or
            `{requirement: "channel::name spec"}`.

    Returns:
        What it asks for: with `source: pypi`, `path`, `git` or `url` a Python package, else a conda package.

    Raises:
        pydantic.ValidationError: If a key is unknown or missing, or a value is wrong; located at that key.
        ValueError: If the keys contradict each other.
    """
    source = mapping.get("source")
    if source not in (None, "pypi", "conda"):
        raise _located(mapping, {"source": "must be pypi or conda"})
    origins = [key for key in _SOURCES if key in mapping]
    if source == "conda" and origins:
        raise ValueError(f"{_listed(origins)} goes with 'source: pypi' only")
    fields = {key: value for key, value in mapping.items() if key != "source"}
    if source == "pypi" or origins:
        _check_keys(mapping, _PYPI_KEYS, ("name",))
        return PyPIRequirement.model_validate({key: value for key, value in fields.items() if value is not None})
    if "requirement" in mapping:
        return _parse_conda_text(mapping, fields["requirement"])
    _check_keys(mapping, _CONDA_KEYS, ("name", "version"))
    return CondaRequirement.model_validate(fields)


def _parse_conda_text(mapping: Mapping[str, Any], text: object) -> CondaRequirement:
    others = sorted(str(key) for key in mapping if key not in ("requirement", "source"))
    if others:
        raise ValueError(f"'requirement' already says everything; remove {_listed(others)}")
    match = _CONDA_TEXT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise _located(mapping, {"requirement": f"{text!r} must read 'channel::name version', such as 'pandas >=2'"})
    fields = {key: value for key, value in match.groupdict().items() if value}
    try:
        return CondaRequirement.model_validate({"version": "*", **fields})
    except ValueError as error:
        reasons = [str(problem["msg"]).removeprefix("Value error, ") for problem in _problems(error)]
        raise _located(mapping, {"requirement": "; ".join(reasons)}) from None


def _check_keys(mapping: Mapping[str, Any], known: tuple[str, ...], required: tuple[str, ...]) -> None:
    from wt_contracts.diagnostics import near_miss

    problems: dict[str, str] = {}
    for key in mapping:
        if key not in known:
            meant = near_miss(str(key), (*known, *_SOURCES))
            problems[str(key)] = (
                f"unknown key; did you mean {meant!r}?" if meant else f"unknown key; {_known(key, known)}"
            )
    located = any(near_miss(str(key), _SOURCES) for key in problems)
    for key in required:
        if mapping.get(key) is None and not (located and key == "version"):
            problems[key] = f"{key!r} is missing"
    if problems:
        raise _located(mapping, problems)


def _known(key: object, known: tuple[str, ...]) -> str:
    if key == "channel":
        return "a PyPI package has no channel"
    if key in _PYPI_KEYS:
        return "it goes with a PyPI package only (add 'source: pypi', 'path', 'git' or 'url')"
    return f"known are {', '.join(known)}"


def _located(mapping: Mapping[str, Any], problems: Mapping[str, str]) -> ValueError:
    """Put problems into the form in which pydantic reports its own: a message at a key."""
    from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

    details = [
        InitErrorDetails(
            type=PydanticCustomError("requirement", "{reason}", {"reason": reason}), loc=(key,), input=mapping.get(key)
        )
        for key, reason in problems.items()
    ]
    return ValidationError.from_exception_data("requirement", details)


def _problems(error: ValueError) -> list[Any]:
    from pydantic import ValidationError

    return list(error.errors(include_url=False)) if isinstance(error, ValidationError) else [{"msg": str(error)}]


def _version_specifier(text: str) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return f"=={Version(text)}"
    except InvalidVersion:
        pass
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise ValueError(f"{text!r} is not a version specifier, such as '>=2,<3'") from None
    return text


def _listed(names: list[str]) -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
