"""Rules of data quality: what rows propose, and whether those of a file pass."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from embedded.dqdl.grammar import parse_rule, parse_ruleset
from embedded.dqdl.rules import AnyRule, Ruleset
from embedded.dqdl.tokens import Invalid
from infra.errors import InputError, WorkError

if TYPE_CHECKING:
    import duckdb

    from embedded.dqdl.evaluate import Evaluation
    from embedded.dqdl.suggest import Suggestion
    from infra.models.place import Place

READERS = {".csv": "read_csv", ".parquet": "read_parquet", ".json": "read_json"}
"""DuckDB's readers of files, by how the files' names end."""
TABLE = "data"
SECTION = "Rules"


@dataclass(frozen=True)
class Checked:
    """What came of the rules on a file."""

    evaluation: "Evaluation"
    set_aside: int
    """Rows that fail a rule."""
    rows: int


def suggested(data: Path) -> list["Suggestion"]:
    """Rules that a file proposes. Raises InputError for a file that cannot be read."""
    connection = _read(data)
    from embedded.dqdl.suggest import suggest

    found = suggest(connection, TABLE)
    if not found:
        raise InputError(f"--data {data} has no rows.")
    return found


def suggested_by_table(place: "Place", table: str, rows: int) -> list["Suggestion"]:
    """Rules that at most so many rows of an environment's table propose.

    None is about the number of rows, unless these are all that there are. Raises InputError for a
    table that is not there or has no rows, and WorkError for a query that fails.
    """
    from embedded.dqdl.suggest import suggest
    from infra.sampled import sample

    connection, count = sample(place, table, rows, TABLE)
    if not count:
        raise InputError(f"{table} has no rows.")
    found = suggest(connection, TABLE)
    return found if count < rows else [each for each in found if not _counts(each.rule)]


def _counts(rule: str) -> bool:
    return rule.startswith("RowCount ")


def checked(data: Path, rules: Path, keep: Path | None) -> Checked:
    """What comes of the rules of a file of DQDL on a file of data.

    The rows that fail are written to `keep`, a CSV file, if it is given. Raises InputError, also
    for rules that are not evaluated on this machine.
    """
    ruleset = _rules(rules)
    connection = _read(data)
    from embedded.dqdl.evaluate import evaluate

    evaluation = evaluate(ruleset, connection, TABLE, datetime.now(UTC))
    good, bad = evaluation.rows.counts
    if keep:
        _write(evaluation, keep)
    return Checked(evaluation, bad, good + bad)


def _rules(path: Path) -> Ruleset:
    """The rules of a file: a ruleset, or a rule on each line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--rules {path} cannot be read: {error}") from error
    try:
        if any(
            line.lstrip().startswith((f"{SECTION} ", f"{SECTION}=")) for line in text.split("\n")
        ):
            ruleset = parse_ruleset(text)
        else:
            ruleset = Ruleset(tuple(_each(text)))
    except Invalid as error:
        raise InputError(f"{path}, {error}") from error
    if not ruleset.rules:
        raise InputError(f"--rules {path} has no rule.")
    for rule in ruleset.each():
        if rule.not_evaluated:
            raise InputError(f"{path}: {rule.not_evaluated} cannot be checked here: {rule.text}")
    return ruleset


def _each(text: str) -> list[AnyRule]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.split("#")[0].strip():
            continue
        try:
            found.append(parse_rule(line))
        except Invalid as error:
            raise InputError(
                f"--rules, line {number}, column {error.column}: {error.message}"
            ) from error
    return found


def _read(path: Path) -> "duckdb.DuckDBPyConnection":
    """A DuckDB with what the file holds. Raises InputError."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"--data {path} is not one of {', '.join(READERS)}.")
    if not path.is_file():
        raise InputError(f"--data {path} is not there.")
    try:
        import duckdb
    except ImportError as error:
        raise WorkError(
            "DuckDB is not installed, which reads the file: pip install 'maslow[local]'."
        ) from error
    connection = duckdb.connect()
    try:
        connection.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM {reader}(?)", [str(path)])  # noqa: S608
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise InputError(f"--data {path} cannot be read: {first}") from error
    return connection


def _write(evaluation: "Evaluation", path: Path) -> None:
    """Write the rows that fail, with the rules; DuckDB itself may write no file any more."""
    import csv

    relation = evaluation.rows.set_aside
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(relation.columns)
            for row in relation.fetchall():
                writer.writerow(
                    "; ".join(value) if isinstance(value, list) else value for value in row
                )
    except OSError as error:
        raise WorkError(f"--set-aside {path} cannot be written: {error}") from error
