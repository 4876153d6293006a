"""The transforms, each of which is a method of DynamicFrame.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from collections.abc import Callable, Sequence
from typing import Any

from .dynamicframe import DynamicFrame

__all__ = [
    "ApplyMapping",
    "DropFields",
    "Filter",
    "Join",
    "Map",
    "RenameField",
    "ResolveChoice",
    "SelectFields",
]


class ApplyMapping:
    """Columns by a mapping of names and types."""

    @staticmethod
    def apply(
        frame: DynamicFrame, mappings: Sequence[tuple[str, str, str, str]], **_: Any
    ) -> DynamicFrame:
        """As DynamicFrame.apply_mapping."""
        return frame.apply_mapping(mappings)


class SelectFields:
    """Some columns."""

    @staticmethod
    def apply(frame: DynamicFrame, paths: Sequence[str], **_: Any) -> DynamicFrame:
        """As DynamicFrame.select_fields."""
        return frame.select_fields(paths)


class DropFields:
    """All columns but some."""

    @staticmethod
    def apply(frame: DynamicFrame, paths: Sequence[str], **_: Any) -> DynamicFrame:
        """As DynamicFrame.drop_fields."""
        return frame.drop_fields(paths)


class RenameField:
    """Another name of a column."""

    @staticmethod
    def apply(frame: DynamicFrame, old_name: str, new_name: str, **_: Any) -> DynamicFrame:
        """As DynamicFrame.rename_field."""
        return frame.rename_field(old_name, new_name)


class Filter:
    """Some records."""

    @staticmethod
    def apply(frame: DynamicFrame, f: Callable[[Any], bool], **_: Any) -> DynamicFrame:
        """As DynamicFrame.filter."""
        return frame.filter(f)


class Map:
    """Other records."""

    @staticmethod
    def apply(frame: DynamicFrame, f: Callable[[Any], Any], **_: Any) -> DynamicFrame:
        """As DynamicFrame.map."""
        return frame.map(f)


class Join:
    """Records of two frames."""

    @staticmethod
    def apply(
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        keys1: Sequence[str],
        keys2: Sequence[str],
        **_: Any,
    ) -> DynamicFrame:
        """As DynamicFrame.join."""
        return frame1.join(keys1, keys2, frame2)


class ResolveChoice:
    """One type for each column."""

    @staticmethod
    def apply(
        frame: DynamicFrame, specs: Sequence[tuple[str, str]] = (), choice: str = "", **_: Any
    ) -> DynamicFrame:
        """As DynamicFrame.resolveChoice."""
        return frame.resolveChoice(specs, choice)
