"""SQL that is kept in the repository: queries, prepared statements and views of the lake.

What a file becomes is told by where it lies, below the folder of `queries.folder`:

    saved/<name>.sql             a saved query, in every workgroup
    saved/<team>/<name>.sql      a saved query, in the team's workgroup
    prepared/…                   a prepared statement, with `?` for its parameters; likewise
    views/<zone>/<name>.sql      a view in the zone's database

A file begins with comments that say what it is for. Tables are named by their zones
(`curated.visits`), which become the environment's databases.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from infra.settings.mistakes import did_you_mean, one_of

KINDS = ("saved", "prepared", "views")
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
LONGEST_QUERY = 262_144
"""Bytes of one query.

https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html
"""
LONGEST_DESCRIPTION = 1024
COLUMNS = "columns:"
COLUMN = re.compile(r"([a-z][a-z0-9_]*) ([a-z]+(?:\([0-9, ]+\))?)")
"""A column of a view and its type, as `patients bigint`."""
VIEW_TYPES = (
    *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal"),
    *("varchar", "date", "timestamp"),
)
"""Types of a view's columns, without sizes.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

KEPT = (exp.Query, exp.Insert, exp.Create, exp.Merge, exp.Update, exp.Delete)
"""Statements that are kept, beside UNLOAD, which sqlglot does not know."""


class QueryError(Exception):
    """A file of SQL that cannot be used; the message begins with the file."""


@dataclass(frozen=True)
class QueryFile:
    """One file of SQL."""

    kind: str
    """`saved`, `prepared` or `views`."""
    name: str
    within: str
    """The team, or a view's zone; empty for what every workgroup has."""
    description: str
    sql: str
    """The statement, without its end; tables are named by their zones."""
    columns: tuple[tuple[str, str], ...] = ()
    """Names and Athena's types of a view's columns."""

    def placed(self, databases: Mapping[str, str]) -> str:
        """The statement with the databases of the zones, by zone."""
        return placed(self.sql, databases)


def placed(sql: str, databases: Mapping[str, str]) -> str:
    """A statement with the databases of the zones, by zone, before the names of tables.

    Raises QueryError for what is no SQL.
    """
    for token in reversed([*_zone_tokens(sql, databases)]):
        sql = f"{sql[: token.start]}{databases[token.text]}{sql[token.end + 1 :]}"
    return sql


def read(folder: Path, zones: Sequence[str], teams: Sequence[str]) -> list[QueryFile]:
    """Every file of SQL in a folder, by kind and name.

    Raises QueryError for the first that cannot be used, or if the folder has none.
    """
    found = [*files(folder, zones, teams)]
    for each in found:
        if isinstance(each, QueryError):
            raise each
    return [each for each in found if isinstance(each, QueryFile)]


def files(
    folder: Path, zones: Sequence[str], teams: Sequence[str]
) -> Iterator[QueryFile | QueryError]:
    """Yield each file of SQL in a folder, or what is wrong with it."""
    paths = sorted(folder.rglob("*.sql"))
    if not paths:
        yield QueryError(f"{folder.name}: there is no .sql file in it")
    for path in paths:
        try:
            yield _read(path, path.relative_to(folder).parts, zones, teams)
        except QueryError as error:
            yield QueryError(f"{folder.name}/{path.relative_to(folder)}: {error}")


def _read(
    path: Path, parts: tuple[str, ...], zones: Sequence[str], teams: Sequence[str]
) -> QueryFile:
    kind, within = _place(parts, zones, teams)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"it cannot be read: {error}") from error
    comments, sql = _parted(text)
    description = " ".join(line for line in comments if not line.startswith(COLUMNS))
    if len(description) > LONGEST_DESCRIPTION:
        raise QueryError(f"its description has over {LONGEST_DESCRIPTION} characters")
    if len(sql.encode()) > LONGEST_QUERY:
        raise QueryError(f"Athena takes at most {LONGEST_QUERY} bytes")
    statement = _statement(sql)
    _check_tables(statement, zones)
    columns: tuple[tuple[str, str], ...] = ()
    if kind == "views":
        columns = _columns(comments, statement)
    if kind != "prepared" and _has_parameters(sql):
        raise QueryError("it has parameters, and so belongs into prepared/")
    return QueryFile(kind, path.stem, within, description, sql, columns)


def _place(parts: tuple[str, ...], zones: Sequence[str], teams: Sequence[str]) -> tuple[str, str]:
    """A file's kind, and the team or zone that it is within."""
    kind, *between = parts[:-1] or ("",)
    if kind not in KINDS or len(between) > 1:
        raise QueryError(f"it must lie in {one_of(KINDS)}, at most one folder deep")
    within = between[0] if between else ""
    if kind == "views":
        if within not in zones:
            raise QueryError(f"a view lies in the folder of its zone: {one_of([*zones])}")
    elif within and within not in teams:
        known = f"queries.teams has {one_of([*teams])}" if teams else "queries.teams has none"
        raise QueryError(f"there is no team {within}. {did_you_mean(within, teams) or known}")
    if not NAME.fullmatch(Path(parts[-1]).stem):
        raise QueryError("a name has small letters, digits and _, and begins with a letter")
    return kind, within


def _parted(text: str) -> tuple[list[str], str]:
    """The comments that a file begins with, and its statement."""
    lines = text.splitlines()
    comments = []
    while lines and (not lines[0].strip() or lines[0].startswith("--")):
        comments.append(lines.pop(0).lstrip("-").strip())
    return [line for line in comments if line], "\n".join(lines).strip().rstrip(";").rstrip()


def _statement(sql: str) -> exp.Expr:
    try:
        statements = sqlglot.parse(sql, read=Athena)
    except SqlglotError as error:
        told = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        description = str(told.get("description", error)).splitlines()[0]
        line = told.get("line", 1)
        raise QueryError(f"line {line} of the statement: {description}") from error
    if len(statements) != 1 or statements[0] is None:
        raise QueryError(f"it has {len([one for one in statements if one])} statements, not one")
    statement = statements[0]
    unloads = isinstance(statement, exp.Command) and str(statement.this).upper() == "UNLOAD"
    if not unloads and not isinstance(statement, KEPT):
        raise QueryError("only SELECT, UNLOAD, and what writes rows or creates a table is kept")
    return statement


def _check_tables(statement: exp.Expr, zones: Sequence[str]) -> None:
    for table in statement.find_all(exp.Table):
        if table.alias in zones:
            raise QueryError(f"{table.alias} is a zone, and so cannot be another name of a table")
        if table.db and not table.catalog and table.db not in zones:
            raise QueryError(
                f"{table.db} is not a zone. "
                + (did_you_mean(table.db.lower(), zones) or f"There are {', '.join(zones)}.")
                + f" A database that is not the lake's is awsdatacatalog.{table.db}."
            )


def _columns(comments: list[str], statement: exp.Expr) -> tuple[tuple[str, str], ...]:
    """A view's columns, which the catalog asks for and the statement does not tell."""
    if not isinstance(statement, exp.Query):
        raise QueryError("a view is a SELECT")
    told = [line.removeprefix(COLUMNS) for line in comments if line.startswith(COLUMNS)]
    if not told:
        raise QueryError("a view needs a line such as -- columns: ward varchar, patients bigint")
    found = []
    for each in re.split(r",(?![^(]*\))", ",".join(told)):
        match = COLUMN.fullmatch(each.strip())
        base = match[2].partition("(")[0] if match else ""
        if match is None or base not in VIEW_TYPES:
            raise QueryError(
                f"{each.strip()!r} is not a column and its type. Types: {', '.join(VIEW_TYPES)}."
            )
        found.append((match[1], match[2]))
    names = [name for name, _ in found]
    given = [name.lower() for name in statement.named_selects]
    if "*" not in given and given != names:
        raise QueryError(f"its columns are {', '.join(given)}, and not {', '.join(names)}")
    return tuple(found)


def _has_parameters(sql: str) -> bool:
    return any(token.token_type is TokenType.PLACEHOLDER for token in _tokens(sql))


def _tokens(sql: str) -> list[Token]:
    """The tokens of a statement; as Trino's, for as Athena's those of UNLOAD would be one.

    Raises QueryError for what is no SQL.
    """
    try:
        return Trino().tokenize(sql)
    except SqlglotError as error:
        raise QueryError(f"this is no SQL: {error}") from error


def _zone_tokens(sql: str, zones: Mapping[str, str]) -> Iterator[Token]:
    """Yield the names of zones that stand before the name of a table."""
    tokens = _tokens(sql)
    before: Token | None = None
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        names = token.token_type in (TokenType.VAR, TokenType.IDENTIFIER) and token.text in zones
        follows = before is not None and before.token_type is TokenType.DOT
        if names and not follows and after is not None and after.token_type is TokenType.DOT:
            yield token
        before = token
