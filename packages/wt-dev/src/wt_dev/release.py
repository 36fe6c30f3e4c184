"""The release of one package: what its tag says is built, checked, tried outside the checkout and published."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.utils import parse_wheel_filename
from wt_envs.uv_process import run_uv

from wt_dev.channel import index_channel
from wt_dev.distribution import wheels_in
from wt_dev.installation import Installation, install_alone, own_constraints
from wt_dev.member import Member
from wt_dev.mistake import MistakeError
from wt_dev.version import Tag, member_version

# Imports every module of a package that its requirements let it import.
_IMPORT = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{sys.argv[1]}."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if error.name.partition(".")[0] in sys.stdlib_module_names or error.name.startswith("wt_"):
                raise
"""


class ReleaseError(MistakeError):
    """Something is wrong with a release; nothing was published."""


def tagged_member(tag: Tag, members: Mapping[str, Member]) -> Member:
    """The package that a tag releases.

    Raises:
        ReleaseError: If there is none, or the checkout is not that of the tag.
    """
    member = members.get(tag.package)
    if member is None or not member.is_released:
        raise ReleaseError(f"{tag} names no package that is released; there are {', '.join(members)}")
    version = member_version(member)
    if version != tag.version:
        raise ReleaseError(f"{tag}: the checkout gives {member.name} the version {version}; it is not that of the tag")
    return member


def check_files(directory: Path) -> None:
    """Check that an index would take the distributions of a directory.

    Raises:
        ReleaseError: If there are none, or twine finds fault with one.
    """
    files = [str(path) for path in sorted((*directory.glob("*.whl"), *directory.glob("*.tar.gz")))]
    if not files:
        raise ReleaseError(f"there is nothing to check in {directory}")
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise ReleaseError(result.stdout + result.stderr)


def try_wheels(directory: Path, beside: Path, scratch: Path) -> None:
    """Install each wheel of a directory alone, import its modules and start its commands.

    Args:
        directory: The directory with the wheels.
        beside: The directory with the wheels of our own packages that they require.
        scratch: An empty directory outside the checkout.

    Raises:
        UvError: If one cannot be installed.
        ReleaseError: If a module cannot be imported, or a command does not answer `--help`.
    """
    constraints = scratch / "constraints.txt"
    constraints.write_text(own_constraints(beside) + own_constraints(directory), encoding="utf-8")
    for name, wheel in wheels_in(directory).items():
        installation = install_alone(name, constraints, scratch / name)
        module = next(found for found in _packages_of(wheel))
        _succeed(installation, "-c", _IMPORT, module)
        for command in _commands_of(wheel):
            _succeed(installation, "-c", f"import sys; sys.argv = ['{command}', '--help']; {_call_of(wheel, command)}")


def publish_files(directory: Path, index: str) -> None:
    """Publish the distributions of a directory.

    Args:
        directory: The directory.
        index: Where an index takes uploads; the caller is trusted by the identity of its workflow. A `file://` URL is a
            directory that pip's `--find-links` reads.

    Raises:
        ReleaseError: If a file is there already.
        UvError: If the upload fails.
    """
    files = sorted((*directory.glob("*.whl"), *directory.glob("*.tar.gz")))
    local = _directory_of(index)
    if local is None:
        run_uv("publish", "--publish-url", index, "--trusted-publishing", "always", *files, cwd=directory)
        return
    _copy_new(files, local)


def publish_conda(directory: Path, channel: str) -> None:
    """Publish the conda packages of a channel to another.

    Args:
        directory: The channel that was built.
        channel: A `file://` URL, or the URL of a channel on a server that speaks prefix.dev's protocol; the caller is
            known by the variable `PREFIX_API_KEY`, or trusted by the identity of its workflow.

    Raises:
        ReleaseError: If a package is there already.
    """
    packages = sorted((directory / "noarch").glob("*.conda"))
    local = _directory_of(channel)
    if local is None:
        from rattler_build import upload_package_to_prefix

        server, _, name = channel.rstrip("/").rpartition("/")
        upload_package_to_prefix([str(package) for package in packages], server, name)
        return
    _copy_new(packages, local / "noarch")
    index_channel(local)


def _directory_of(url: str) -> Path | None:
    parts = urlsplit(url)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _copy_new(files: list[Path], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if there := [path.name for path in files if (target / path.name).exists()]:
        raise ReleaseError(f"published already: {', '.join(there)}")
    for path in files:
        shutil.copy2(path, target)


def _packages_of(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    return sorted(top for top in tops if not top.endswith((".dist-info", ".data")))


def _scripts_of(wheel: Path) -> Mapping[str, str]:
    name, version, *_ = parse_wheel_filename(wheel.name)
    entry_points = f"{name.replace('-', '_')}-{version}.dist-info/entry_points.txt"
    parser = configparser.ConfigParser(delimiters=("=",))
    with zipfile.ZipFile(wheel) as archive:
        if entry_points not in archive.namelist():
            return {}
        parser.read_string(archive.read(entry_points).decode())
    return dict(parser["console_scripts"]) if parser.has_section("console_scripts") else {}


def _commands_of(wheel: Path) -> list[str]:
    return sorted(_scripts_of(wheel))


def _call_of(wheel: Path, command: str) -> str:
    module, _, function = _scripts_of(wheel)[command].partition(":")
    return f"from {module} import {function} as f; sys.exit(f())"


def _succeed(installation: Installation, *arguments: str) -> None:
    result = installation.run(*arguments, cwd=installation.directory)
    if result.returncode != 0:
        raise ReleaseError(f"{' '.join(arguments[-1:])} failed outside the checkout:\n{result.stdout}{result.stderr}")
