"""A pipe that says something of each kind."""

from __future__ import annotations

from typing import Any

from wt_engine import Pipe


def everything(store: Any = None, **options: Any) -> Pipe[Any, Any]:
    """A pipe with one of each thing that says something."""
    inner: Pipe[Any, Any] = Pipe(name="inner")

    @inner.map(each="deep")
    async def deeper() -> Any:
        return [1, 2]

    @inner.step
    async def deep(item: int) -> None:
        return None

    pipe: Pipe[Any, Any] = Pipe(store=store, allow_multi_root=True, **options)

    @pipe.map(each="work", to="choose")
    async def items() -> Any:
        return range(3)

    @pipe.step(retries=1, retry_wait_min=0, retry_wait_max=0)
    async def work(item: int, state: Any) -> int:
        state["tries"] = state.get("tries", 0) + 1
        if state["tries"] == 2:
            raise ValueError("once")
        return item

    @pipe.switch(to={"x": "talk"})
    async def choose() -> str:
        return "x"

    @pipe.step(to="sub")
    async def talk() -> Any:
        for word in ("a", object(), b"c"):
            yield word

    @pipe.sub(pipeline=inner, to="join")
    async def sub() -> Any:
        return {}

    @pipe.step(to="join")
    async def beside() -> None:
        return None

    @pipe.step(barrier_timeout=20)
    async def join() -> None:
        raise LookupError("at last")

    return pipe
