"""The process that talks to py-rattler: a request a line on stdin, answers and progress a line each on stdout.

It is a process of its own because py-rattler's threads may still hold Python objects when an interpreter ends, which
then crashes; and because whoever installs from PyPI alone needs no py-rattler.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import rattler
from rattler.install import InstallerReporter
from rattler.package import BuildString

Answer = Any
Request = Mapping[str, Any]


class Worker:
    """Answers requests; remembers what it solved until it ends."""

    def __init__(self) -> None:
        self._solved: dict[str, list[rattler.RepoDataRecord]] = {}
        self._gateways: dict[tuple[str, bool], rattler.Gateway] = {}

    async def channel_urls(self, request: Request) -> Answer:
        """The URL of each channel, by the name that the user gave it."""
        return {name: str(rattler.Channel(name).base_url) for name in request["channels"]}

    async def solve(self, request: Request) -> Answer:
        """Solve for one platform; what came out can be named by `key` afterwards."""
        locked = _locked(request["locked"], "default", request["platform"])[0] if request.get("locked") else []
        records = await rattler.solve(
            [rattler.Channel(channel) for channel in request["channels"]],
            request["specs"],
            gateway=self._gateway(request),
            platforms=[request["platform"], "noarch"],
            virtual_packages=[_virtual(*package) for package in request["virtual"]],
            pinned_packages=self._solved.get(request.get("pinned", ""), []),
            locked_packages=locked,
        )
        self._solved[request["key"]] = records
        return [json.loads(record.to_json()) for record in records]

    async def names(self, request: Request) -> Answer:
        """The names of all packages of some channels."""
        platforms = [request["platform"], "noarch"]
        found = await self._gateway(request).names(request["channels"], platforms)
        return sorted({name.normalized for name in found})

    async def versions(self, request: Request) -> Answer:
        """The versions of one package in some channels, oldest first."""
        platforms = [request["platform"], "noarch"]
        found = await self._gateway(request).query(request["channels"], platforms, [request["name"]], recursive=False)
        versions = {record.version for records in found for record in records}
        return [str(version) for version in sorted(versions)]

    async def write(self, request: Request) -> Answer:
        """Write a lock of what was solved and of the PyPI packages that are given."""
        platforms = {name: _lock_platform(name, virtual) for name, virtual in request["platforms"].items()}
        lock = rattler.LockFile(list(platforms.values()))
        for environment, parts in request["environments"].items():
            lock.set_channels(environment, [rattler.LockChannel(url) for url in request["channels"]])
            for name, part in parts.items():
                for record in self._solved[part["conda"]]:
                    lock.add_conda_package(environment, platforms[name], record)
                for package in part["pypi"]:
                    chosen = (package["name"], package["version"], package["location"])
                    lock.add_pypi_package(environment, platforms[name], *chosen)
        lock.to_path(Path(request["path"]))
        return None

    async def read(self, request: Request) -> Answer:
        """What one environment of a lock holds, by platform."""
        lock = rattler.LockFile.from_path(Path(request["path"]))
        environment = lock.environment(request["environment"])
        if environment is None:
            return None
        found = environment.packages_by_platform()
        return {platform.name: [_describe(package) for package in packages] for platform, packages in found.items()}

    async def install(self, request: Request) -> Answer:
        """Install the conda packages of one environment of a lock into a prefix; gives back its PyPI packages."""
        records, pypi = _locked(request["path"], request["environment"], request["platform"])
        missing = _missing(records)
        stale = _unmatched(records, request["specs"])
        absent = await _absent(records, Path(request["cache"])) if request["offline"] else []
        if missing or stale or absent:
            return {"missing": missing, "stale": stale, "absent": absent}
        await rattler.install(
            records,
            request["prefix"],
            Path(request["cache"]),
            alternative_target_prefix=request["target"],
            reporter=_Reporter(len(records)),  # type: ignore[abstract]  # the methods left out have bodies
            config=_config(),
        )
        return {"pypi": [_describe(package) for package in pypi]}

    async def unmatched(self, request: Request) -> Answer:
        """Those of some specs that no package of one environment of a lock matches."""
        return _unmatched(_locked(request["path"], request["environment"], request["platform"])[0], request["specs"])

    def _gateway(self, request: Request) -> rattler.Gateway:
        cache, offline = request["repodata"], bool(request.get("offline"))
        if (cache, offline) not in self._gateways:
            action: Any = "force-cache-only" if offline else "cache-or-fetch"
            self._gateways[cache, offline] = rattler.Gateway(
                Path(cache),
                default_config=rattler.SourceConfig(cache_action=action),
                client=rattler.Client.from_config(_config()),
            )
        return self._gateways[cache, offline]


class _Reporter(InstallerReporter):
    """Says which package is being downloaded, and how far the linking is."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._linked = 0
        self._names: list[str] = []

    def on_populate_cache_start(self, operation: int, package_name: str) -> int:  # noqa: ARG002  (it is py-rattler's)
        self._names.append(package_name)
        return len(self._names) - 1

    def on_download_start(self, cache_entry: int) -> int:
        _say({"progress": f"downloading {self._names[cache_entry]}"})
        return cache_entry

    def on_link_complete(self, index: int) -> None:  # noqa: ARG002
        self._linked += 1
        if self._linked == self._total:
            _say({"progress": f"linked {self._linked} conda packages"})


def _config() -> rattler.Config:
    """The user's own configuration: mirrors, proxies, certificates, credentials."""
    return rattler.Config.load_from_default_locations("pixi")


def _virtual(name: str, version: str, build: str) -> rattler.GenericVirtualPackage:
    return rattler.GenericVirtualPackage(rattler.PackageName(name), rattler.Version(version), BuildString(build))


def _lock_platform(name: str, virtual: Sequence[str]) -> rattler.LockPlatform:
    return rattler.LockPlatform(name, virtual_packages=list(virtual) or None)


def _describe(package: Any) -> dict[str, Any]:
    described = {"name": package.name, "location": package.location, "version": str(package.version)}
    # Of a PyPI package without hashes py-rattler gives an object that fails when it is asked.
    hashes = package.hashes if package.hashes is not None and package.hashes._hashes is not None else None
    described |= {kind: value.hex() for kind in ("sha256", "md5") if (value := getattr(hashes, kind, None))}
    if isinstance(package, rattler.PypiLockedPackage):
        return {**described, "kind": "pypi", "requires_dist": package.requires_dist}
    return {**described, "kind": "conda"}


async def _absent(records: Sequence[rattler.RepoDataRecord], cache: Path) -> list[str]:
    """The packages that are neither on this machine nor unpacked already."""
    index = await rattler.PackageCache(cache).index()
    elsewhere = (record for record in records if not record.url.startswith("file://"))
    return [record.file_name for record in elsewhere if not index.contains_record(record)]


def _locked(
    path: str, name: str, platform: str
) -> tuple[list[rattler.RepoDataRecord], list[rattler.PypiLockedPackage]]:
    """The conda and the PyPI packages of one environment of a lock on a platform; none if the lock has neither."""
    lock = rattler.LockFile.from_path(Path(path))
    environment = lock.environment(name)
    known = next((each for each in lock.platforms() if each.name == platform), None)
    if environment is None or known is None:
        return [], []
    conda = environment.conda_repodata_records_for_platform(known)
    return conda or [], environment.pypi_packages_for_platform(known) or []


def _unmatched(records: Sequence[rattler.RepoDataRecord], specs: Sequence[str]) -> list[str]:
    """Those of some specs that no package matches."""
    parsed = [(spec, rattler.MatchSpec(spec)) for spec in specs]
    return [spec for spec, match in parsed if not any(record.matches(match) for record in records)]


def _missing(records: Sequence[rattler.RepoDataRecord]) -> list[list[str]]:
    """What the packages ask of the machine that it does not have: the package, and what it asks for."""
    present = [package.into_generic() for package in rattler.VirtualPackage.detect()]
    versions = {package.name.normalized: package for package in present}
    found = []
    for record in records:
        for text in record.depends:
            if text.startswith("__"):
                package = versions.get(text.split()[0])
                spec = text.partition(" ")[2].split(" ")[0]
                if package is None or (spec and not rattler.VersionSpec(spec).matches(package.version)):
                    found.append([record.name.normalized, text])
    return found


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201  (stdout is how this process answers)


OPERATIONS: Final = ("channel_urls", "solve", "names", "versions", "write", "read", "install", "unmatched")


async def _answer(worker: Worker, request: Request) -> None:
    operation: Callable[[Request], Awaitable[Answer]] = getattr(worker, request["operation"])
    try:
        _say({"answer": await operation(request)})
    except Exception as error:  # noqa: BLE001  (whatever it is, the other process explains it)
        _say({"error": type(error).__name__, "message": str(error).strip()})


async def _serve() -> None:
    worker = Worker()
    for line in sys.stdin:
        await _answer(worker, json.loads(line))


if __name__ == "__main__":
    asyncio.run(_serve())
    sys.stdout.flush()
    os._exit(0)
