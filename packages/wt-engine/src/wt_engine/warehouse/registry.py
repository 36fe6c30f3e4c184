"""`@step`, and the registry in which it enters what it decorates."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from wt_engine.errors import DefinitionError, suggestion
from wt_engine.warehouse.tasks import (
    SETTINGS,
    Exceptions,
    StepSettings,
    check_settings,
    exceptions,
    names,
    place_of_thing,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Registered:
    """A step in a registry.

    Attributes:
        name: Its name.
        thing: The function or class.
        settings: What its decorator says.
        place: `file:line` of it.
    """

    name: str
    thing: Any
    settings: StepSettings
    place: str | None


class StepRegistry:
    """Steps by name, in the order of their definition."""

    def __init__(self) -> None:
        self._steps: dict[str, Registered] = {}
        self._lock = threading.Lock()

    def register(self, thing: Any) -> None:
        """Enter a decorated function or class; the same one again, as after a reload, takes its own place.

        Raises:
            DefinitionError: It is not decorated, or another one of that name is there.
        """
        settings: StepSettings | None = vars(thing).get(SETTINGS) if hasattr(thing, "__dict__") else None
        if settings is None or settings.name is None:
            raise DefinitionError(f"{thing!r} is not decorated with @step")
        new = Registered(settings.name, thing, settings, place_of_thing(thing))
        with self._lock:
            known = self._steps.get(new.name)
            if known is not None and _identity(known.thing) != _identity(thing):
                first, second = known.place or repr(known.thing), new.place or repr(thing)
                raise DefinitionError(
                    f"there are two steps named '{new.name}': one at {first}, one at {second}; rename one, or give "
                    f"them different registries",
                    new.name,
                    new.place,
                )
            self._steps[new.name] = new

    def get(self, name: str) -> Any:
        """The function or class of a name.

        Raises:
            LookupError: There is none.
        """
        if name not in self._steps:
            raise LookupError(f"there is no step '{name}'.{suggestion(name, self._steps)}")
        return self._steps[name].thing

    def by_tag(self, *tags: str) -> list[Registered]:
        """The steps that have one of these tags."""
        return [one for one in self._steps.values() if set(tags) & set(one.settings.tags)]

    def names(self) -> list[str]:
        """The names of the steps."""
        return list(self._steps)

    def clear(self) -> None:
        """Forget all steps."""
        with self._lock:
            self._steps.clear()

    def __iter__(self) -> Iterator[Registered]:
        return iter(list(self._steps.values()))

    def __len__(self) -> int:
        return len(self._steps)

    def __contains__(self, name: object) -> bool:
        return name in self._steps


def _identity(thing: Any) -> tuple[Any, ...]:
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    # What is defined inside a function is another thing each time.
    return (thing,) if name is None or "<locals>" in name else (module, name)


_registry = StepRegistry()


def get_step_registry() -> StepRegistry:
    """The registry that `@step` uses if it is given none."""
    return _registry


def clear_registry() -> None:
    """Forget all steps of that registry."""
    _registry.clear()


@overload
def step(name: T, /) -> T: ...


@overload
def step(
    name: str | None = None,
    version: str = "v1.0",
    retry_count: int | None = None,
    timeout: float | None = None,
    depends_on: str | Sequence[str] | None = None,
    tags: str | Sequence[str] = (),
    retry_delay: float | None = None,
    retry_on_exceptions: Exceptions | None = None,
    parallel: bool = False,
    description: str = "",
    *,
    registry: StepRegistry | None = None,
) -> Callable[[T], T]: ...


def step(
    name: Any = None,
    version: str = "v1.0",
    retry_count: int | None = None,
    timeout: float | None = None,
    depends_on: str | Sequence[str] | None = None,
    tags: str | Sequence[str] = (),
    retry_delay: float | None = None,
    retry_on_exceptions: Exceptions | None = None,
    parallel: bool = False,
    description: str = "",
    *,
    registry: StepRegistry | None = None,
) -> Any:
    """Say how a function or a class is to be run as a step, and enter it in a registry; also bare, as `@step`.

    What is decorated stays as it is: it can be called, awaited and pickled as before.

    Args:
        name: Its name; that of the function or class without it.
        version: Its version, for the record.
        retry_count: How often to try again; 0 for never, whatever the pipeline says.
        timeout: Seconds that an attempt may take.
        depends_on: The steps that it waits for, instead of those before it.
        tags: How to find it.
        retry_delay: Seconds between attempts.
        retry_on_exceptions: What to try again after.
        parallel: Whether it may run at the same time as its neighbours that say the same.
        description: What it is for; the first line of its docstring without it.
        registry: Where to enter it; see `get_step_registry`.

    Raises:
        DefinitionError: Something about it is wrong, or another step of that name is in the registry.
    """
    if name is not None and not isinstance(name, str):
        return step()(name)

    def decorate(thing: T) -> T:
        if not callable(thing):
            raise DefinitionError(f"@step decorates a function or a class, not {thing!r}")
        own = name or str(getattr(thing, "NAME", None) or getattr(thing, "__name__", type(thing).__name__))
        settings = StepSettings(
            own,
            version,
            timeout,
            names(depends_on),
            retry_count,
            retry_delay,
            exceptions(retry_on_exceptions),
            parallel,
            description or (getattr(thing, "__doc__", None) or "").strip().split("\n")[0],
            names(tags) or (),
        )
        check_settings(own, settings, place_of_thing(thing))
        setattr(thing, SETTINGS, settings)
        (_registry if registry is None else registry).register(thing)
        return thing

    return decorate
