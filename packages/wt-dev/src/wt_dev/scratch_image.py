"""The stages of a Dockerfile carried out in scratch roots of this machine, where no container engine is at hand.

Each stage is an overlay: it sees this machine's files instead of those of its base image, and what it writes stays in a
directory of its own. It needs Linux, and the right to make mount namespaces.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from wt_dev.dockerfile import Stage, read_dockerfile, substitute

# The arguments: the directory of the stage, whose it is, where to work, and what to do.
_ENTER = """
set -e
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/merged"
mount --bind /dev "$1/merged/dev"
mount -t proc proc "$1/merged/proc"
exec chroot ${2:+--userspec="$2:$2"} "$1/merged" /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$3" "${@:4}"
"""


@dataclass
class ScratchStage:
    """A stage while it is carried out, and the image when it is the last.

    Attributes:
        stage: What the Dockerfile says of it.
        directory: Where its files are; `upper` holds what it wrote.
        environ: The variables that it set, with those that it began with.
        cwd: Its working directory.
        user: Who runs its commands; empty for root.
    """

    stage: Stage
    directory: Path
    environ: dict[str, str]
    cwd: str = "/"
    user: str = ""

    def __post_init__(self) -> None:
        for name in ("upper", "work", "merged"):
            (self.directory / name).mkdir(parents=True)

    def path(self, inside: str) -> Path:
        """Where a path of the stage is on this machine, if the stage wrote it."""
        return self.directory / "upper" / os.path.normpath(os.path.join("/", self.cwd, inside)).lstrip("/")  # noqa: PTH118  paths of another root

    def run(self, *arguments: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in the stage's working directory.

        Args:
            arguments: The command.
            user: Who runs it; empty for root; the stage's user by default.
        """
        user = self.user if user is None else user
        namespace = ["unshare", "--mount", *(["--map-root-user"] if os.getuid() else [])]
        command = [*namespace, "bash", "-c", _ENTER, "bash", str(self.directory), user, self.cwd, *arguments]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def build_image(context: Path, scratch: Path, environ: dict[str, str]) -> ScratchStage:
    """Carry out the Dockerfile of a directory.

    Args:
        context: The directory, with its `Dockerfile`.
        scratch: An empty directory on a file system that can hold an overlay.
        environ: The variables that the base images would set, such as `PATH`.

    Returns:
        The last stage, in which commands can be run.

    Raises:
        subprocess.CalledProcessError: If a `RUN` fails; with what it said.
        ValueError: If an instruction is not known here.
    """
    stages = read_dockerfile((context / "Dockerfile").read_text(encoding="utf-8"), {})
    made: dict[str, ScratchStage] = {}
    for number, stage in enumerate(stages):
        made[stage.name] = ScratchStage(stage, scratch / str(number), dict(environ))
        for instruction in stage.instructions:
            _carry_out(made[stage.name], instruction.keyword, instruction.text, context, made)
    return made[stages[-1].name]


def _carry_out(stage: ScratchStage, keyword: str, text: str, context: Path, made: dict[str, ScratchStage]) -> None:
    if keyword == "RUN":
        _run(stage, text)
    elif keyword == "COPY":
        _copy(stage, text, context, made)
    elif keyword == "WORKDIR":
        stage.cwd = text
        stage.path(".").mkdir(parents=True, exist_ok=True)
    elif keyword == "ENV":
        stage.environ |= dict(part.split("=", 1) for part in shlex.split(substitute(text, stage.environ)))
    elif keyword == "USER":
        stage.user = text
    elif keyword not in {"VOLUME", "HEALTHCHECK", "ENTRYPOINT"}:
        raise ValueError(f"{keyword} is not known here")


def _run(stage: ScratchStage, text: str) -> None:
    result = stage.run("/bin/sh", "-c", text)
    if result.returncode != 0:
        said = f"{result.stdout}{result.stderr}"
        raise subprocess.CalledProcessError(result.returncode, f"RUN {text}\n{said}", result.stdout, result.stderr)


def _copy(stage: ScratchStage, text: str, context: Path, made: dict[str, ScratchStage]) -> None:
    words = shlex.split(text)
    origin = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), None)
    *sources, target = [word for word in words if not word.startswith("--")]
    into = stage.path(target)
    into.mkdir(parents=True, exist_ok=True)
    for source in sources:
        found = made[origin].path(source) if origin else context / source
        if found.is_dir():
            shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(found, into)
