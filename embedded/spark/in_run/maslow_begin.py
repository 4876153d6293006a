"""Begins a script whose sessions of Spark have the tables of the embedded Glue.

AWS has Spark ask Glue for each table. Here the tables are told to Spark's own catalog when the
first session begins, and what the script has made or dropped is told to Glue at its end.
"""

import runpy
import sys
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import maslow_tables  # type: ignore[import-not-found]  # on the path of runs alone
from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession


class Tables:
    """The tables of a run, as its sessions share them."""

    def __init__(self) -> None:
        self._glue = maslow_tables.client()
        self._known: dict[tuple[str, str], set[tuple[str, ...]]] = {}
        """Values of the partitions that tables had, by the names of their database and of them."""
        self._session: Any = None
        self._ended = False

    def begin(self, session: SparkSession) -> None:
        """Tell Spark of all tables, once; those that it cannot read are named on stderr."""
        if self._session is not None:
            return
        self._session = session
        for database, tables in maslow_tables.all_tables(self._glue):
            name = database["Name"]
            at = f" LOCATION '{database['LocationUri']}'" if database.get("LocationUri") else ""
            if not self._is_told(f"CREATE DATABASE IF NOT EXISTS `{name}`{at}", name):
                continue
            for told in tables:
                try:
                    table = maslow_tables.table_of(told)
                except maslow_tables.Unreadable as error:
                    print(error, file=sys.stderr)  # noqa: T201  the log of the run
                    continue
                if self._is_told(maslow_tables.statement(table), f"{name}.{table.name}"):
                    self._known[name, table.name] = self._partitions(table)

    def _partitions(self, table: Any) -> set[tuple[str, ...]]:
        """Tell Spark of a table's partitions; their values."""
        found = maslow_tables.partitions_of(self._glue, table) if table.partitioned_by else {}
        if found:
            self._session.sql(maslow_tables.addition(table, found))
        return set(found)

    def _is_told(self, statement: str, name: str) -> bool:
        try:
            self._session.sql(statement)
        except (PySparkException, Py4JError) as error:
            reason = str(error).partition("\n")[0]
            print(f"Spark on this machine does not read {name}: {reason}", file=sys.stderr)  # noqa: T201
            return False
        return True

    def end(self) -> None:
        """Tell Glue, once, which tables and partitions are new, and which are gone.

        Raises Unreadable for one that Glue cannot be told of.
        """
        if self._session is None or self._ended or self._session.sparkContext._jsc is None:  # noqa: SLF001  a script may have stopped it
            return
        self._ended = True
        found = {
            (database.name, table.name)
            for database in self._session.catalog.listDatabases()
            for table in self._session.catalog.listTables(database.name)
            if not table.isTemporary
        }
        for database, name in sorted(self._known.keys() - found):
            self._glue.delete_table(DatabaseName=database, Name=name)
        for database, name in sorted(found):
            if (database, name) in self._known:
                self._tell_partitions(database, name)
            else:
                maslow_tables.tell(self._glue, self._session, database, name)

    def _tell_partitions(self, database: str, name: str) -> None:
        columns = self._session.catalog.listColumns(f"`{database}`.`{name}`")
        if not any(one.isPartition for one in columns):
            return
        before = self._known[database, name]
        after = maslow_tables.shown_partitions(self._session, database, name)
        maslow_tables.tell_partitions(self._glue, database, name, after - before)
        for values in sorted(before - after):
            self._glue.delete_partition(
                DatabaseName=database, TableName=name, PartitionValues=list(values)
            )


def main() -> None:
    """Run the script that the arguments begin with, as if it had been started itself."""
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(script).parent)
    tables = Tables()
    begin, end = SparkSession.__init__, SparkSession.stop

    @wraps(begin)
    def begun(self: SparkSession, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        tables.begin(self)

    @wraps(end)
    def stopped(self: SparkSession) -> None:
        tables.end()
        end(self)

    SparkSession.__init__ = begun  # type: ignore[method-assign]
    SparkSession.stop = stopped  # type: ignore[method-assign]
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException:
        with suppress(Exception):  # what the script raised is what matters
            tables.end()
        raise
    tables.end()


if __name__ == "__main__":
    main()
