"""A team's own package: which one, and the settings that it understands."""

import sys
import traceback
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.errors import InputError
from infra.settings.base import Settings
from infra.settings.mistakes import Mistake

SETTINGS = "Settings"
"""The pydantic model by which a package checks what is under `custom:`; it may have none."""


class Custom(Settings):
    """The package, and beside `module` whatever its own settings are."""

    model_config = ConfigDict(extra="allow")

    module: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$")] = Field(
        description="Python package of the team's own additions, from the repository's root."
    )

    @property
    def own(self) -> dict[str, Any]:
        """What the package's own settings hold."""
        return dict(self.model_extra or {})


def package(name: str, root: Path) -> ModuleType:
    """Import a team's package, which lies below the repository's root.

    Raises InputError for one that is not there or fails while it is imported.
    """
    if str(root) not in sys.path:
        sys.path.append(str(root))
    try:
        return import_module(name)
    except Exception as error:
        raise InputError(
            f"custom.module: {name} cannot be imported: {type(error).__name__}: {error}"
            f"{_place(error, root)}"
        ) from error


def _place(error: Exception, root: Path) -> str:
    """The last line below `root` that an error came through, in brackets; empty without one."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames[1:]):
        path = Path(frame.filename)
        if path.is_relative_to(root) and "site-packages" not in path.parts:
            return f" ({path.relative_to(root)}:{frame.lineno})"
    return ""


def checked(settings: Custom, root: Path) -> Any:
    """The package's settings as an object of its model, or as a dictionary where it has none.

    Raises InputError as `package` does and for a model that is none of pydantic's, and
    pydantic.ValidationError.
    """
    model = getattr(package(settings.module, root), SETTINGS, None)
    if model is None:
        return settings.own
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise InputError(f"custom.module: {settings.module}.{SETTINGS} is no pydantic model.")
    return model.model_validate(settings.own)


def check_custom(values: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """What is wrong under `custom:`, in values as a stack file has them."""
    try:
        settings = Custom.model_validate(values.get("custom"))
    except ValidationError:
        return  # the schema of the stack file says it already, or there is nothing
    try:
        checked(settings, root)
    except InputError as error:
        yield Mistake(("custom", "module"), str(error).partition(": ")[2])
    except ValidationError as error:
        for wrong in error.errors(include_url=False):
            yield Mistake(("custom", *wrong["loc"]), f"{wrong['msg']}.")
