"""One statement of Athena's, run: which kind it is, and what does it."""

import re
from collections.abc import Callable, Sequence

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from embedded.athena import changes, ddl, merging, showing
from embedded.athena.catalog import CATALOG
from embedded.athena.failures import Failed, Malformed, not_done
from embedded.athena.parsing import parse
from embedded.athena.query import Session, select
from embedded.athena.results import Outcome
from embedded.athena.statements import first_word, stripped

EXECUTED = re.compile(
    r"EXECUTE\s+(?P<name>\w+)(?:\s+USING\s+(?P<with>.*))?", re.IGNORECASE | re.DOTALL
)
PREPARED = re.compile(r"PREPARE\s+(?P<name>\w+)\s+FROM\s+(?P<sql>.*)", re.IGNORECASE | re.DOTALL)
BY_SELECT = re.compile(r"\bAS\s*\(?\s*(SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)
VIEW = re.compile(r"CREATE\s+(OR\s+REPLACE\s+)?VIEW\b", re.IGNORECASE)
FEDERATED = "s3tablescatalog/"
"""How names of catalogs of table buckets begin."""
HIVE: dict[str, Callable[[str, Session], Outcome]] = {
    "ALTER": ddl.alter,
    "CREATE": ddl.create,
    "DESC": showing.described,
    "DESCRIBE": showing.described,
    "DROP": ddl.drop,
    "MSCK": ddl.repair,
    "OPTIMIZE": merging.optimize,
    "SHOW": showing.shown,
    "UNLOAD": changes.unload,
    "VACUUM": merging.vacuum,
}


def check(sql: str) -> None:
    """Raise Malformed for what Athena does not take on."""
    text = stripped(sql)
    word = first_word(text)
    if not text:
        raise Malformed("line 1:1: the statement is empty")
    if word in HIVE and not (word == "CREATE" and BY_SELECT.search(text)):
        return
    if word in ("EXECUTE", "PREPARE", "DEALLOCATE", "EXPLAIN"):
        return
    parse(text)


def run(  # noqa: PLR0911  one for each kind of statement
    sql: str, parameters: Sequence[str], session: Session, where: str
) -> Outcome:
    """Run a statement, whose `?` are given. Raises Failed and Malformed.

    `where` is the folder of tables that are created without a location.
    """
    text = with_parameters(stripped(sql), parameters)
    word = first_word(text)
    if word == "CREATE" and BY_SELECT.search(text):
        parsed = parse(text)
        if VIEW.match(text):
            return changes.create_view(parsed, session, text)
        return changes.create_table_as(parsed, session, where)
    if word in HIVE:
        _require_of_glue(word, text, session)
        return HIVE[word](text, session)
    if word == "EXPLAIN":
        raise not_done(word)
    parsed = parse(text)
    match parsed.tree:
        case exp.Insert():
            return changes.insert(parsed, session)
        case exp.Delete():
            return changes.delete(parsed, session)
        case exp.Merge():
            return merging.merge(parsed, session)
        case exp.Update():
            return changes.update(parsed, session)
        case exp.Query() | exp.Values():
            return select(parsed, session)
        case other:
            raise not_done(other.key.upper())


def _require_of_glue(word: str, text: str, session: Session) -> None:
    """Raise Failed for a statement of Hive's on a table bucket, other than UNLOAD's query."""
    if word != "UNLOAD" and (session.within != CATALOG or FEDERATED in text.lower()):
        raise not_done(f"{word} in a table bucket")


def executed(sql: str) -> tuple[str, list[str]] | None:
    """The prepared statement that EXECUTE names, and its parameters; None for other statements."""
    match = EXECUTED.fullmatch(stripped(sql))
    if match is None:
        return None
    return match["name"], _parted(match["with"]) if match["with"] else []


def prepared(sql: str) -> tuple[str, str] | None:
    """Name and statement of a PREPARE; None for other statements."""
    match = PREPARED.fullmatch(stripped(sql))
    return (match["name"], match["sql"]) if match else None


def with_parameters(sql: str, parameters: Sequence[str]) -> str:
    """A statement with its parameters, literals of SQL, in the place of each `?`. Raises Failed."""
    try:
        tokens = Trino().tokenize(sql)
    except SqlglotError as error:
        raise Malformed(f"line 1:1: {error}") from error
    marks = [token for token in tokens if token.token_type is TokenType.PLACEHOLDER]
    if len(marks) != len(parameters):
        raise Failed(
            "INVALID_PARAMETER_USAGE",
            f"line 1:1: Incorrect number of parameters: expected {len(marks)} but found "
            f"{len(parameters)}",
        )
    for mark, value in reversed([*zip(marks, parameters, strict=True)]):
        sql = f"{sql[: mark.start]}{value}{sql[mark.end + 1 :]}"
    return sql


def _parted(text: str) -> list[str]:
    """Values of SQL, with commas between them."""
    parts, depth, begin = [], 0, 0
    for token in Trino().tokenize(text):
        if token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET):
            depth += 1
        elif token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET):
            depth -= 1
        elif token.token_type is TokenType.COMMA and not depth:
            parts.append(text[begin : token.start].strip())
            begin = token.end + 1
    return [*parts, text[begin:].strip()]
