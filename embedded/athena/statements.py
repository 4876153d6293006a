"""Statements by the word that they begin with."""

import re

COMMENTS = re.compile(r"\s*(?:--[^\n]*(?:\n|$)|/\*.*?\*/)", re.DOTALL)
DDL = ("ALTER", "CREATE", "DESC", "DESCRIBE", "DROP", "MSCK", "SHOW")
UTILITY = ("DEALLOCATE", "DESC", "DESCRIBE", "EXPLAIN", "PREPARE", "SHOW")


def stripped(sql: str) -> str:
    """A statement without the comments before it and the semicolon behind it."""
    while match := COMMENTS.match(sql):
        sql = sql[match.end() :]
    return sql.strip().rstrip(";").rstrip()


def kind(sql: str) -> str:
    """The StatementType of a statement."""
    word = first_word(sql)
    if word in UTILITY:
        return "UTILITY"
    return "DDL" if word in DDL else "DML"


def first_word(sql: str) -> str:
    """The word that a statement begins with, in capitals."""
    found = re.match(r"\w+", stripped(sql))
    return found[0].upper() if found else ""
