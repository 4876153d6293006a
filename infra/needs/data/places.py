"""Places of the lake, as settings name them: a zone and a prefix."""

from components.data.jobs.job import PlaceArgs
from components.data.lake.lake import Lake


def place(name: str, lake: Lake) -> PlaceArgs:
    """Where a place is, and the database of its tables."""
    zone, _, prefix = name.partition(".")
    return {
        "name": name,
        "bucket": lake.zone_buckets[zone],
        "prefix": prefix,
        "database": lake.database_names[zone],
    }
