"""The templates that the installed packages offer to `wt init`."""

from __future__ import annotations

import inspect
import reprlib
import sys
from collections.abc import Mapping
from pathlib import PurePosixPath

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError
from wt_contracts.scaffold import TEMPLATES, Project, Template

from wt_cli.entry_points import EntryPoint, entry_points


class Templates:
    """What there is to begin with; a template is imported when it is used or listed."""

    def __init__(self) -> None:
        self._offers = {offer.name: offer for offer in entry_points(TEMPLATES, sys.path)}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the templates, sorted."""
        return tuple(sorted(self._offers))

    def listing(self, *, as_json: bool) -> str:
        """The templates with what each says of itself, as lines or as JSON."""
        about = {name: self._about(name) for name in self.names}
        if as_json:
            import json

            return json.dumps(about, indent=2, ensure_ascii=False)
        width = max(map(len, about), default=0)
        return "\n".join(f"{name:{width}}  {text}" for name, text in about.items())

    def render(self, name: str, project: Project) -> dict[str, str]:
        """What a template writes.

        Args:
            name: Which one.
            project: What is begun.

        Raises:
            DiagnosticError: The template cannot take the project's name (WT114), or is broken (WT513).
        """
        offer = self._offers[name]
        template = self._load(offer)
        try:
            contents = template(project)
        except ValueError as error:
            hint = "choose one with --name"
            raise DiagnosticError(Diagnostic(code=Code.WRONG_IDENTIFIER, message=str(error), hint=hint)) from None
        except (Exception, SystemExit) as error:
            raise _broken(offer, error) from error
        if wrong := _mistake(contents):
            raise _broken(offer, TypeError(wrong))
        return dict(contents)

    def _about(self, name: str) -> str:
        """What a template says of itself; of one that cannot be imported, why."""
        try:
            return (inspect.getdoc(self._load(self._offers[name])) or "").split("\n")[0]
        except DiagnosticError as error:
            return error.diagnostics[0].message

    @staticmethod
    def _load(offer: EntryPoint) -> Template:
        try:
            template: Template = offer.load()
        except (Exception, SystemExit) as error:
            raise _broken(offer, error) from error
        return template


def _mistake(contents: object) -> str | None:
    """What is wrong with what a template has returned."""
    if not isinstance(contents, Mapping) or not contents:
        return f"it returns no mapping of paths to texts, but {reprlib.repr(contents)}"
    places = [_place(path) for path in contents]
    for path, place, text in zip(contents, places, contents.values(), strict=True):
        if place is None:
            return f"it would write to {path!r}, which is no place inside of the directory"
        if not _is_text(text):
            return f"what it would write to {path!r} is no text: {reprlib.repr(text)}"
        if places.count(place) > 1 or any(parent in places for parent in place.parents):
            return f"it would write to {path!r} and to a file at or above that place"
    return None


def _place(path: object) -> PurePosixPath | None:
    """Where a file goes, relative to the directory; None if that is nowhere."""
    if not isinstance(path, str) or not path.isprintable() or "\\" in path:
        return None
    place = PurePosixPath(path)
    return None if place.is_absolute() or ".." in place.parts or not place.parts else place


def _is_text(text: object) -> bool:
    try:
        return isinstance(text, str) and text.encode() is not None
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _broken(offer: EntryPoint, error: BaseException) -> DiagnosticError:
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    message = f"the template {offer.name!r} of {offer.package} is broken: {what}"
    hint = f"tell whoever makes {offer.package}"
    return DiagnosticError(Diagnostic(code=Code.COMMAND_BROKEN, message=message, hint=hint))
