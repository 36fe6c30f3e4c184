"""What stands where a workspace is to go: nothing, an older workspace, or something that is not ours to replace."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from wt_contracts.codes import Code
from wt_contracts.diagnostics import Diagnostic, DiagnosticError

from wt_compiler import manifest, version

MOST_NAMED = 5


class Existing:
    """The state of the target before a compile.

    Args:
        target: Where the workspace will go.

    Attributes:
        manifest: What the last compile wrote there; None if there was none.
        stamp: The version and hashes of that workspace.

    Raises:
        DiagnosticError: If something else stands there, or it cannot be read.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        try:
            occupied = target.exists() and not (target.is_dir() and next(target.iterdir(), None) is None)
        except OSError as error:
            raise unwritable(target, error) from None
        self.manifest = manifest.read(target) if occupied else None
        if occupied and self.manifest is None:
            hint = "choose another directory with '-o', or remove it yourself"
            raise _refusal(target, "this is no compiled workspace and is not replaced", hint)
        self.stamp = self._read_stamp() if self.manifest else None

    def is_current(self, inputs: str, pictures: Collection[manifest.PictureState]) -> bool:
        """Whether the workspace was compiled from the same inputs, is whole, and has its picture."""
        return bool(
            self.manifest
            and self.stamp
            and self.stamp.inputs == inputs
            and self.manifest.picture in pictures
            and self.manifest.is_whole(self._target)
        )

    def refuse_changes(self) -> None:
        """Refuse to replace generated files that were changed by hand.

        Raises:
            DiagnosticError: If there are any; names them.
        """
        changed = self.manifest.changed(self._target) if self.manifest else []
        if changed:
            hint = "'wt compile SPEC --force' replaces them; to keep a change, make it in the spec or in a copy"
            raise _refusal(self._target, f"generated files were changed by hand: {_named(changed)}", hint)

    def refuse_collisions(self, paths: Collection[str]) -> None:
        """Refuse to replace the user's own files by generated ones.

        Raises:
            DiagnosticError: If there are any; names them.
        """
        if paths:
            message = f"files that no compile wrote stand where generated ones go: {_named(paths)}"
            raise _refusal(self._target, message, "rename or remove them")

    def _read_stamp(self) -> version.Stamp | None:
        try:
            text = (self._target / version.FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            text = ""
        stamp = version.Stamp.from_yaml(text)
        if stamp is None:
            hint = f"write 'version: 1.2.3' there, or remove the file to begin again at {version.FIRST_TEXT}"
            raise _refusal(self._target / version.FILE, f"{version.FILE} holds no version", hint)
        return stamp


def unwritable(target: Path, error: OSError) -> DiagnosticError:
    """The diagnostic for a workspace that cannot be written."""
    reason = error.strerror or str(error)
    return DiagnosticError(
        Diagnostic(
            code=Code.OUTPUT_NOT_WRITABLE,
            message=f"the workspace cannot be written: {reason}",
            file=str(target),
            hint="what stood there before is unchanged; '-o DIR' writes elsewhere",
        )
    )


def _refusal(path: Path, message: str, hint: str) -> DiagnosticError:
    here = Path.cwd()
    file = str(path.relative_to(here) if here in path.parents else path)
    return DiagnosticError(Diagnostic(code=Code.OUTPUT_NOT_OURS, message=message, file=file, hint=hint))


def _named(paths: Collection[str]) -> str:
    shown = sorted(paths)[:MOST_NAMED]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
