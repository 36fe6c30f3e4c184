"""`AutoRegister`: the decorated steps of a module, a package or a registry, put into a pipeline."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from wt_engine.errors import DefinitionError
from wt_engine.warehouse.building import Building
from wt_engine.warehouse.registry import Registered, StepRegistry, get_step_registry
from wt_engine.warehouse.tasks import SETTINGS, StepSettings, place_of_thing

Source = ModuleType | StepRegistry | str | None


class AutoRegister:
    """Puts decorated steps into a pipeline with all that their decorators say, in an order that `depends_on` allows."""

    @staticmethod
    def register_all(pipeline: Building, source: Source = None, *, registry: StepRegistry | None = None) -> list[str]:
        """Add all steps.

        Args:
            pipeline: Where to.
            source: A module or a package, whose modules are imported, or its name; or a registry. Without it, the
                registry of `@step`.
            registry: The same as `source`.

        Returns:
            The names of the steps.

        Raises:
            DefinitionError: There is none, or two have one name.
            ImportError: A module cannot be imported.
        """
        source = registry if source is None else source
        return _add(pipeline, _found(source), source)

    @staticmethod
    def register_by_tag(
        pipeline: Building, tag: str | Iterable[str], source: Source = None, *, registry: StepRegistry | None = None
    ) -> list[str]:
        """Add the steps that have a tag, or one of several; see `register_all`."""
        source = registry if source is None else source
        tags = {tag} if isinstance(tag, str) else set(tag)
        return _add(pipeline, [one for one in _found(source) if tags & set(one.settings.tags)], source)


def _add(pipeline: Building, steps: list[Registered], source: Source) -> list[str]:
    if not steps:
        where = source.__name__ if isinstance(source, ModuleType) else source if isinstance(source, str) else "registry"
        raise DefinitionError(f"there are no such steps in {where}; decorate them with @step")
    pipeline.set_steps([*pipeline.steps, *(one.thing for one in steps)])
    return [one.name for one in steps]


def _found(source: Source) -> list[Registered]:
    if source is None:
        return list(get_step_registry())
    if isinstance(source, StepRegistry):
        return list(source)
    module = importlib.import_module(source) if isinstance(source, str) else source
    if not isinstance(module, ModuleType):
        raise DefinitionError(f"steps are found in a module, a package or a registry, not in {module!r}")
    steps: dict[str, Registered] = {}
    for one in (step for inner in _modules(module) for step in _decorated(inner)):
        known = steps.setdefault(one.name, one)
        if known.thing is not one.thing:
            raise DefinitionError(
                f"there are two steps named '{one.name}': one at {known.place}, one at {one.place}; rename one",
                one.name,
                one.place,
            )
    return list(steps.values())


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        if not found.name.endswith(".__main__"):
            yield importlib.import_module(found.name)


def _decorated(module: ModuleType) -> list[Registered]:
    """The steps that a module defines, in the order of their lines; those that it imports are found where they are."""
    found = []
    for thing in vars(module).values():
        settings = vars(thing).get(SETTINGS) if hasattr(thing, "__dict__") else None
        if isinstance(settings, StepSettings) and getattr(thing, "__module__", None) == module.__name__:
            found.append(Registered(str(settings.name), thing, settings, place_of_thing(thing)))
    return sorted(found, key=lambda one: _line(one.thing))


def _line(thing: Any) -> int:
    try:
        return inspect.getsourcelines(thing)[1]
    except (OSError, TypeError):
        return 0
