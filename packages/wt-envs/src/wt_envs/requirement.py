"""What an environment must hold: a package from PyPI, a path, git or a URL, or a conda package."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

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


class RequirementError(ValueError):
    """A requirement that means nothing.

    Args:
        problems: What is wrong, by key; what is wrong with the whole has the empty key.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{key}: {reason}" if key else reason for key, reason in self.problems.items()))


@dataclass(frozen=True, kw_only=True)
class PyPIRequirement:
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

    Raises:
        RequirementError: A value is wrong, or two contradict each other.
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

    def __post_init__(self) -> None:
        _check_values(self, _PYPI_CHECKS)
        if contradiction := self._contradiction():
            raise RequirementError({"": f"{self.name}: {contradiction}"})

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

    def _contradiction(self) -> str | None:
        sources = [key for key in _SOURCES if getattr(self, key) is not None]
        if len(sources) > 1:
            return f"choose one of {_listed(sources)}"
        references = [key for key in _REFERENCES if getattr(self, key) is not None]
        if len(references) > 1:
            return f"choose one of {_listed(references)}"
        if references and self.git is None:
            return f"{_listed(references)} goes with 'git' only"
        if self.editable and self.path is None:
            return "'editable' goes with 'path' only"
        if self.subdirectory is not None and not sources:
            return "'subdirectory' goes with 'path', 'git' or 'url' only"
        return None


@dataclass(frozen=True, kw_only=True)
class CondaRequirement:
    """A conda package.

    Attributes:
        name: The package's name.
        version: A conda version spec; `*` for any version.
        channel: The channel's name or URL.

    Raises:
        RequirementError: A value is wrong.
    """

    name: str
    version: str
    channel: str = "conda-forge"

    def __post_init__(self) -> None:
        _check_values(self, _CONDA_CHECKS)


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
        RequirementError: If a key is unknown or missing, a value is wrong, or the keys contradict each other.
    """
    source = mapping.get("source")
    if source not in (None, "pypi", "conda"):
        raise RequirementError({"source": "must be pypi or conda"})
    origins = [key for key in _SOURCES if key in mapping]
    if source == "conda" and origins:
        raise RequirementError({"": f"{_listed(origins)} goes with 'source: pypi' only"})
    fields = {key: value for key, value in mapping.items() if key != "source"}
    if source == "pypi" or origins:
        return pypi_requirement(fields)
    if "requirement" in mapping:
        return _parse_conda_text(fields)
    return conda_requirement(fields)


def pypi_requirement(fields: Mapping[str, Any]) -> PyPIRequirement:
    """A Python package from its keys; one that is null counts as absent.

    Raises:
        RequirementError: If a key is unknown or missing, a value is wrong, or the keys contradict each other.
    """
    _check_keys(fields, _PYPI_KEYS, ("name",))
    return PyPIRequirement(**{key: value for key, value in fields.items() if value is not None})


def conda_requirement(fields: Mapping[str, Any]) -> CondaRequirement:
    """A conda package from its keys.

    Raises:
        RequirementError: If a key is unknown or missing, or a value is wrong.
    """
    _check_keys(fields, _CONDA_KEYS, ("name", "version"))
    return CondaRequirement(**fields)


def _parse_conda_text(fields: Mapping[str, Any]) -> CondaRequirement:
    others = sorted(str(key) for key in fields if key != "requirement")
    if others:
        raise RequirementError({"": f"'requirement' already says everything; remove {_listed(others)}"})
    text = fields["requirement"]
    match = _CONDA_TEXT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise RequirementError({"requirement": f"{text!r} must read 'channel::name version', such as 'pandas >=2'"})
    try:
        return CondaRequirement(**{"version": "*"} | {key: value for key, value in match.groupdict().items() if value})
    except RequirementError as error:
        raise RequirementError({"requirement": "; ".join(error.problems.values())}) from None


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
        raise RequirementError(problems)


def _known(key: object, known: tuple[str, ...]) -> str:
    if key == "channel":
        return "a PyPI package has no channel"
    if key in _PYPI_KEYS:
        return "it goes with a PyPI package only (add 'source: pypi', 'path', 'git' or 'url')"
    return f"known are {', '.join(known)}"


def _check_values(requirement: Requirement, checks: Mapping[str, Callable[[Any], Any]]) -> None:
    """Put what each check makes of a value into its place; one whose default is None may be None."""
    problems = {}
    for key, check in checks.items():
        value = getattr(requirement, key)
        if value is None and getattr(type(requirement), key, ...) is None:
            continue
        try:
            object.__setattr__(requirement, key, check(value))
        except ValueError as error:
            problems[key] = str(error)
    if problems:
        raise RequirementError(problems)


def _text(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"must be text: write it in quotes (YAML reads {value} as a number, and 1.10 as 1.1)")
    if not isinstance(value, str):
        raise ValueError(f"must be text, and is {type(value).__name__}")
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _name(value: object) -> str:
    name = _text(value)
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a package name (letters, digits, '-', '_' and '.')")
    return name


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise ValueError("must be a list of names, such as [cli]")
    return tuple(_name(name) for name in value)


def _url(value: object) -> str:
    url = _text(value).removeprefix("git+")
    if not _URL.fullmatch(url):
        scp = re.fullmatch(r"(?P<host>[\w.-]+@[\w.-]+):(?P<path>\S+)", url)
        hint = f"ssh://{scp['host']}/{scp['path']}" if scp else "https://… or file:///…"
        raise ValueError(f"{url!r} is not a URL: write {hint}")
    return url


def _fetched(value: object) -> str:
    url = _url(value)
    if url.startswith("file:"):
        raise ValueError(f"{url!r} is on this machine: write its path at 'path'")
    return url


def _path(value: object) -> str:
    path = _text(value)
    if _URL.fullmatch(path):
        raise ValueError(f"{path!r} is a URL: write a plain path, or use 'url' or 'git'")
    return path


def _inside(value: object) -> str:
    path = _text(value)
    if path.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", path):
        raise ValueError(f"{path!r} must be a path inside of the package's source")
    return path


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _version_or_any(value: object) -> str | None:
    version = _text(value)
    return None if version == "*" else _version_specifier(version)


def _conda_name(value: object) -> str:
    name = _text(value)
    if not _CONDA_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a conda package")
    return name


def _conda_version(value: object) -> str:
    version = _text(value)
    for clause in re.split(r"[,|]", version.replace("(", "").replace(")", "")):
        if not _CONDA_CLAUSE.fullmatch(clause.strip()):
            raise ValueError(f"{version!r} is not a conda version spec, such as '>=2,<3'")
    return version


def _channel(value: object) -> str:
    channel = _text(value)
    if not _CHANNEL.fullmatch(channel):
        raise ValueError(f"{channel!r} is neither the name nor the URL of a conda channel")
    return channel


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


_PYPI_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": _name,
    "version": _version_or_any,
    "extras": _names,
    "path": _path,
    "git": _url,
    "url": _fetched,
    "rev": _text,
    "branch": _text,
    "tag": _text,
    "subdirectory": _inside,
    "editable": _yes_or_no,
}
_CONDA_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": _conda_name,
    "version": _conda_version,
    "channel": _channel,
}
