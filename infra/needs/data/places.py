"""Places of the lake, as settings name them: a zone and a prefix."""

from collections.abc import Sequence

from components.data.jobs.args import PlaceArgs
from components.data.lake.lake import Lake
from infra.settings.data.table_checks import overlap
from infra.settings.data.tables import Table


def place(name: str, lake: Lake, tables: Sequence[Table] = ()) -> PlaceArgs:
    """Where a place is, the database of its tables, and those of `tables` that lie there.

    Who fills a part of a table, or several tables, tells the catalog so.
    """
    zone, _, prefix = name.partition(".")
    there: PlaceArgs = {
        "name": name,
        "bucket": lake.zone_buckets[zone],
        "prefix": prefix,
        "database": lake.database_names[zone],
    }
    lying = [
        table.own_name for table in tables if table.zone == zone and overlap(prefix, table.location)
    ]
    return {**there, "tables": lying} if lying else there
