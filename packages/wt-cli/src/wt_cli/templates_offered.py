"""The templates that the installed packages offer to `wt init`."""

from __future__ import annotations

import inspect
import sys
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
        about = {name: (inspect.getdoc(self._load(self._offers[name])) or "").split("\n")[0] for name in self.names}
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
            contents = dict(template(project))
        except ValueError as error:
            hint = "choose one with --name"
            raise DiagnosticError(Diagnostic(code=Code.WRONG_IDENTIFIER, message=str(error), hint=hint)) from None
        except Exception as error:
            raise _broken(offer, error) from error
        for path in contents:
            place = PurePosixPath(path)
            if place.is_absolute() or ".." in place.parts or not place.parts:
                raise _broken(offer, ValueError(f"it would write to {path!r}, outside of the directory"))
        return contents

    @staticmethod
    def _load(offer: EntryPoint) -> Template:
        try:
            template: Template = offer.load()
        except Exception as error:
            raise _broken(offer, error) from error
        return template


def _broken(offer: EntryPoint, error: Exception) -> DiagnosticError:
    message = f"the template {offer.name!r} of {offer.package} is broken: {type(error).__name__}: {error}"
    hint = f"tell whoever makes {offer.package}"
    return DiagnosticError(Diagnostic(code=Code.COMMAND_BROKEN, message=message, hint=hint))
