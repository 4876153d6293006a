"""The stack file of an environment, as the checks across stack files see it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.settings.mistakes import Mistake


@dataclass(frozen=True)
class StackValues:
    """One environment, as its stack file has it, unchecked."""

    file: str
    """The file as people name it: `stacks/Pulumi.dev.yaml`."""
    environment: str
    region: object
    values: Mapping[str, Any]
    """What is under `maslow:platform`."""

    @property
    def account(self) -> object:
        """The account that the file gives its environment, None where it gives none."""
        return mapping(self.values.get("accounts")).get(self.environment)


Check = Callable[[StackValues, Sequence[StackValues]], Iterator[Mistake]]
"""From this file and the others of its folder to mistakes, with paths below `maslow:platform`."""


def mapping(value: Any) -> Mapping[str, Any]:
    """A group of settings, empty for what is none."""
    return value if isinstance(value, Mapping) else {}


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The groups of a list of settings, each in its place; none for what is no list."""
    return [mapping(each) for each in value] if isinstance(value, list | tuple) else []
